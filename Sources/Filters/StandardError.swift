import Diagnostics
import Foundation

/// Standard error: notes, progress and summaries; standard output carries records only.
///
/// A standard error that is full, closed or broken costs nothing: what cannot be written is dropped, and the tool's exit status
/// is that of its work.
package enum StandardError {
  /// Whether it is a terminal.
  package static let isTerminal = isatty(STDERR_FILENO) == 1

  /// Writes one message as one line, whatever it quotes: control characters and line ends of ids, file names and servers' replies
  /// are shown as escapes, and long ones are cut.
  package static func say(_ message: String, by tool: String) {
    write("\(tool): \(messageText(message))\n")
  }

  /// Writes text as it is.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      var rest = UnsafeRawBufferPointer(utf8)
      while !rest.isEmpty {
        let count = Foundation.write(STDERR_FILENO, rest.baseAddress, rest.count)
        if count > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        } else if count == 0 || !isWorthAnotherTry(errno) {
          return
        }
      }
    }
  }

  /// After an interruption at once; where whoever shares the descriptor made it non-blocking, as soon as it takes more.
  private static func isWorthAnotherTry(_ code: Int32) -> Bool {
    guard code == EAGAIN else { return code == EINTR }
    var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&descriptor, 1, -1) > 0 || errno == EINTR
  }
}

/// Gives the descriptors 0, 1 and 2 that are closed to `/dev/null`, so that no file that is opened later gets one of them, and notes
/// are not written into it.
///
/// Each is opened the wrong way round: to read from it, or to write to it, is the error that it was before.
func holdStandardDescriptors() {
  for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
  where fcntl(descriptor, F_GETFD) < 0 {
    // The lowest free number is this one: those below are taken by now.
    _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
  }
}
