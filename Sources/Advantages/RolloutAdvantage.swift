// What an estimator says about a rollout, before it is spread over tokens.

/// What the tokens of one step (or of the whole response) get on top of the outcome advantage.
package struct StepOffset: Sendable, Equatable {
  /// Which tokens an offset reaches.
  package enum Placement: Sendable, Equatable {
    /// The tokens of the step with that number.
    case step
    /// Every token of the response.
    case wholeResponse
  }

  /// The step's number, as the judge gave it.
  package let step: Int
  /// The offset, without unit.
  package let value: Double
  /// Which tokens get it.
  package let placement: Placement

  package init(step: Int, value: Double, placement: Placement = .step) {
    self.step = step
    self.value = value
    self.placement = placement
  }

  /// The response tokens that get the offset; nil where the step has none.
  ///
  /// - Parameters:
  ///   - stepSpans: token span of step 1, 2, …; nil for a step without tokens.
  ///   - tokenCount: tokens of the response, the end-of-sequence token included.
  package func tokens(stepSpans: [Range<Int>?], tokenCount: Int) -> Range<Int>? {
    switch placement {
    case .wholeResponse: 0..<tokenCount
    case .step:
      stepSpans.indices.contains(step - 1)
        ? stepSpans[step - 1]?.clamped(to: 0..<tokenCount) : nil
    }
  }
}

/// The advantage of one rollout: one number for all its tokens, and offsets for those of some steps.
package struct RolloutAdvantage: Sendable, Equatable {
  /// What every token of the response gets.
  package let outcome: Double
  /// What the tokens of a step get in addition, by rising step number.
  package let offsets: [StepOffset]

  package init(outcome: Double, offsets: [StepOffset] = []) {
    self.outcome = outcome
    self.offsets = offsets
  }

  /// Whether no token gets anything, so that the rollout teaches nothing.
  package var isZero: Bool {
    outcome == 0 && offsets.allSatisfy { $0.value == 0 }
  }

  /// The advantage of every response token.
  ///
  /// A_t = A_base + Σ d̄_k over the offsets whose tokens include t          SRaR (arXiv 2605.17291), eq. 5 and 6
  ///
  /// - Parameters:
  ///   - stepSpans: token span of step 1, 2, …; nil for a step without tokens.
  ///   - tokenCount: tokens of the response, the end-of-sequence token included.
  /// - Returns: `tokenCount` values; tokens outside every step have the outcome advantage alone.
  package func tokenAdvantages(stepSpans: [Range<Int>?], tokenCount: Int) -> [Double] {
    var advantages = [Double](repeating: outcome, count: tokenCount)
    for offset in offsets {
      guard let tokens = offset.tokens(stepSpans: stepSpans, tokenCount: tokenCount) else {
        continue
      }
      for token in tokens { advantages[token] += offset.value }
    }
    return advantages
  }
}
