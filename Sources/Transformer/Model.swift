package import Checkpoints
package import Kernels

/// A language model: its shape, its parameters, and the rotary table that follows from the shape.
package final class Model: Sendable {
  package let weights: Weights
  /// What factors of products are rounded to, those of attention too; parameters, activations and sums are float32.
  package let precision: ProductPrecision
  let rotaryEmbedding: RotaryEmbedding

  package var configuration: ModelConfiguration { weights.configuration }

  package init(weights: Weights, precision: ProductPrecision = .float32) {
    self.weights = weights
    self.precision = precision
    let configuration = weights.configuration
    rotaryEmbedding = RotaryEmbedding(
      frequencies: configuration.rotaryFrequencies,
      scale: configuration.ropeScaling?.attentionFactor ?? 1,
      positionCount: configuration.maximumPositionCount)
  }
}
