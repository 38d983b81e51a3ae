// What a policy update can be told.

internal import Transformer

/// Where the log-probabilities come from that the policy in training is compared with.
package enum OldLogProbabilities: String, CaseIterable, Sendable {
  /// From the policy itself, before its first step: right whatever engine sampled.
  case recomputed
  /// From the sampler's record: saves a pass where the same engine sampled.
  case rollout
}

/// How a batch of rollouts becomes the next policy.
package struct PolicyUpdateOptions: Sendable, Equatable {
  package var loss: PolicyLoss
  /// Times that every rollout is used.
  package var epochCount: Int
  /// Rollouts per optimizer step; nil takes all of them in one.
  package var miniBatchSize: Int?
  /// Tokens that are computed at a time, by memory alone: results differ by rounding only.
  package var microBatchTokens: Int
  package var oldLogProbabilities: OldLogProbabilities
  /// Of the distribution that log-probabilities are taken from: the sampler's.
  package var temperature: Double
  /// The constant length of `LossReduction.sequenceMeanTokenSumNorm`, in tokens.
  package var lengthScale: Double
  /// Of the order of rollouts over mini-batches.
  package var seed: UInt64

  package init(
    loss: PolicyLoss, epochCount: Int, miniBatchSize: Int?, microBatchTokens: Int,
    oldLogProbabilities: OldLogProbabilities, temperature: Double, lengthScale: Double,
    seed: UInt64
  ) {
    self.loss = loss
    self.epochCount = epochCount
    self.miniBatchSize = miniBatchSize
    self.microBatchTokens = microBatchTokens
    self.oldLogProbabilities = oldLogProbabilities
    self.temperature = temperature
    self.lengthScale = lengthScale
    self.seed = seed
  }

  /// Checks what would otherwise loop for ever or divide by 0.
  func check() throws(PolicyGradientError) {
    for (option, value) in [
      ("epochs", epochCount), ("mini-batch size", miniBatchSize ?? 1),
      ("micro-batch tokens", microBatchTokens),
    ] where value < 1 {
      throw .optionOutOfRange(option: option, value: Double(value), requirement: "at least 1")
    }
    guard temperature >= SamplingOptions.leastTemperature else {
      throw .optionOutOfRange(
        option: "temperature", value: temperature,
        requirement: "at least \(SamplingOptions.leastTemperature)")
    }
    guard lengthScale > 0 else {
      throw .optionOutOfRange(option: "length scale", value: lengthScale, requirement: "above 0")
    }
  }
}
