extension Estimator {
  /// Dr. GRPO: the base reward minus its group's mean, not divided, so that hard and easy problems weigh as they are.
  ///
  /// A_i = r_i − μ          "Understanding R1-Zero-Like Training" (arXiv 2503.20783)
  ///
  /// Its other half, a loss that does not divide by the response's length, is the loss reduction's business.
  static let drGRPO = Estimator(
    name: "dr-grpo", summary: "the base reward, centred only"
  ) { group, options in
    outcomeAdvantages(group.map(\.baseReward), scale: .none, options: options)
      .map { RolloutAdvantage(outcome: $0) }
  }
}
