// Eq. 1: how much better a rollout's reward is than its group's.

/// How rewards of a group become outcome advantages.
package enum OutcomeScale: Sendable {
  /// (r − μ)/(σ + ε).
  case deviation
  /// r − μ.
  case none
}

/// The outcome advantage of each rollout of a group.
///
/// A_i = (r_i − μ)/(σ + ε)          SRaR (arXiv 2605.17291), eq. 1; GRPO (arXiv 2402.03300)
///
/// - Parameters:
///   - rewards: one reward per rollout of the group.
///   - scale: whether the deviation divides.
/// - Returns: one advantage per reward; they sum to 0 unless the group is a single rollout under `.reward`;
///   exactly 0 for equal rewards in double precision.
package func outcomeAdvantages(
  _ rewards: [Double], scale: OutcomeScale, options: AdvantageOptions
) -> [Double] {
  if rewards.count == 1, let reward = rewards.first {
    return switch (options.singleRollout, scale) {
    case (.zero, _): [0]
    case (.reward, .deviation): [reward / (1 + options.epsilon)]
    case (.reward, .none): [reward]
    }
  }
  let statistics = options.statistics(rewards)
  return switch scale {
  case .deviation: options.standardized(rewards, statistics)
  case .none: rewards.map { $0 - statistics.mean }
  }
}
