// Reading a file at given places.

internal import Diagnostics
internal import Foundation

/// A regular file open for reading.
///
/// It is read with `pread` rather than mapped: a mapped file that shrinks while it is read ends the
/// process with SIGBUS, whereas a short read is an error that can be named. Every value is converted
/// into the caller's memory once, so that mapping would save nothing.
final class ReadableFile: Sendable {
  let path: String
  /// The file's size when it was opened.
  let byteCount: Int
  private let descriptor: Int32

  init(path: String) throws {
    self.path = path
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else {
      if errno == ENOENT { throw CheckpointError.missingFile(path: path) }
      throw SystemError("open", path: path)
    }
    var status = stat()
    let failed = fstat(opened, &status) != 0
    let code = errno
    guard !failed, status.st_mode & S_IFMT == S_IFREG else {
      close(opened)
      throw SystemError("read", path: path, code: failed ? code : EISDIR)
    }
    descriptor = opened
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from a place of the file on.
  ///
  /// - Returns: the bytes read: fewer than asked only where the file ends.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("read", path: path)
      }
      done += count
    }
    return done
  }

  /// The bytes of a range that lies within the file.
  func bytes(_ range: Range<Int>) throws -> Data {
    var data = Data(count: range.count)
    let count = try data.withUnsafeMutableBytes { try read(at: range.lowerBound, into: $0) }
    guard count == range.count else { throw SystemError("read", path: path, code: EIO) }
    return data
  }
}
