// How every tool says that something went wrong: a typed error, a place and an exit status.

/// The exit statuses that all tools share (after BSD's sysexits), so that a `Makefile` can decide what to do.
package enum ExitStatus: Int32, Sendable, Equatable {
  case success = 0
  /// Wrong options: stop.
  case usage = 64
  /// Malformed input: stop and show the line.
  case badData = 65
  /// A named input does not exist: stop.
  case noInput = 66
  /// A judge or sampler is unreachable: try again later.
  case unavailable = 69
  /// A fault of ours.
  case internalError = 70
  /// Reading or writing failed: disk full, unwritable, closed.
  case inputOutput = 74
}

/// An error that a user may meet.
///
/// Its cases carry values; `description` makes the words, in one place, as
/// `place: what is wrong; what to do`, on one line, in lower case, without a full stop.
package protocol ToolError: Error, CustomStringConvertible, Sendable {
  /// The status that the tool ends with.
  var exitStatus: ExitStatus { get }
}
