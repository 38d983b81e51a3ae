import Evaluation
import Foundation
import TestSupport
import Testing

/// Values of NumPy, SciPy and plain enumeration; the recipe is beside them.
private struct Reference: Decodable {
  struct Pass: Decodable {
    let n, c, k: Int
    let value: Double
  }
  struct Majority: Decodable {
    let right: Int
    let others: [Int]
    let silent, k: Int
    let value: Double
  }
  struct Bootstrap: Decodable {
    let values: [Double]
    let mean, low, high, tolerance: Double
  }
  struct Permutation: Decodable {
    let differences: [Double]
    let p: Double
  }
  struct McNemar: Decodable {
    let firstOnly, secondOnly: Int
    let p: Double
  }
  struct Quantile: Decodable {
    let values: [Double]
    let share, value: Double
  }

  let passAtK: [Pass]
  let majority: [Majority]
  let bootstrap: [Bootstrap]
  let permutation: [Permutation]
  let mcnemar: [McNemar]
  let quantiles: [Quantile]

  static func load() throws -> Reference {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Reference.self, from: Data(contentsOf: Fixtures.url("evaluation/reference.json")))
  }
}

@Suite("Evaluation agrees with references")
struct ReferenceTests {
  @Test("pass@k is one minus the share of subsets without a right sample")
  func pass() throws {
    for item in try Reference.load().passAtK {
      let value = try #require(passAtK(correct: item.c, samples: item.n, k: item.k))
      #expect(abs(value - item.value) < 1e-12, "n \(item.n) c \(item.c) k \(item.k)")
    }
    #expect(passAtK(correct: 1, samples: 4, k: 5) == nil)
    #expect(passAtK(correct: 1, samples: 4, k: 0) == nil)
  }

  @Test("maj@k is the mean over all subsets, ties shared")
  func majority() throws {
    let cases = try Reference.load().majority
    #expect(cases.count == 40)
    for item in cases {
      let value = try #require(
        majorityAtK(right: item.right, others: item.others, silent: item.silent, k: item.k))
      #expect(abs(value - item.value) < 1e-12, "\(item)")
    }
  }

  @Test("bootstrap intervals agree with SciPy's, as far as two draws can")
  func bootstrap() throws {
    for item in try Reference.load().bootstrap {
      let estimate = try #require(
        bootstrapMean(
          item.values, options: BootstrapOptions(confidence: 0.9, resamples: 40_000, seed: 3)))
      #expect(abs(estimate.value - item.mean) < 1e-12)
      #expect(abs(estimate.low - item.low) < item.tolerance, "\(estimate) \(item.low)")
      #expect(abs(estimate.high - item.high) < item.tolerance, "\(estimate) \(item.high)")
    }
  }

  @Test("the permutation test gives SciPy's p over all signs, and nearly so over a sample of them")
  func permutation() throws {
    let options = BootstrapOptions(confidence: 0.95, resamples: 20_000, seed: 1)
    for item in try Reference.load().permutation {
      let zeros = item.differences.map { _ in 0.0 }
      let paired = try #require(
        PairedComparison(first: zeros, second: item.differences, options: options))
      #expect(paired.isExact)
      #expect(abs(paired.permutationP - item.p) < 1e-12, "\(paired.permutationP) \(item.p)")
    }
  }

  @Test("McNemar's test is the binomial test of SciPy")
  func mcNemar() throws {
    for item in try Reference.load().mcnemar {
      let p = mcNemarP(firstOnly: item.firstOnly, secondOnly: item.secondOnly)
      #expect(abs(p - item.p) < 1e-12, "\(item)")
      #expect(p == mcNemarP(firstOnly: item.secondOnly, secondOnly: item.firstOnly))
    }
  }

  @Test("quantiles are NumPy's")
  func quantiles() throws {
    for item in try Reference.load().quantiles {
      let value = try #require(quantile(item.values, item.share))
      #expect(abs(value - item.value) < 1e-12)
    }
    #expect(quantile([], 0.5) == nil)
  }
}
