// The learning rate of each optimizer step.

import Foundation

/// A learning rate that rises linearly and then stays, or falls along a cosine.
package struct LearningRateSchedule: Sendable, Equatable {
  /// What follows the warm-up.
  package enum Decay: Sendable, Equatable {
    /// The peak for ever.
    case constant
    /// Half a cosine down to `minimum` × peak at step `stepCount`, and that from then on.
    case cosine(stepCount: Int, minimum: Double)
  }

  /// The highest rate.
  package var peak: Double
  /// How many steps it takes to get there; 0 starts at the peak.
  package var warmUpStepCount: Int
  /// What follows.
  package var decay: Decay

  package init(peak: Double, warmUpStepCount: Int, decay: Decay) {
    self.peak = peak
    self.warmUpStepCount = warmUpStepCount
    self.decay = decay
  }

  /// The rate of the n-th optimizer step, counted from 1 over the whole run.
  ///
  /// - Departs from transformers and verl, which count from 0, so that their first step has rate 0 and changes nothing.
  package func rate(step: Int) -> Double {
    if step < warmUpStepCount { return peak * Double(step) / Double(warmUpStepCount) }
    switch decay {
    case .constant: return peak
    case .cosine(let stepCount, let minimum):
      let span = max(1, stepCount - warmUpStepCount)
      let progress = min(1, Double(step - warmUpStepCount) / Double(span))
      return peak * (minimum + (1 - minimum) * 0.5 * (1 + cos(Double.pi * progress)))
    }
  }
}
