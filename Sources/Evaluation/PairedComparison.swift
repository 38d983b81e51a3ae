import Foundation
import RandomStreams

/// Two policies on the same problems: the mean difference of their per-problem values, and how probable one as large is where neither is better.
package struct PairedComparison: Equatable, Sendable {
  /// The mean of second − first, with its interval over problems.
  package let difference: Estimate
  /// The two-sided p of the permutation test: under the null hypothesis the sign of every problem's difference is a coin's.
  package let permutationP: Double
  /// Whether all signs were gone through, not a sample of them.
  package let isExact: Bool
  /// Problems on which the first, or the second, is better.
  package let firstBetter: Int
  package let secondBetter: Int

  /// - Parameters:
  ///   - first: a value of each problem under the first policy.
  ///   - second: of the same problems, in the same order.
  /// - Returns: nil without problems.
  package init?(first: [Double], second: [Double], options: BootstrapOptions) {
    let differences = zip(second, first).map { $0 - $1 }
    guard let difference = bootstrapMean(differences, options: options) else { return nil }
    self.difference = difference
    firstBetter = differences.count { $0 < 0 }
    secondBetter = differences.count { $0 > 0 }
    let moving = differences.filter { $0 != 0 }
    isExact = moving.count <= mostExact
    permutationP =
      isExact
      ? exactSignFlips(moving)
      : sampledSignFlips(moving, count: max(options.resamples, 1), seed: options.seed)
  }
}

/// McNemar's exact test of two policies that answered each problem once: of the problems on which they differ, each is as likely to have
/// been won by either.
///
/// - Returns: the two-sided p, twice the smaller tail of the binomial distribution with p = 1/2, at most 1.
package func mcNemarP(firstOnly: Int, secondOnly: Int) -> Double {
  let count = firstOnly + secondOnly
  guard count > 0 else { return 1 }
  let tail = (0...min(firstOnly, secondOnly)).reduce(0.0) { sum, k in
    sum + exp(logBinomial(count, k) - Double(count) * log(2))
  }
  return min(1, 2 * tail)
}

/// With so many differences or fewer, all signs are gone through: 2^20 sums.
private let mostExact = 20

/// Sums that differ by rounding alone are as large as each other.
private func isAsLarge(_ sum: Double, as observed: Double) -> Bool {
  abs(sum) >= abs(observed) - 1e-9 * max(1, abs(observed))
}

private func exactSignFlips(_ differences: [Double]) -> Double {
  guard !differences.isEmpty else { return 1 }
  let observed = differences.reduce(0, +)
  // A Gray code flips one sign at a time.
  var sum = observed
  var signs = [Double](repeating: 1, count: differences.count)
  var asLarge = 1
  let total = 1 << differences.count
  for step in 1..<total {
    let index = step.trailingZeroBitCount
    signs[index] = -signs[index]
    sum += 2 * signs[index] * differences[index]
    asLarge += isAsLarge(sum, as: observed) ? 1 : 0
  }
  return Double(asLarge) / Double(total)
}

/// By random signs; the observed ones count as a draw (Phipson and Smyth, 2010), so that p is never 0.
private func sampledSignFlips(_ differences: [Double], count: Int, seed: UInt64) -> Double {
  let observed = differences.reduce(0, +)
  var random = RandomStream(seed: seed, "sign flips", differences.count)
  var asLarge = 1
  for _ in 0..<count {
    var sum = 0.0
    var bits = UInt64(0)
    for (index, difference) in differences.enumerated() {
      if index % 64 == 0 { bits = random.next() }
      sum += bits & 1 == 0 ? difference : -difference
      bits >>= 1
    }
    asLarge += isAsLarge(sum, as: observed) ? 1 : 0
  }
  return Double(asLarge) / Double(count + 1)
}
