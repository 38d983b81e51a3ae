// How far the policy has moved from a frozen reference, estimated from the sampled tokens alone.

import Foundation

/// An estimator of KL(policy ‖ reference) on one token, d = logp − logp_ref.
///
/// Schulman, "Approximating KL divergence" (2020); k3 with verl's clamps, so that one odd token cannot blow up a batch.
package struct KLPenalty: Sendable, Equatable {
  /// Which function of d.
  package enum Estimator: String, CaseIterable, Sendable {
    /// d: unbiased; as a loss its gradient has expectation 0, so it serves for reports and rewards.
    case k1
    /// |d|.
    case abs
    /// d²/2: its gradient is that of the KL divergence in expectation.
    case k2
    /// e^−d + d − 1 within [−10, 10], d within ±20: unbiased, never negative.
    case k3
  }

  /// Whose value.
  package let estimator: Estimator
  /// Whether the gradient is k2's whatever the value is; written as a trailing "+".
  package let hasStraightThroughGradient: Bool

  package init(_ estimator: Estimator, hasStraightThroughGradient: Bool = false) {
    self.estimator = estimator
    self.hasStraightThroughGradient = hasStraightThroughGradient
  }

  /// The penalty of a name: "k1" (also "kl"), "abs", "k2" ("mse"), "k3" ("low_var_kl"), each with an optional "+".
  package init?(named name: String) {
    let synonyms = ["kl": "k1", "mse": "k2", "low_var_kl": "k3"]
    let base = name.hasSuffix("+") ? String(name.dropLast()) : name
    guard let estimator = Estimator(rawValue: synonyms[base] ?? base) else { return nil }
    self.init(estimator, hasStraightThroughGradient: base != name)
  }

  /// The penalty of one token, and its gradient with respect to `current`.
  package func callAsFunction(
    current: Double, reference: Double
  ) -> (value: Double, gradient: Double) {
    let d = current - reference
    let (value, gradient): (Double, Double)
    switch estimator {
    case .k1: (value, gradient) = (d, 1)
    case .abs: (value, gradient) = (Swift.abs(d), d == 0 ? 0 : (d > 0 ? 1 : -1))
    case .k2: (value, gradient) = (d * d / 2, d)
    case .k3:
      let u = min(max(-d, -20), 20)
      let unbounded = exp(u) - u - 1
      value = min(max(unbounded, -10), 10)
      gradient = u != -d || value != unbounded ? 0 : 1 - exp(u)
    }
    return (value, hasStraightThroughGradient ? d : gradient)
  }
}
