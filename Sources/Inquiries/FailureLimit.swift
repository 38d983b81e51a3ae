/// How many of a run's questions may fail.
package struct FailureLimit {
  /// More failures than may be.
  package struct Excess {
    package let failed: Int
    package let total: Int
    /// Why the last one failed.
    package let reason: String
  }

  private let share: Double
  private var total = 0
  private var failed = 0
  private var reason = ""

  /// - Parameter share: of all questions.
  package init(share: Double) { self.share = share }

  /// Notes what came of a question.
  ///
  /// - Parameter failure: why it failed; nil where it did not.
  package mutating func note(failure: String?) {
    total += 1
    guard let failure else { return }
    failed += 1
    reason = failure
  }

  /// What there is too much of, if there is.
  ///
  /// - Parameter isAtEnd: before the end a few failures say little.
  package func excess(isAtEnd: Bool) -> Excess? {
    guard isAtEnd || failed >= 20, Double(failed) > share * Double(total) else { return nil }
    return Excess(failed: failed, total: total, reason: reason)
  }
}
