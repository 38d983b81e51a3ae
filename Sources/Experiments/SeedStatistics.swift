import Foundation

/// A mean over seeds and how far it can be trusted.
package struct SeedMean: Equatable, Sendable {
  package let mean: Double
  /// Half the width of the interval: mean ± margin; nil for a single seed.
  package let margin: Double?
  package let count: Int

  /// The mean of a value of each seed, with Student's interval t₍ₙ₋₁₎ · s / √n.
  ///
  /// - Parameter confidence: the share of such intervals that hold the true mean, where values are distributed normally.
  /// - Returns: nil without values.
  package init?(_ values: [Double], confidence: Double = 0.95) {
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.mean = mean
    self.count = values.count
    guard values.count > 1 else {
      margin = nil
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / (count - 1)).squareRoot()
    let t = studentQuantile((1 + confidence) / 2, degreesOfFreedom: values.count - 1)
    margin = t * deviation / count.squareRoot()
  }

  /// Whether the interval leaves out 0.
  package var isApartFromZero: Bool { margin.map { abs(mean) > $0 } ?? false }
}

/// The value below which a t-distributed number lies with a probability of at least one half.
package func studentQuantile(_ probability: Double, degreesOfFreedom: Int) -> Double {
  // As an angle, t = √ν · tan θ lies between bounds.
  var low = 0.0
  var high = Double.pi / 2
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if studentCentralArea(angle: middle, degreesOfFreedom: degreesOfFreedom) < 2 * probability - 1 {
      low = middle
    } else {
      high = middle
    }
  }
  return Double(degreesOfFreedom).squareRoot() * tan((low + high) / 2)
}

/// The probability that a t-distributed number lies within ± √ν · tan θ (Abramowitz and Stegun, 26.7.3 and 26.7.4).
private func studentCentralArea(angle: Double, degreesOfFreedom: Int) -> Double {
  let cosine = cos(angle)
  let isOdd = degreesOfFreedom % 2 == 1
  // 1 + 1/2 cos² + 1·3/(2·4) cos⁴ + … for even ν; cos + 2/3 cos³ + 2·4/(3·5) cos⁵ + … for odd ν.
  var term = isOdd ? cosine : 1
  var sum = degreesOfFreedom > 1 ? term : 0
  var factor = isOdd ? 2 : 1
  while factor <= degreesOfFreedom - 3 {
    term *= cosine * cosine * Double(factor) / Double(factor + 1)
    sum += term
    factor += 2
  }
  let area = sin(angle) * sum
  return isOdd ? (angle + area) * 2 / .pi : area
}
