package import Diagnostics

/// What can go wrong with judging as a whole.
package enum JudgingError: ToolError, Equatable {
  /// A replay was asked what its logs do not hold; the index is that of a rollout.
  /// - Parameters:
  ///   - judges: whose answers the logs hold.
  ///   - unreadable: what is wrong with the first line of the logs that is no entry; the answer may have stood there.
  case notInLog(
    record: String, index: Int?, judge: String, LinePosition, judges: [String] = [],
    unreadable: String? = nil)
  /// A log's answer does not fit its question: it repeats an id, has one that was not asked about, or lacks one.
  case unfitInLog(record: String, index: Int?, judge: String, LinePosition)
  /// More could not be judged than may be.
  /// - Parameters:
  ///   - subject: what was judged, such as "rollout".
  ///   - isLogged: whether what was judged is in a log.
  case tooManyFailures(
    failed: Int, judged: Int, subject: String, last: String, isLogged: Bool = false)

  package var description: String {
    switch self {
    case .notInLog(let record, let index, let judge, let place, let judges, let unreadable):
      "\(place): the log has no answer of \"\(judge)\" for \(subject(record, index)); "
        + (unreadable.map { "a line of it cannot be read (\($0)); " } ?? "")
        + (otherJudges(judges, than: judge).map {
          "it has answers of \($0); add the log that has the other's"
        } ?? "add the log that has it, or give '--replay-missing live'")
    case .unfitInLog(let record, let index, let judge, let place):
      "\(place): the log's answer of \"\(judge)\" for \(subject(record, index)) repeats ids, lacks some or has others than were "
        + "asked about; remove its line, and give '--replay-missing live'"
    case .tooManyFailures(let failed, let judged, let subject, let last, let isLogged):
      "\(failed) of \(counted(judged, subject)) could not be judged, more than '--max-failures' allows; "
        + "the last because of: \(last); "
        + (isLogged
          ? "the log keeps what was judged, and the next run goes on from it"
          : "with '--log' the next run goes on from here")
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .notInLog, .unfitInLog: .badData
    case .tooManyFailures: .unavailable
    }
  }
}

/// The judges whose answers a log holds, and how to name them, where the one that is asked for is not among them.
package func otherJudges(_ judges: [String], than judge: String) -> String? {
  guard !judges.isEmpty, !judges.contains(judge) else { return nil }
  let shown = judges.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
  let first = judges[0]
  return shown + (judges.count > 3 ? " and others" : "") + " only: name the judge with "
    + (first == "equations" ? "'--judge equations'" : "'--model \(first)'")
}

private func subject(_ record: String, _ index: Int?) -> String {
  (index.map { "rollout \($0) of " } ?? "") + "record \"\(record)\""
}
