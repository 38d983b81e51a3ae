package import ArgumentParser
package import Filters

/// What is kept of the calls, and how many may fail.
package struct LogOptions: ParsableArguments {
  /// What to do about a question that the replayed logs do not answer.
  package enum MissingReply: String, CaseIterable, ExpressibleByArgument, Sendable {
    case error, live
  }

  @Option(
    help: ArgumentHelp(
      "Append one record per judge call to this file, as plain JSON Lines.", valueName: "file"),
    completion: .file())
  package var log: String?

  @Option(
    help: ArgumentHelp(
      "Answer from this log, plain or compressed, and ask nobody; may be given several times.",
      valueName: "file"),
    completion: .file())
  package var replay: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the logs lack is an 'error', or goes to the 'live' judge.", valueName: "rule"))
  package var replayMissing: MissingReply = .error

  @Option(
    help: ArgumentHelp(
      "The share that may fail to be judged before the run ends with status 69.",
      valueName: "share"))
  package var maxFailures = 0.05

  package init() {}

  package mutating func validate() throws {
    guard (0...1).contains(maxFailures) else {
      throw ValidationError("'--max-failures' must be between 0 and 1, but is \(maxFailures)")
    }
    if replay.isEmpty && replayMissing == .live {
      throw ValidationError("'--replay-missing' needs '--replay'")
    }
  }

  /// The logs. One that is replayed may be the one that is appended to, if it is not compressed.
  package var namedFiles: [NamedFile] {
    [log].compactMap { $0.map { NamedFile("'--log'", $0, .log) } }
      + replay.map { NamedFile("'--replay'", $0, .replayed) }
  }

  /// Whether a judge may be asked.
  package var asksForMissing: Bool { replay.isEmpty || replayMissing == .live }
}
