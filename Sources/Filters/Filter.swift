// What makes an executable a well-behaved filter: one way in, one way out.

package import ArgumentParser
package import Diagnostics
import Foundation

/// A command of the pipeline. Its `main` gives all tools the same end: messages as `tool: place: what is wrong`,
/// the exit statuses of `ExitStatus`, quiet on a closed pipe, nothing half-written after a signal.
package protocol Filter: ParsableCommand {}

extension Filter {
  package static func main() {
    signal(SIGPIPE, SIG_IGN)  // a closed reader becomes EPIPE, which ends the tool quietly
    Interruption.install()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error where exitCode(for: error) == .validationFailure {
      endWithUsage(error)
    } catch let error where isForUser(error) {
      exit(withError: error)
    } catch {
      end(with: error)
    }
  }

  /// Whether ArgumentParser knows what to say: usage, --help, --version, failed validation.
  private static func isForUser(_ error: any Error) -> Bool {
    exitCode(for: error) != .failure
  }

  /// What messages begin with, so that it is known who of a pipe speaks.
  private static var name: String { configuration.commandName ?? "srar" }

  /// Tells what is wrong with the arguments, and the usage.
  private static func endWithUsage(_ error: any Error) -> Never {
    let message = fullMessage(for: error)
    let heading = "Error: "
    let complaint = message.hasPrefix(heading) ? message.dropFirst(heading.count) : message[...]
    StandardError.write("\(name): \(complaint)\n")
    leave(ExitStatus.usage.rawValue)
  }

  private static func end(with error: any Error) -> Never {
    if let error = error as? SystemError, error.isBrokenPipe { leave(0) }
    let known = error as? any ToolError
    let message = known?.description ?? "internal error: \(error)"
    StandardError.write("\(name): \(message)\n")
    leave((known?.exitStatus ?? .internalError).rawValue)
  }

  /// Ends the process at once: other threads may still be at work, and must not meet libraries that have been taken down.
  private static func leave(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }
}

/// Standard error: notes, progress and summaries; standard output carries records only.
package enum StandardError {
  /// Whether somebody is looking.
  package static let isTerminal = isatty(STDERR_FILENO) == 1

  /// Writes text as it is. A closed standard error is nobody's loss.
  package static func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}

/// An option's value that does not fit, found only when the tool runs.
package struct UsageError: ToolError, Equatable {
  package let description: String

  package init(_ description: String) { self.description = description }

  package var exitStatus: ExitStatus { .usage }
}
