extension Estimator {
  /// Rubrics as Rewards: GRPO on one scalar per response, r_base + Σ_j δ_j.
  ///
  /// A rollout without verdicts counts with a rubric reward of 0, as in both published variants.
  static let rar = Estimator(
    name: "rar", summary: "base reward plus rubric reward, centred and divided by their deviation",
    readsRubrics: true
  ) { group, options in
    outcomeAdvantages(group.map(\.scalarReward), scale: .deviation, options: options)
      .map { RolloutAdvantage(outcome: $0) }
  }
}
