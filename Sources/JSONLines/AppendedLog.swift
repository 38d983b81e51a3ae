package import Diagnostics
import Foundation

/// A log being written: one line a call, each in one write, so that a killed tool loses no call that had ended, and tools that
/// run side by side can share a log.
package final class AppendedLog: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Opens a log for appending. Where a killed tool has left half a line, the next entry begins a line of its own.
  package init(path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw SystemError("write", path: path) }
    var last: UInt8 = 0x0A
    let size = lseek(descriptor, 0, SEEK_END)
    if size > 0, pread(descriptor, &last, 1, size - 1) == 1, last != 0x0A { try write([0x0A]) }
  }

  deinit { close(descriptor) }

  /// Appends what the closure writes, as one line.
  package func append(_ body: (inout JSONWriter) -> Void) throws(SystemError) {
    var json = JSONWriter()
    body(&json)
    try write(json.bytes + [0x0A])
  }

  private func write(_ bytes: [UInt8]) throws(SystemError) {
    while true {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count == bytes.count { return }
      // Part of a line is written where the disk is full.
      if count >= 0 { throw SystemError("write", path: path, code: ENOSPC) }
      if errno != EINTR { throw SystemError("write", path: path) }
    }
  }
}
