// What exact arithmetic says of two sides.

extension Equation {
  /// What exact arithmetic says of an equation.
  package enum Validity: String, Sendable {
    case exact
    /// One side is a decimal to which the other rounds, or where its endless decimals are cut off: 200/3 = 66.67 or 66.66.
    case rounded
    case wrong
    /// A division by zero, numbers beyond the budget, or units between which it may convert: 1/2 hour = 30 minutes.
    case undecided
  }
}

extension Equation.Validity {
  /// - Parameter isApproximate: whether it is stated with ≈: it may then round to a whole number, and be off by one percent.
  init(_ left: EquationSide, _ right: EquationSide, isApproximate: Bool) {
    if left.readings.contains(where: right.readings.contains) {
      self = .exact
    } else if left.readings.contains(where: { right.rounds($0, isApproximate: isApproximate) })
      || right.readings.contains(where: { left.rounds($0, isApproximate: isApproximate) })
    {
      self = .rounded
    } else if isApproximate,
      (left.value - right.value).magnitude * Rational(100) <= left.value.magnitude
    {
      self = .rounded
    } else {
      self = .wrong
    }
  }
}

/// One side of an equation, with what it may mean.
struct EquationSide {
  let value: Rational
  /// Its value; of a percentage, also its number, as in "5/20 · 100 = 25%" and "20% + 30% = 50".
  let readings: [Rational]
  /// The number that it is, where it calculates nothing.
  private let literal: Expression.Number?

  /// So many decimals are a program's output, whose last digits are noise: 0.1 · 3 = 0.30000000000000004.
  private static let programDecimals = 10

  /// nil where the expression has no value.
  init?(_ expression: Expression, value: Rational?) {
    guard let value else { return nil }
    self.value = value
    readings = expression.isPercentage ? [value, value * Rational(100)] : [value]
    literal = expression.literal
  }

  /// Whether it states a decimal to which a value rounds.
  func rounds(_ value: Rational, isApproximate: Bool) -> Bool {
    guard let literal, isApproximate || literal.decimals > 0 else { return false }
    return readings.indices.contains { index in
      // A percentage's number has two decimals less than its value.
      let decimals = max(0, literal.decimals - 2 * index)
      return states(readings[index], for: value, decimals: decimals)
    }
  }

  private func states(_ stated: Rational, for value: Rational, decimals: Int) -> Bool {
    if value.rounds(to: stated, decimals: decimals) { return true }
    if decimals >= 2, !value.isTerminating, value.isCutOff(at: stated, decimals: decimals) {
      return true
    }
    guard decimals >= Self.programDecimals, let noise = Rational(10).power(-12) else {
      return false
    }
    return (value - stated).magnitude <= value.magnitude * noise
  }
}

extension Expression {
  /// Whether its value is a percentage: one, a sum of nothing else, or something times 100 %.
  fileprivate var isPercentage: Bool {
    switch self {
    case .number(let number): number.isPercentage
    case .sum(let terms): terms.allSatisfy { $0.expression.isPercentage }
    case .product(let factors):
      factors.contains { factor in
        !factor.isDivisor && factor.expression.isPercentage
          && factor.expression.literal?.value == Rational(1)
      }
    case .power: false
    }
  }
}
