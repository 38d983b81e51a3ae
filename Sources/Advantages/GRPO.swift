extension Estimator {
  /// Group Relative Policy Optimization: the base reward in units of its group's deviation.
  ///
  /// A_i = (r_i − μ)/(σ + ε)          GRPO (arXiv 2402.03300); SRaR (arXiv 2605.17291), eq. 1
  static let grpo = Estimator(
    name: "grpo", summary: "the base reward, centred and divided by its deviation"
  ) { group, options in
    outcomeAdvantages(group.map(\.baseReward), scale: .deviation, options: options)
      .map { RolloutAdvantage(outcome: $0) }
  }
}
