extension Estimator {
  /// REINFORCE leave-one-out: the base reward minus the mean of the group's other rewards.
  ///
  /// A_i = r_i − Σ_{j≠i} r_j / (n − 1) = (r_i − μ)·n/(n − 1)          Ahmadian et al. (arXiv 2402.14740)
  static let rloo = Estimator(
    name: "rloo", summary: "the base reward minus the mean of the other rollouts'"
  ) { group, options in
    // A group of one has no others to average; the factor would be 1/0.
    let factor = group.count > 1 ? Double(group.count) / Double(group.count - 1) : 1
    return outcomeAdvantages(group.map(\.baseReward), scale: .none, options: options)
      .map { RolloutAdvantage(outcome: $0 * factor) }
  }
}
