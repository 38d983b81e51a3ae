import Foundation
import Kernels
import TestSupport
import Testing

/// Entropy and log-probabilities from logits, as the engine computes them for the loss, against the reference vectors.
///
/// The engine is float32, so the reference's tolerance for single precision applies.
@Suite struct GoldenDistributionTests {
  /// Log-probability, entropy, and the gradient of d · log p[target] + e · entropy.
  private func statistics(
    _ logits: [Double], target: Int, d: Float, e: Float
  ) -> (logProbability: Double, entropy: Double, gradient: [Double]) {
    var row = logits.map { Float($0) }
    let count = row.count
    return row.withUnsafeMutableBufferPointer { row in
      guard let base = row.baseAddress else { return (0, 0, []) }
      // In two parts where there are two logits, as the training pass takes a vocabulary.
      let parts = [0..<count / 2, count / 2..<count].filter { !$0.isEmpty }
      let partialSums = FloatBuffer(count: parts.count * TokenDistribution.partialSumCount)
      for (index, part) in parts.enumerated() {
        TokenDistribution.partialSums(
          base + part.lowerBound, count: part.count, inverseTemperature: 1,
          into: partialSums.base + index * TokenDistribution.partialSumCount)
      }
      let sums = TokenDistribution.sums(of: partialSums.base, count: parts.count)
      let logProbability = base[target] - sums.logSum
      for part in parts {
        TokenDistribution.gradient(
          base + part.lowerBound, count: part.count, inverseTemperature: 1, sums: sums,
          dLogProbability: d, dEntropy: e)
      }
      base[target] += d
      return (Double(logProbability), Double(sums.entropy), row.map { Double($0) })
    }
  }

  private func cases(_ kind: String) throws -> [(
    name: String, input: [String: Any], expected: [String: Any]
  )] {
    try Fixtures.golden("policy_loss").compactMap { object in
      let input = try field(object, "input", [String: Any].self)
      guard input["kind"] as? String == kind else { return nil }
      return (
        try field(object, "name", String.self), input,
        try field(object, "expected", [String: Any].self)
      )
    }
  }

  @Test("entropies and their gradients")
  func entropy() throws {
    let cases = try cases("entropy")
    for (name, input, expected) in cases {
      let rows = try field(input, "logits", [[[Double]]].self).joined()
      let entropies = try field(expected, "entropy", [[Double]].self).joined()
      let gradients = try field(expected, "dentropy_dlogits", [[[Double]]].self).joined()
      for (row, (entropy, gradient)) in zip(rows, zip(entropies, gradients)) {
        let actual = statistics(row, target: 0, d: 0, e: 1)
        #expect(agree(actual.entropy, entropy, tolerance: 1e-4), "\(name)")
        for (actual, expected) in zip(actual.gradient, gradient) {
          #expect(agree(actual, expected, tolerance: 1e-4), "\(name)")
        }
      }
    }
    #expect(cases.count == 4)
  }

  @Test("log-probabilities from logits and their gradients")
  func logProbabilities() throws {
    let cases = try cases("logprob_from_logits")
    for (name, input, expected) in cases {
      let rows = try field(input, "logits", [[Double]].self)
      let labels = try field(input, "labels", [Int].self)
      let values = try field(expected, "log_prob", [Double].self)
      let gradients = try field(expected, "dlogprob_dlogits", [[Double]].self)
      for index in rows.indices {
        let actual = statistics(rows[index], target: labels[index], d: 1, e: 0)
        #expect(agree(actual.logProbability, values[index], tolerance: 1e-4), "\(name)")
        for (actual, expected) in zip(actual.gradient, gradients[index]) {
          #expect(agree(actual, expected, tolerance: 1e-4), "\(name)")
        }
      }
    }
    #expect(cases.count == 1)
  }
}
