package import Checkpoints
internal import Kernels

/// A language model: its shape, its parameters, and the rotary table that follows from the shape.
package final class Model: Sendable {
  package let weights: Weights
  let rotaryEmbedding: RotaryEmbedding

  package var configuration: ModelConfiguration { weights.configuration }

  package init(weights: Weights) {
    self.weights = weights
    let configuration = weights.configuration
    rotaryEmbedding = RotaryEmbedding(
      frequencies: configuration.rotaryFrequencies,
      scale: configuration.ropeScaling?.attentionFactor ?? 1,
      positionCount: configuration.maximumPositionCount)
  }
}
