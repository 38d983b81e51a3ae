// The loss of one response: clipped objective, KL penalty and entropy bonus over its trained tokens.

/// What the loss of a policy update is made of.
package struct PolicyLoss: Sendable, Equatable {
  /// The clipped objective.
  package var objective: ClippedObjective
  /// How token losses become one.
  package var reduction: LossReduction
  /// What is added per token for the distance from the reference.
  package var klPenalty: KLPenalty
  /// How much of it; 0 needs no reference.
  package var klCoefficient: Double
  /// How much entropy is subtracted per token; 0 turns it off.
  package var entropyCoefficient: Double
  /// What is done about the sampler's other numerics.
  package var rolloutCorrection: RolloutCorrection

  package init(
    objective: ClippedObjective, reduction: LossReduction, klPenalty: KLPenalty,
    klCoefficient: Double, entropyCoefficient: Double, rolloutCorrection: RolloutCorrection
  ) {
    self.objective = objective
    self.reduction = reduction
    self.klPenalty = klPenalty
    self.klCoefficient = klCoefficient
    self.entropyCoefficient = entropyCoefficient
    self.rolloutCorrection = rolloutCorrection
  }

  /// The trained tokens of one response, all arrays of one length.
  package struct Tokens: Sendable, Equatable {
    /// Log-probabilities under the policy in training, natural.
    package var current: [Double]
    /// Under the policy at the start of the update.
    package var old: [Double]
    /// As the sampler recorded them; nil, and NaN of a token, count as equal to `old`.
    package var rollout: [Double]?
    /// Under the frozen reference; needed where the KL coefficient is not 0.
    package var reference: [Double]?
    /// Entropies of the policy in training, in nats; only reported where their coefficient is 0.
    package var entropies: [Double]?
    /// One advantage per token.
    package var advantages: [Double]

    package init(
      current: [Double], old: [Double], rollout: [Double]? = nil, reference: [Double]? = nil,
      entropies: [Double]? = nil, advantages: [Double]
    ) {
      self.current = current
      self.old = old
      self.rollout = rollout
      self.reference = reference
      self.entropies = entropies
      self.advantages = advantages
    }
  }

  /// The gradient of the mini-batch's loss with respect to what one response's tokens contribute.
  package struct Gradient: Sendable, Equatable {
    /// ∂loss/∂logp per token.
    package var logProbabilities: [Double]
    /// ∂loss/∂entropy, the same for every token of the response.
    package var entropy: Double
    /// Weighted token losses before the reduction, for inspection.
    package var tokenLosses: [Double]
  }

  /// The gradient of a response's part of the loss; its sums are added to `sums`.
  ///
  /// loss = Σ_t weight · (w_t · objective_t + β · KL_t − c · entropy_t)
  ///
  /// - Parameters:
  ///   - tokenWeight: the reduction's, by the response's length in the whole mini-batch.
  ///   - sums: of the mini-batch's tokens seen so far.
  package func gradient(
    _ tokens: Tokens, tokenWeight weight: Double, adding sums: inout PolicyLossSums
  ) -> Gradient {
    let count = tokens.current.count
    var result = Gradient(
      logProbabilities: [Double](repeating: 0, count: count),
      entropy: -weight * entropyCoefficient, tokenLosses: [Double](repeating: 0, count: count))
    for t in 0..<count {
      let (current, old) = (tokens.current[t], tokens.old[t])
      let token = objective(current: current, old: old, advantage: tokens.advantages[t])
      let rollout = tokens.rollout.flatMap { $0[t].isNaN ? nil : $0[t] }
      let correction = rollout.map { rolloutCorrection.weight(old: old, rollout: $0) } ?? 1
      var loss = correction * token.value
      var gradient = correction * token.gradient
      sums.policyLoss += weight * loss
      if let reference = tokens.reference {
        let kl = klPenalty(current: current, reference: reference[t])
        sums.referenceKL += kl.value
        sums.klLoss += weight * kl.value
        loss += klCoefficient * kl.value
        gradient += klCoefficient * kl.gradient
      }
      if let entropy = tokens.entropies?[t] {
        sums.entropy += entropy
        loss -= entropyCoefficient * entropy
      }
      sums.loss += weight * loss
      sums.add(token, correction: correction)
      if let rollout { sums.add(current: current, rollout: rollout) }
      result.tokenLosses[t] = loss
      result.logProbabilities[t] = weight * gradient
    }
    return result
  }
}
