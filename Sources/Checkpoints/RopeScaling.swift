// How rotary positions are stretched beyond the length that a model was first trained for.

internal import Foundation

/// A variant of rotary positions: what becomes of the frequencies θ^(−2i/d) of the default.
package enum RopeScaling: Sendable, Equatable {
  /// All frequencies divided by `factor`: positional interpolation (Chen et al., 2023).
  case linear(factor: Double)
  /// Low frequencies divided by `factor`, high ones kept, those between blended (Llama 3.1).
  case llama3(
    factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
    originalPositionCount: Int)
  /// Blended by how often a pair turns within the original length (Peng et al., 2023).
  case yarn(YaRN)

  /// The numbers of the `yarn` variant.
  package struct YaRN: Sendable, Equatable {
    package let factor: Double
    package let originalPositionCount: Int
    /// Turns within the original length above which a frequency is kept.
    package let fastTurns: Double
    /// Turns below which it is divided by `factor`.
    package let slowTurns: Double
    /// Whether the bounds between the two are rounded outwards to whole pairs.
    package let roundsBounds: Bool
    /// Multiplies cosines and sines, so that queries and keys grow by it.
    package let attentionFactor: Double

    package init(
      factor: Double, originalPositionCount: Int, fastTurns: Double = 32, slowTurns: Double = 1,
      roundsBounds: Bool = true, attentionFactor: Double
    ) {
      self.factor = factor
      self.originalPositionCount = originalPositionCount
      self.fastTurns = fastTurns
      self.slowTurns = slowTurns
      self.roundsBounds = roundsBounds
      self.attentionFactor = attentionFactor
    }

    /// The attention factor that the paper suggests: 0.1 · scale · ln(factor) + 1.
    package static func suggestedAttentionFactor(
      factor: Double, scale: Double = 1
    ) -> Double {
      factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1
    }
  }

  /// What transformers calls it.
  var name: String {
    switch self {
    case .linear: "linear"
    case .llama3: "llama3"
    case .yarn: "yarn"
    }
  }

  /// The fields of a new `rope_scaling` object, as JSON, in the order in which they are written.
  var jsonFields: [(name: String, json: String)] {
    let kind = [("rope_type", "\"\(name)\"")]
    switch self {
    case .linear(let factor):
      return kind + [("factor", "\(factor)")]
    case .llama3(let factor, let low, let high, let count):
      return kind + [
        ("factor", "\(factor)"), ("low_freq_factor", "\(low)"), ("high_freq_factor", "\(high)"),
        ("original_max_position_embeddings", "\(count)"),
      ]
    case .yarn(let yarn):
      return kind + [
        ("factor", "\(yarn.factor)"),
        ("original_max_position_embeddings", "\(yarn.originalPositionCount)"),
        ("beta_fast", "\(yarn.fastTurns)"), ("beta_slow", "\(yarn.slowTurns)"),
        ("truncate", "\(yarn.roundsBounds)"), ("attention_factor", "\(yarn.attentionFactor)"),
      ]
    }
  }
}
