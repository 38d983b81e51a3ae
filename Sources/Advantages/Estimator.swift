// The table of estimators. A new one is a file of its name and a line here.

/// A way from the rewards of one problem's rollouts to their advantages.
package struct Estimator: Sendable {
  /// Its name on the command line and in records.
  package let name: String
  /// What it is, in a line for `--help`.
  package let summary: String
  /// Whether it uses what rubrics are worth.
  package let readsRubrics: Bool
  /// Whether it gives each step its own advantage.
  package let scoresSteps: Bool
  /// The advantage of each rollout of a group, in the group's order.
  package let advantages:
    @Sendable (_ group: [RolloutScore], _ options: AdvantageOptions) -> [RolloutAdvantage]

  /// Every estimator.
  package static let all: [Estimator] = [
    .srar,
    .grpo,
    .rar,
    .drGRPO,
    .rloo,
    .srarUnnormalized,
    .srarMerged,
  ]

  /// The estimator of a name; nil for a name that is not in the table.
  package init?(named name: String) {
    guard let estimator = Self.all.first(where: { $0.name == name }) else { return nil }
    self = estimator
  }

  init(
    name: String, summary: String, readsRubrics: Bool = false, scoresSteps: Bool = false,
    advantages: @escaping @Sendable ([RolloutScore], AdvantageOptions) -> [RolloutAdvantage]
  ) {
    self.name = name
    self.summary = summary
    self.readsRubrics = readsRubrics
    self.scoresSteps = scoresSteps
    self.advantages = advantages
  }
}
