import RandomStreams

/// An estimate and the interval around it.
package struct Estimate: Equatable, Sendable {
  package let value: Double
  package let low: Double
  package let high: Double
}

/// How intervals are made.
package struct BootstrapOptions: Equatable, Sendable {
  /// The share of the bootstrap distribution that an interval holds, such as 0.95.
  package var confidence: Double
  package var resamples: Int
  package var seed: UInt64

  package init(confidence: Double, resamples: Int, seed: UInt64) {
    self.confidence = confidence
    self.resamples = resamples
    self.seed = seed
  }
}

/// The mean of per-problem values and its percentile interval: problems are drawn anew with replacement, all samples of a problem
/// staying together (Efron and Tibshirani, 1993, chapter 13).
///
/// The draws depend on the seed and the number of problems alone, so that measures of the same problems get the same draws.
///
/// - Returns: nil without values.
package func bootstrapMean(_ values: [Double], options: BootstrapOptions) -> Estimate? {
  guard !values.isEmpty else { return nil }
  let mean = values.reduce(0, +) / Double(values.count)
  var random = RandomStream(seed: options.seed, "bootstrap", values.count)
  var means: [Double] = []
  means.reserveCapacity(options.resamples)
  for _ in 0..<options.resamples {
    var sum = 0.0
    for _ in values { sum += values[random.integer(in: 0..<values.count)] }
    means.append(sum / Double(values.count))
  }
  means.sort()
  let tail = (1 - options.confidence) / 2
  return Estimate(
    value: mean, low: quantile(means, tail) ?? mean, high: quantile(means, 1 - tail) ?? mean)
}

/// The quantile of sorted values, linear between them, as NumPy's default; nil without values.
package func quantile(_ sorted: [Double], _ share: Double) -> Double? {
  guard let last = sorted.indices.last else { return nil }
  let place = min(max(share, 0), 1) * Double(last)
  let below = Int(place)
  guard below < last else { return sorted[last] }
  return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - Double(below))
}
