internal import Foundation
internal import Kernels
internal import RandomStreams

/// Draws tokens from logits.
struct TokenSampler {
  let options: SamplingOptions
  let vocabularySize: Int
  /// [vocabulary]
  private let probabilities: FloatBuffer

  init(options: SamplingOptions, vocabularySize: Int) {
    self.options = options
    self.vocabularySize = vocabularySize
    probabilities = FloatBuffer(count: vocabularySize)
  }

  /// A token and log p of it under the distribution that it was drawn from: after temperature, then top-k, then top-p,
  /// normalised over what they leave. Greedy choices take no draw, and tell log p at temperature 1 over all tokens.
  ///
  /// Otherwise one uniform number is taken from the stream. nil where the logits are no finite numbers.
  func sample(
    _ logits: UnsafeMutablePointer<Float>, random: inout RandomStream
  ) -> (token: Int, logProbability: Float)? {
    let isGreedy = options.temperature == 0
    let inverseTemperature = isGreedy ? 1 : Float(1 / options.temperature)
    let logSum = TokenDistribution.logSum(
      logits, count: vocabularySize, inverseTemperature: inverseTemperature)
    guard logSum.isFinite else { return nil }
    if isGreedy {
      let token = likeliest(logits)
      return (token, logits[token] - logSum)
    }
    TokenDistribution.probabilities(
      logits, count: vocabularySize, inverseTemperature: inverseTemperature, logSum: logSum,
      into: probabilities.base)
    let draw = random.uniform()
    let logProbability = { (token: Int) in logits[token] * inverseTemperature - logSum }
    guard options.topP < 1 || (options.topK ?? vocabularySize) < vocabularySize else {
      let token = token(at: draw)
      return (token, logProbability(token))
    }
    let candidates = nucleus()
    let mass = candidates.reduce(0.0) { $0 + Double(probabilities.base[$1]) }
    var cumulative = 0.0
    let token =
      candidates.first { candidate in
        cumulative += Double(probabilities.base[candidate])
        return cumulative > draw * mass
      } ?? candidates[candidates.count - 1]
    return (token, logProbability(token) - Float(log(mass)))
  }

  /// The first of the largest logits.
  private func likeliest(_ logits: UnsafeMutablePointer<Float>) -> Int {
    var best = 0
    for token in 1..<max(vocabularySize, 1) where logits[token] > logits[best] { best = token }
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

  /// The tokens that top-k and top-p leave, likeliest first, equal ones by their number.
  private func nucleus() -> [Int] {
    // A token below (1 − p) / vocabulary is never needed: all such together hold less than 1 − p.
    let floor = Float((1 - options.topP) / Double(vocabularySize)) * 0.99
    let topK = options.topK ?? vocabularySize
    let p = probabilities.base
    var candidates = (0..<vocabularySize).filter { topK < vocabularySize || p[$0] >= floor }
    candidates.sort { p[$0] != p[$1] ? p[$0] > p[$1] : $0 < $1 }
    candidates = Array(candidates.prefix(topK))
    let kept = topK < vocabularySize ? candidates.reduce(0.0) { $0 + Double(p[$1]) } : 1
    var cumulative = 0.0
    let end = candidates.firstIndex { candidate in
      cumulative += Double(p[candidate])
      return cumulative >= options.topP * kept
    }
    return Array(candidates.prefix((end ?? candidates.count - 1) + 1))
  }
}
