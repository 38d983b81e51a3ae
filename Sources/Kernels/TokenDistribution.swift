internal import CKernels

/// The distribution over the next token: softmax(logits / temperature).
package enum TokenDistribution {
  /// log Σ exp(logits / temperature).
  package static func logSum(
    _ logits: UnsafeMutablePointer<Float>, count: Int, inverseTemperature: Float
  ) -> Float {
    log_sum_exp(logits, count, inverseTemperature)
  }

  /// −Σ p log p, in nats.
  package static func entropy(
    _ logits: UnsafeMutablePointer<Float>, count: Int, inverseTemperature: Float, logSum: Float
  ) -> Float {
    distribution_entropy(logits, count, inverseTemperature, logSum)
  }

  /// Gradient of dLogProbability · log p[target] + dEntropy · entropy with respect to the logits, in their place.
  package static func gradient(
    _ logits: UnsafeMutablePointer<Float>, count: Int, inverseTemperature: Float, logSum: Float,
    target: Int, dLogProbability: Float, dEntropy: Float, entropy: Float
  ) {
    log_probability_gradient(
      logits, count, inverseTemperature, logSum, target, dLogProbability, dEntropy, entropy)
  }

  /// Probabilities of all tokens.
  package static func probabilities(
    _ logits: UnsafeMutablePointer<Float>, count: Int, inverseTemperature: Float, logSum: Float,
    into probabilities: UnsafeMutablePointer<Float>
  ) {
    softmax(logits, probabilities, count, inverseTemperature, logSum)
  }
}
