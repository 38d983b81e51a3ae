// Statistics over the tokens that train.

/// Sums and moments of the values that a mask selects, with verl's constants, so that reported numbers compare.
package struct MaskedStatistics: Sendable, Equatable {
  /// Added to counts before they divide: an empty selection has mean 0, not 0/0.
  package static let countEpsilon = 1e-8

  /// Σ x.
  package let sum: Double
  /// How many values are selected.
  package let count: Int
  /// Σ x / (count + 1e-8).
  package let mean: Double
  /// Σ (x − mean)² / (count + 1e-8).
  package let variance: Double

  /// - Parameter isSelected: which values count; as many as there are values.
  package init(_ values: [Double], isSelected: [Bool]) {
    var sum = 0.0
    var count = 0
    for (value, isSelected) in zip(values, isSelected) where isSelected {
      sum += value
      count += 1
    }
    let mean = sum / (Double(count) + Self.countEpsilon)
    var squares = 0.0
    for (value, isSelected) in zip(values, isSelected) where isSelected {
      squares += (value - mean) * (value - mean)
    }
    self.sum = sum
    self.count = count
    self.mean = mean
    variance = squares / (Double(count) + Self.countEpsilon)
  }

  /// The variance times n/(n − 1); nil for fewer than two values.
  package var unbiasedVariance: Double? {
    count > 1 ? variance * Double(count) / Double(count - 1) : nil
  }

  /// (x − mean)/√(unbiased variance + 1e-8), by choice with the mean added again; nil for fewer than two selected values.
  package func whitened(_ values: [Double], keepsMean: Bool) -> [Double]? {
    guard let unbiasedVariance else { return nil }
    let scale = 1 / (unbiasedVariance + 1e-8).squareRoot()
    return values.map { ($0 - mean) * scale + (keepsMean ? mean : 0) }
  }
}
