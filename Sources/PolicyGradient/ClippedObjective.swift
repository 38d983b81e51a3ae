// The clipped policy objective of one token, and its gradient.

import Foundation

/// The PPO objective on one token, with decoupled clip bounds and a floor for negative advantages.
///
/// ρ = exp(clamp(logp − logp_old, −20, 20))
/// loss = max(−A·ρ, −A·clip(ρ, 1 − clipRatioLow, 1 + clipRatioHigh)), and where A < 0 at most −A·dualClip
///
/// PPO (arXiv 1707.06347), eq. 7; decoupled bounds: DAPO (arXiv 2503.14476), eq. 10;
/// dual clip: Ye et al. (arXiv 1912.09729), eq. 5. The clamp is verl's, so that exp never overflows.
package struct ClippedObjective: Sendable, Equatable {
  /// How far below 1 the ratio may fall while it still gains, in 0 ..< 1.
  package var clipRatioLow: Double
  /// How far above 1 it may rise.
  package var clipRatioHigh: Double
  /// The ratio beyond which a negative advantage pushes no more, above 1; nil sets no floor.
  package var dualClip: Double?

  package init(clipRatioLow: Double, clipRatioHigh: Double, dualClip: Double?) {
    self.clipRatioLow = clipRatioLow
    self.clipRatioHigh = clipRatioHigh
    self.dualClip = dualClip
  }

  /// The loss of one token and what its log-probability does to it.
  package struct TokenLoss: Sendable, Equatable {
    /// The loss, in units of the advantage.
    package let value: Double
    /// ∂loss/∂logp; 0 where a clipped term, the floor or the clamp decides.
    package let gradient: Double
    /// logp − logp_old, clamped.
    package let logRatio: Double
    /// exp(logRatio).
    package let importanceRatio: Double
    /// Whether the clipped term is the larger.
    package let isClipped: Bool
    /// Whether the floor for negative advantages cuts the loss.
    package let isDualClipped: Bool
  }

  /// - Parameters:
  ///   - current: log-probability under the policy that is trained.
  ///   - old: the same under the policy of the mini-batch's start, a constant.
  package func callAsFunction(current: Double, old: Double, advantage: Double) -> TokenLoss {
    let difference = current - old
    let logRatio = min(max(difference, -20), 20)
    let ratio = exp(logRatio)
    let unclipped = -advantage * ratio
    let clipped = -advantage * min(max(ratio, 1 - clipRatioLow), 1 + clipRatioHigh)
    let isClipped = clipped > unclipped
    var value = max(unclipped, clipped)
    var isDualClipped = false
    if let dualClip, advantage < 0 {
      let cap = -advantage * dualClip
      isDualClipped = value > cap
      value = min(value, cap)
    }
    // Where the unclipped term is selected, ∂(−A·ρ)/∂logp = −A·ρ.
    let isConstant = isClipped || isDualClipped || logRatio != difference
    return TokenLoss(
      value: value, gradient: isConstant ? 0 : unclipped, logRatio: logRatio,
      importanceRatio: ratio, isClipped: isClipped, isDualClipped: isDualClipped)
  }
}
