import Foundation

/// The probability that the majority of k samples, drawn without replacement, votes for the right answer: maj@k.
///
/// Each sample votes for its answer; a sample without an answer does not vote. Of answers with equally many votes each wins with the
/// same probability, so that the order of samples does not matter. The expectation is over all subsets of k of the n samples, exactly:
/// for every number of votes j of the right answer, the ways to draw the rest so that no other answer has more, by how many
/// have as many.
///
/// - Parameters:
///   - right: samples with the right answer.
///   - others: for every other answer, how many samples gave it.
///   - silent: samples without an answer.
///   - k: how many samples vote.
/// - Returns: from 0 to 1; nil where k is not in 1 … n.
package func majorityAtK(right: Int, others: [Int], silent: Int, k: Int) -> Double? {
  let samples = right + others.reduce(0, +) + silent
  guard k >= 1, k <= samples else { return nil }
  guard right > 0 else { return 0 }
  if k == samples {
    // One subset: all.
    guard others.allSatisfy({ $0 <= right }) else { return 0 }
    return 1 / Double(1 + others.count { $0 == right })
  }
  var probability = 0.0
  for votes in 1...min(right, k) {
    let rest = k - votes
    // The weights of `draws` are ways over C(n, k), multiplied together step by step so that they stay in range.
    var ways = DrawTable(rest: rest, mostTies: rest / votes)
    for count in others { ways.addAnswer(count: count, votes: votes) }
    ways.addSilent(count: silent)
    let own = logBinomial(right, votes) - logBinomial(samples, k)
    for ties in 0...ways.mostTies {
      probability += ways.weight(ties: ties, logScale: own) / Double(ties + 1)
    }
  }
  return min(probability, 1)
}

/// In how many ways other answers can take a number of votes, by how many of them tie with the right one.
private struct DrawTable {
  let rest: Int
  let mostTies: Int
  /// Ways over e^logScale, at [drawn × (mostTies + 1) + ties].
  private var ways: [Double]
  private var logScale = 0.0

  init(rest: Int, mostTies: Int) {
    self.rest = rest
    self.mostTies = mostTies
    ways = [Double](repeating: 0, count: (rest + 1) * (mostTies + 1))
    ways[0] = 1
  }

  /// An answer that `count` samples gave, and that may have at most `votes` votes.
  mutating func addAnswer(count: Int, votes: Int) {
    add(count: count, most: votes, tie: votes)
  }

  /// Samples that vote for nothing.
  mutating func addSilent(count: Int) {
    guard count > 0 else { return }
    add(count: count, most: count, tie: nil)
  }

  private mutating func add(count: Int, most: Int, tie: Int?) {
    var next = [Double](repeating: 0, count: ways.count)
    let width = mostTies + 1
    for taken in 0...min(count, most, rest) {
      let choices = binomial(count, taken)
      let isTie = taken == tie
      for drawn in 0...(rest - taken) {
        for ties in 0..<width where ways[drawn * width + ties] > 0 {
          let target = isTie ? ties + 1 : ties
          guard target < width else { continue }
          next[(drawn + taken) * width + target] += ways[drawn * width + ties] * choices
        }
      }
    }
    // Kept near 1, so that thousands of samples do not overflow.
    let largest = next.max() ?? 0
    if largest > 0 {
      for index in next.indices { next[index] /= largest }
      logScale += log(largest)
    }
    ways = next
  }

  /// The ways in which all of the rest is drawn and `ties` answers tie, times e^`logScale`.
  func weight(ties: Int, logScale: Double) -> Double {
    let value = ways[rest * (mostTies + 1) + ties]
    return value == 0 ? 0 : value * exp(self.logScale + logScale)
  }
}

/// C(n, k) as a double.
private func binomial(_ n: Int, _ k: Int) -> Double {
  var result = 1.0
  for i in 0..<min(k, n - k) { result = result * Double(n - i) / Double(i + 1) }
  return result
}

/// The natural logarithm of C(n, k).
func logBinomial(_ n: Int, _ k: Int) -> Double {
  var result = 0.0
  for i in 0..<min(k, n - k) { result += log(Double(n - i)) - log(Double(i + 1)) }
  return result
}
