// The engine that sampled and the engine that trains give slightly different log-probabilities: what to do about it.

import Foundation

/// The weight of a token's loss for the mismatch of sampler and trainer, w = exp(logp_old − logp_rollout), a constant.
///
/// Truncated importance sampling: Yao et al., "Your efficient RL framework secretly brings you off-policy RL training"
/// (2025). The weights multiply the token losses, not the statistics (verl).
package enum RolloutCorrection: Sendable, Equatable {
  /// 1 for every token.
  case none
  /// min(w, cap).
  case truncated(cap: Double)
  /// w up to the cap, 0 above it.
  case masked(cap: Double)

  /// - Parameters:
  ///   - old: log-probability as the trainer computes it.
  ///   - rollout: as the sampler recorded it.
  package func weight(old: Double, rollout: Double) -> Double {
    // The clamp is verl's: exp must not overflow before it is capped.
    let weight = exp(min(max(old - rollout, -20), 20))
    return switch self {
    case .none: 1
    case .truncated(let cap): min(weight, cap)
    case .masked(let cap): weight <= cap ? weight : 0
    }
  }
}
