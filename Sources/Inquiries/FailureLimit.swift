package import Judging

/// How many of a run's questions may fail.
package struct FailureLimit {
  private let share: Double
  private let subjects: String
  private var judged = 0
  private var failed = 0
  private var lastReason = ""

  /// - Parameter subjects: what is judged, for the message, such as "rollouts".
  package init(_ options: LogOptions, subjects: String) {
    share = options.maxFailures
    self.subjects = subjects
  }

  /// Notes what came of a question.
  package mutating func note<Entry>(_ outcome: JudgeOutcome<Entry>) {
    judged += 1
    if case .failure(let reason) = outcome {
      failed += 1
      lastReason = reason
    }
  }

  /// The error that too many failed, if they did.
  ///
  /// - Parameter isAtEnd: before the end a few failures say little.
  package func error(isAtEnd: Bool) -> JudgingError? {
    guard isAtEnd || failed >= 20, Double(failed) > share * Double(judged) else { return nil }
    return .tooManyFailures(
      failed: failed, judged: judged, subjects: subjects, last: lastReason)
  }
}
