internal import Foundation
internal import Kernels
package import RandomStreams

/// A token that was drawn.
package struct DrawnToken {
  package let token: Int
  /// log p under the distribution that it was drawn from.
  package let logProbability: Float
  /// log p under the model's own distribution: temperature 1, all tokens, no penalty.
  package let rawLogProbability: Float
}

/// Draws tokens from logits.
package struct TokenSampler {
  package let options: SamplingOptions
  package let vocabularySize: Int
  /// [vocabulary]
  private let probabilities: FloatBuffer
  /// [vocabulary]: logits after penalties
  private let penalized: FloatBuffer
  /// Those of the training pass, and what each adds to a row's sums.
  private let parts: RowTiles
  private let partialSums: FloatBuffer

  package init(options: SamplingOptions, vocabularySize: Int) {
    self.options = options
    self.vocabularySize = vocabularySize
    probabilities = FloatBuffer(count: vocabularySize)
    penalized = FloatBuffer(count: options.penalties == .none ? 0 : vocabularySize)
    parts = TokenDistribution.parts(ofVocabulary: vocabularySize)
    partialSums = FloatBuffer(count: parts.count * TokenDistribution.partialSumCount)
  }

  /// Numbers that one holds at most.
  static func elementCount(vocabularySize: Int) -> Int {
    2 * vocabularySize
      + TokenDistribution.parts(ofVocabulary: vocabularySize).count
      * TokenDistribution.partialSumCount
  }

  /// Draws a token after penalties, temperature, top-k, top-p and min-p, normalised over what they leave. Greedy choices
  /// take no draw, and tell log p at temperature 1 over all tokens, after penalties.
  ///
  /// Otherwise one uniform number is taken from the stream. nil where the logits are no finite numbers.
  ///
  /// - Parameter seen: what penalties look at; nil where there are none.
  package func sample(
    _ raw: UnsafeMutablePointer<Float>, seen: SeenTokens?, random: inout RandomStream
  ) -> DrawnToken? {
    let rawLogSum = logSum(raw, inverseTemperature: 1)
    guard rawLogSum.isFinite else { return nil }
    var logits = raw
    if let seen, options.penalties != .none {
      logits = penalized.base
      logits.update(from: raw, count: vocabularySize)
      options.penalties.apply(to: logits, seen: seen)
    }
    let isGreedy = options.temperature == 0
    let inverseTemperature = isGreedy ? 1 : 1 / Float(options.temperature)
    let sum =
      logits == raw && inverseTemperature == 1
      ? rawLogSum : logSum(logits, inverseTemperature: inverseTemperature)
    guard sum.isFinite else { return nil }
    func drawn(_ token: Int, mass: Double = 1) -> DrawnToken {
      let logProbability = logits[token] * inverseTemperature - sum
      return DrawnToken(
        token: token,
        logProbability: mass == 1 ? logProbability : logProbability - Float(log(mass)),
        rawLogProbability: raw[token] - rawLogSum)
    }
    if isGreedy { return drawn(likeliest(logits)) }
    TokenDistribution.probabilities(
      logits, count: vocabularySize, inverseTemperature: inverseTemperature, logSum: sum,
      into: probabilities.base)
    let draw = random.uniform()
    guard options.leavesTokensOut(vocabularySize: vocabularySize) else {
      return drawn(token(at: draw))
    }
    let candidates = candidates()
    let mass = candidates.reduce(0.0) { $0 + Double(probabilities.base[$1]) }
    var cumulative = 0.0
    let token =
      candidates.first { candidate in
        cumulative += Double(probabilities.base[candidate])
        return cumulative > draw * mass
      } ?? candidates[candidates.count - 1]
    return drawn(token, mass: mass)
  }

  private func logSum(_ logits: UnsafeMutablePointer<Float>, inverseTemperature: Float) -> Float {
    TokenDistribution.sums(
      logits, parts: parts, inverseTemperature: inverseTemperature, scratch: partialSums.base
    ).logSum
  }

  /// The first of the largest numbers.
  private func likeliest(_ values: UnsafeMutablePointer<Float>) -> Int {
    var best = 0
    for token in 1..<max(vocabularySize, 1) where values[token] > values[best] { best = token }
    return best
  }

  /// The token in which the cumulative probability passes `draw` of the whole.
  private func token(at draw: Double) -> Int {
    // Sums of 64 tokens each find the place quickly; rounding is that of the sums, so the whole is their sum too.
    let part = 64
    var sums: [Double] = []
    sums.reserveCapacity(vocabularySize / part + 1)
    for start in stride(from: 0, to: vocabularySize, by: part) {
      var sum: Float = 0
      for token in start..<min(start + part, vocabularySize) { sum += probabilities.base[token] }
      sums.append(Double(sum))
    }
    var rest = draw * sums.reduce(0, +)
    var last = 0
    for (index, sum) in sums.enumerated() where sum > 0 {
      last = index
      if rest < sum { break }
      if index + 1 < sums.count { rest -= sum }
    }
    let range = last * part..<min((last + 1) * part, vocabularySize)
    var chosen = range.lowerBound
    for token in range where probabilities.base[token] > 0 {
      chosen = token
      rest -= Double(probabilities.base[token])
      if rest < 0 { break }
    }
    return chosen
  }

  /// The tokens that top-k, top-p and min-p leave, likeliest first, equal ones by their number.
  private func candidates() -> [Int] {
    let topK = min(options.topK ?? vocabularySize, vocabularySize)
    let p = probabilities.base
    var candidates = likelyTokens(count: topK)
    candidates.sort { p[$0] != p[$1] ? p[$0] > p[$1] : $0 < $1 }
    candidates = Array(candidates.prefix(topK))
    let kept = topK < vocabularySize ? candidates.reduce(0.0) { $0 + Double(p[$1]) } : 1
    var cumulative = 0.0
    let last = candidates.firstIndex { candidate in
      cumulative += Double(p[candidate])
      return cumulative >= options.topP * kept
    }
    let least = Float(options.minP) * p[candidates[0]]
    return candidates.prefix((last ?? candidates.count - 1) + 1).filter { p[$0] >= least }
  }

  /// All tokens above some probability, low enough that top-k, top-p and min-p find theirs among them.
  private func likelyTokens(count topK: Int) -> [Int] {
    let p = probabilities.base
    let highest = p[likeliest(p)]
    // Top-p counts what min-p leaves out later.
    let least = options.topP < 1 ? 0 : Float(options.minP) * highest
    var floor = highest / 16
    while floor > max(least, .leastNormalMagnitude) {
      let tokens = (0..<vocabularySize).filter { p[$0] >= floor }
      let isEnough =
        topK < vocabularySize
        ? tokens.count >= topK : tokens.reduce(0.0) { $0 + Double(p[$1]) } >= options.topP
      if isEnough { return tokens }
      floor /= 64
    }
    return (0..<vocabularySize).filter { p[$0] >= least }
  }
}
