// What makes an executable a well-behaved filter: one way in, one way out.

package import ArgumentParser
package import Diagnostics
import Foundation
import JSONLines

/// A command of the pipeline. Its `main` gives all tools the same end: messages as `tool: place: what is wrong`,
/// the exit statuses of `ExitStatus`, quiet on a closed pipe, nothing half-written after a signal.
package protocol Filter: ParsableCommand {}

extension Filter {
  package static func main() {
    holdStandardDescriptors()
    signal(SIGPIPE, SIG_IGN)  // a closed reader becomes EPIPE, which ends the tool quietly
    do {
      AddressSpace.saveUnderLimit()
      // Interruptions and streams take threads, for which Dispatch would wait forever.
      try SystemThread.check(count: 3)
      try AddressSpace.check()
      Interruption.install()
      var command = try parseAsRoot()
      try command.run()
    } catch let error where exitCode(for: error) == .validationFailure {
      endWithUsage(error)
    } catch let error where exitCode(for: error) == .success {
      endWithAnswer(fullMessage(for: error))
    } catch let status as ExitCode {
      leave(status.rawValue)
    } catch {
      end(with: error)
    }
  }

  /// What messages begin with, so that it is known who of a pipe speaks.
  private static var name: String { configuration.commandName ?? "srar" }

  /// Prints what was asked for instead of work: help, the version, a completion script.
  private static func endWithAnswer(_ answer: String) -> Never {
    do {
      let file = try FileWriter(.standardOutput)
      try Array((answer + "\n").utf8).withUnsafeBytes { try file.write($0) }
      try file.commit()
    } catch {
      end(with: error)
    }
    leave(0)
  }

  /// Says what is wrong with the arguments, and the usage, whose lines stay lines.
  private static func endWithUsage(_ error: any Error) -> Never {
    let message = fullMessage(for: error)
    let heading = "Error: "
    var complaint = message.hasPrefix(heading) ? String(message.dropFirst(heading.count)) : message
    // Lines of an argument, or of an option's value, are none of the usage's.
    for argument in CommandLine.arguments.dropFirst() {
      for part in [argument[...]] + argument.split(separator: "=", maxSplits: 1)
      where !part.allSatisfy(\.isNewline) {
        complaint = complaint.replacing(part, with: messageText(String(part)))
      }
    }
    StandardError.write("\(name): \(terminalLines(complaint))\n")
    leave(ExitStatus.usage.rawValue)
  }

  private static func end(with error: any Error) -> Never {
    if let error = error as? SystemError, error.isBrokenPipe { leave(0) }
    let known = error as? any ToolError
    StandardError.say(known?.description ?? "internal error: \(error)", by: name)
    leave((known?.exitStatus ?? .internalError).rawValue)
  }

  /// Ends the process at once: other threads may still be at work, and must not meet libraries that have been taken down.
  private static func leave(_ status: Int32) -> Never {
    TemporaryPaths.removeAll(thenExitWith: status)
  }
}

/// An option's value that does not fit, found only when the tool runs.
package struct UsageError: ToolError, Equatable {
  package let description: String

  package init(_ description: String) { self.description = description }

  package var exitStatus: ExitStatus { .usage }
}
