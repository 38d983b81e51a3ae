// Writing a file and making sure that it has reached the disk.

internal import Diagnostics
internal import Foundation

/// A new file, written from its beginning to its end. There must be none of its name, nor a link.
struct WritableFile: ~Copyable {
  let path: String
  private var descriptor: Int32

  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    // Not "open": a folder that cannot be written to is no missing input.
    guard descriptor >= 0 else { throw SystemError("create", path: path) }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = Foundation.write(descriptor, base + done, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("write", path: path)
      }
      done += count
    }
  }

  /// Flushes to the disk and closes; both can be the first to tell that the disk is full.
  mutating func finish() throws {
    guard fsync(descriptor) == 0 else { throw SystemError("flush", path: path) }
    let closing = descriptor
    descriptor = -1
    guard close(closing) == 0 else { throw SystemError("close", path: path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

/// Writes a file whole and flushes it to the disk.
func writeFile(_ bytes: [UInt8], to path: String) throws {
  var file = try WritableFile(path: path)
  try bytes.withUnsafeBytes { try file.write($0) }
  try file.finish()
}
