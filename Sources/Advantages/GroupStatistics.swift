// Mean and deviation of the values of one group, and the values in those units.

/// Mean μ and standard deviation σ of the values of one group.
package struct GroupStatistics: Sendable, Equatable {
  /// μ; 0 for no values.
  package let mean: Double
  /// σ; 0 for fewer than two values.
  package let deviation: Double

  /// The statistics of values, in their order.
  ///
  /// σ = √(Σ (x − μ)² / (n − 1)) with `.sample`, √(Σ (x − μ)² / n) with `.population`.
  /// Equal values have exactly themselves as mean and exactly 0 as deviation with `.double`.
  package init(_ values: [Double], deviation: Deviation, precision: Precision) {
    guard let first = values.first else {
      (mean, self.deviation) = (0, 0)
      return
    }
    switch precision {
    case .double:
      guard values.contains(where: { $0 != first }) else {
        (mean, self.deviation) = (first, 0)
        return
      }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      (self.mean, self.deviation) = (
        mean, (squares / deviation.divisor(values.count)).squareRoot()
      )
    case .single:
      let values = values.map { Float($0) }
      let mean = values.reduce(0, +) / Float(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let divisor = Float(deviation.divisor(values.count))
      (self.mean, self.deviation) = (
        Double(mean), values.count < 2 ? 0 : Double((squares / divisor).squareRoot())
      )
    }
  }
}

extension Deviation {
  fileprivate func divisor(_ count: Int) -> Double {
    switch self {
    case .sample: Double(count - 1)
    case .population: Double(count)
    }
  }
}

extension AdvantageOptions {
  /// (x − μ)/(σ + ε) for each value of a group.
  func standardized(_ values: [Double], _ statistics: GroupStatistics) -> [Double] {
    switch precision {
    case .double:
      values.map { ($0 - statistics.mean) / (statistics.deviation + epsilon) }
    case .single:
      values.map {
        let scale = Float(statistics.deviation) + Float(epsilon)
        return Double((Float($0) - Float(statistics.mean)) / scale)
      }
    }
  }

  /// The statistics of a group's values.
  func statistics(_ values: [Double]) -> GroupStatistics {
    GroupStatistics(values, deviation: deviation, precision: precision)
  }
}
