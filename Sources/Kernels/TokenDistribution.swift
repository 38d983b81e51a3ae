internal import CKernels
internal import Foundation

/// The distribution over the next token: softmax(logits / temperature).
package enum TokenDistribution {
  /// Parts of a vocabulary whose sums are taken apart: few enough logits of a row for its statistics to find them in the cache. Sampler and
  /// trainer take the same ones, since results depend on them.
  package static func parts(ofVocabulary size: Int) -> RowTiles {
    RowTiles(of: size, width: size < 8192 ? 128 : 1024)
  }

  /// What one row's distribution is divided by, and how spread it is.
  package struct Sums: Sendable {
    /// log Σ exp(logits / temperature).
    package let logSum: Float
    /// −Σ p log p, in nats.
    package let entropy: Float
  }

  /// Numbers that `partialSums` leaves.
  package static let partialSumCount = 3

  /// What a part of a row adds to its sums: the largest z, Σ exp(z − largest), Σ exp(z − largest) · (z − largest), where z =
  /// logits / temperature.
  package static func partialSums(
    _ logits: UnsafeMutablePointer<Float>, count: Int, inverseTemperature: Float,
    into sums: UnsafeMutablePointer<Float>
  ) {
    partial_sums(logits, count, inverseTemperature, sums)
  }

  /// The sums of a row.
  ///
  /// - Parameter scratch: room for `partialSumCount` numbers for each part.
  package static func sums(
    _ logits: UnsafeMutablePointer<Float>, parts: RowTiles, inverseTemperature: Float,
    scratch: UnsafeMutablePointer<Float>
  ) -> Sums {
    for part in 0..<parts.count {
      let tokens = parts[part]
      partialSums(
        logits + tokens.lowerBound, count: tokens.count, inverseTemperature: inverseTemperature,
        into: scratch + part * partialSumCount)
    }
    return sums(of: scratch, count: parts.count)
  }

  /// The sums of a row, from those of its parts in their order.
  package static func sums(of parts: UnsafeMutablePointer<Float>, count: Int) -> Sums {
    var largest = -Double.infinity
    for part in 0..<count { largest = max(largest, Double(parts[part * partialSumCount])) }
    var sum = 0.0
    var weighted = 0.0
    for part in 0..<count {
      let values = parts + part * partialSumCount
      let distance = Double(values[0]) - largest
      let factor = exp(distance)
      sum += factor * Double(values[1])
      weighted += factor * (Double(values[2]) + distance * Double(values[1]))
    }
    return Sums(logSum: Float(largest + log(sum)), entropy: Float(log(sum) - weighted / sum))
  }

  /// Gradient of dLogProbability · log p[target] + dEntropy · entropy with respect to a part of a row's logits, in their place,
  /// but for the target's own dLogProbability / temperature.
  package static func gradient(
    _ logits: UnsafeMutablePointer<Float>, count: Int, inverseTemperature: Float, sums: Sums,
    dLogProbability: Float, dEntropy: Float
  ) {
    log_probability_gradient(
      logits, count, inverseTemperature, sums.logSum, dLogProbability, dEntropy, sums.entropy)
  }

  /// Probabilities of all tokens.
  package static func probabilities(
    _ logits: UnsafeMutablePointer<Float>, count: Int, inverseTemperature: Float, logSum: Float,
    into probabilities: UnsafeMutablePointer<Float>
  ) {
    softmax(logits, probabilities, count, inverseTemperature, logSum)
  }
}
