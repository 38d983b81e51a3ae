// How the losses of tokens become the loss of a mini-batch.

/// How token losses become one number. Each way is a weighted sum whose weights depend on lengths alone, one weight for
/// all tokens of a response, so that a mini-batch may be computed in any parts.
package enum LossReduction: String, CaseIterable, Sendable {
  /// Σ over all tokens / number of tokens: long responses weigh more (DAPO; SRaR's runs).
  case tokenMean = "token-mean"
  /// Mean over responses of the sum over their tokens.
  case sequenceMeanTokenSum = "seq-mean-token-sum"
  /// Mean over responses of the mean over their tokens (GRPO's first form).
  case sequenceMeanTokenMean = "seq-mean-token-mean"
  /// Mean over responses of the sum over their tokens, divided by a constant length (Dr. GRPO).
  case sequenceMeanTokenSumNorm = "seq-mean-token-sum-norm"

  /// The weight of each token of a response.
  ///
  /// - Parameters:
  ///   - tokenCount: tokens of the response.
  ///   - batch: what the whole mini-batch holds, not only the part at hand.
  /// - Returns: 0 for a response, or in a batch, without tokens.
  package func tokenWeight(tokenCount: Int, in batch: BatchExtent) -> Double {
    guard tokenCount > 0, batch.tokenCount > 0, batch.sequenceCount > 0 else { return 0 }
    return switch self {
    case .tokenMean:
      1 / Double(batch.tokenCount)
    case .sequenceMeanTokenSum:
      1 / Double(batch.sequenceCount)
    case .sequenceMeanTokenMean:
      1 / (Double(batch.sequenceCount) * (Double(tokenCount) + MaskedStatistics.countEpsilon))
    case .sequenceMeanTokenSumNorm:
      1 / (Double(batch.sequenceCount) * batch.lengthScale)
    }
  }
}

/// What a mini-batch holds in all, by which its losses are divided.
package struct BatchExtent: Sendable, Equatable {
  /// Tokens of all responses, those without an advantage too.
  package var tokenCount: Int
  /// Responses with at least one token.
  package var sequenceCount: Int
  /// The constant length of `.sequenceMeanTokenSumNorm`, such as the limit on response tokens.
  package var lengthScale: Double

  package init(tokenCount: Int, sequenceCount: Int, lengthScale: Double) {
    self.tokenCount = tokenCount
    self.sequenceCount = sequenceCount
    self.lengthScale = lengthScale
  }

  /// The extent of responses of these lengths, in tokens.
  package init(tokenCounts: [Int], lengthScale: Double) {
    self.init(
      tokenCount: tokenCounts.reduce(0, +), sequenceCount: tokenCounts.count { $0 > 0 },
      lengthScale: lengthScale)
  }
}
