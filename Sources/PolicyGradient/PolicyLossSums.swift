// What is reported of a mini-batch's loss.

/// Running sums over trained tokens; parts of a mini-batch add up to the whole.
package struct PolicyLossSums: Sendable, Equatable {
  /// The loss so far, all terms, already weighted by the reduction.
  package var loss = 0.0
  /// The clipped objective's part of it.
  package var policyLoss = 0.0
  /// The KL penalty's part, before its coefficient.
  package var klLoss = 0.0
  /// Trained tokens.
  package var tokenCount = 0
  /// Sums over tokens, to be divided by their number.
  package var negativeLogRatio = 0.0
  package var importanceRatio = 0.0
  package var referenceKL = 0.0
  package var entropy = 0.0
  package var rolloutWeight = 0.0
  /// Of the policy in training and the sampler, over the tokens whose log-probabilities the sampler recorded: |Δ log p|, and KL by
  /// the estimator k3.
  package var samplerDifference = 0.0
  package var samplerKL = 0.0
  /// Counts of tokens.
  package var samplerTokenCount = 0
  package var clippedCount = 0
  package var dualClippedCount = 0

  package init() {}

  /// Adds what is known of one token.
  mutating func add(_ token: ClippedObjective.TokenLoss, correction: Double) {
    tokenCount += 1
    negativeLogRatio -= token.logRatio
    importanceRatio += token.importanceRatio
    rolloutWeight += correction
    clippedCount += token.isClipped ? 1 : 0
    dualClippedCount += token.isDualClipped ? 1 : 0
  }

  /// Adds what is known of one token whose log-probability the sampler recorded.
  mutating func add(current: Double, rollout: Double) {
    samplerTokenCount += 1
    samplerDifference += abs(current - rollout)
    samplerKL += KLPenalty(.k3)(current: rollout, reference: current).value
  }

  /// Adds the sums of another part of the same mini-batch.
  package mutating func add(_ other: PolicyLossSums) {
    loss += other.loss
    policyLoss += other.policyLoss
    klLoss += other.klLoss
    tokenCount += other.tokenCount
    negativeLogRatio += other.negativeLogRatio
    importanceRatio += other.importanceRatio
    referenceKL += other.referenceKL
    entropy += other.entropy
    rolloutWeight += other.rolloutWeight
    samplerDifference += other.samplerDifference
    samplerKL += other.samplerKL
    samplerTokenCount += other.samplerTokenCount
    clippedCount += other.clippedCount
    dualClippedCount += other.dualClippedCount
  }

  /// The share of tokens whose clipped term is the larger.
  package var clipFraction: Double { mean(Double(clippedCount)) }
  /// The share of tokens that the floor for negative advantages cuts.
  package var lowerClipFraction: Double { mean(Double(dualClippedCount)) }
  /// The mean of logp_old − logp: how far this update has moved the policy (k1).
  package var approximateKL: Double { mean(negativeLogRatio) }
  /// The mean of exp(logp − logp_old).
  package var meanImportanceRatio: Double { mean(importanceRatio) }
  /// The mean KL penalty against the reference, in nats.
  package var meanReferenceKL: Double { mean(referenceKL) }
  /// The mean entropy, in nats.
  package var meanEntropy: Double { mean(entropy) }
  /// The mean weight for the sampler's mismatch; 1 where nothing is corrected.
  package var meanRolloutWeight: Double { mean(rolloutWeight) }

  /// The mean of |logp − logp_rollout|, in nats; nil where the sampler recorded none. Before the first step it tells how far
  /// sampler and trainer are apart: near 0 for the same weights.
  package var meanSamplerDifference: Double? { samplerMean(samplerDifference) }
  /// The mean KL of the sampler to the policy in training, in nats.
  package var meanSamplerKL: Double? { samplerMean(samplerKL) }

  private func samplerMean(_ sum: Double) -> Double? {
    samplerTokenCount == 0 ? nil : sum / Double(samplerTokenCount)
  }

  /// Over tokens, as `MaskedStatistics.mean`.
  private func mean(_ sum: Double) -> Double {
    sum / (Double(tokenCount) + MaskedStatistics.countEpsilon)
  }
}
