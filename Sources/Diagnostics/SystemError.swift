import Foundation

/// A failed system call: what was attempted on which path, and why it failed.
package struct SystemError: ToolError, Equatable {
  /// What was attempted, as a verb phrase: "open", "write".
  package let action: String
  /// The file, or `<stdout>`.
  package let path: String
  /// The system's reason.
  package let code: Int32

  package init(_ action: String, path: String, code: Int32 = errno) {
    self.action = action
    self.path = path
    self.code = code
  }

  package var description: String {
    "\(path): cannot \(action): \(String(cString: strerror(code)))"
  }

  package var exitStatus: ExitStatus {
    action == "open" && code == ENOENT ? .noInput : .inputOutput
  }

  /// Whether the reader of our output has gone away; a filter then ends quietly.
  package var isBrokenPipe: Bool { code == EPIPE }
}
