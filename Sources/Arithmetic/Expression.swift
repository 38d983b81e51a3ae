/// An arithmetic expression over exact numbers.
///
/// Sums and products hold all their terms side by side, so that a long chain is wide, not deep.
package indirect enum Expression: Hashable, Sendable {
  /// A number as it was written.
  case number(Number)
  case sum([Term])
  case product([Factor])
  case power(Expression, Expression)

  /// A literal.
  package struct Number: Hashable, Sendable {
    /// The value; of a percentage, divided by 100.
    package let value: Rational
    /// Digits after the decimal point.
    package let decimals: Int
    package let isPercentage: Bool
  }

  /// A term of a sum.
  package struct Term: Hashable, Sendable {
    package let isSubtracted: Bool
    package let expression: Expression
  }

  /// A factor of a product.
  package struct Factor: Hashable, Sendable {
    package let isDivisor: Bool
    package let expression: Expression
  }

  /// The exact value; nil for a division by zero, a power that is no whole one, and numbers beyond the budget.
  package var value: Rational? {
    switch self {
    case .number(let number): return number.value
    case .sum(let terms):
      var sum = Rational(0)
      for term in terms {
        guard let value = term.expression.value,
          let next = (term.isSubtracted ? sum - value : sum + value).withinBudget
        else { return nil }
        sum = next
      }
      return sum
    case .product(let factors):
      var product = Rational(1)
      for factor in factors {
        guard let value = factor.expression.value,
          let next = factor.isDivisor ? product.divided(by: value) : product * value,
          let bounded = next.withinBudget
        else { return nil }
        product = bounded
      }
      return product
    case .power(let base, let exponent):
      guard let base = base.value, let exponent = exponent.value, exponent.isInteger,
        let whole = Int(exactly: exponent.numerator)
      else { return nil }
      return base.power(whole)
    }
  }

  /// Whether it calculates anything, rather than being a bare number.
  package var isCalculation: Bool {
    switch self {
    case .number: false
    case .sum(let terms): terms.count > 1 || terms.contains { $0.expression.isCalculation }
    case .product, .power: true
    }
  }

  /// The literal that it is, whatever its sign; nil for a calculation.
  package var literal: Number? {
    switch self {
    case .number(let number): number
    case .sum(let terms) where terms.count == 1: terms[0].expression.literal
    default: nil
    }
  }

  /// The numbers that it is made of, in order.
  package var literals: [Number] {
    switch self {
    case .number(let number): [number]
    case .sum(let terms): terms.flatMap(\.expression.literals)
    case .product(let factors): factors.flatMap(\.expression.literals)
    case .power(let base, let exponent): base.literals + exponent.literals
    }
  }

  /// Itself and every calculation inside it.
  package var calculations: [Expression] {
    guard isCalculation else { return [] }
    let inner: [Expression] =
      switch self {
      case .number: []
      case .sum(let terms): terms.flatMap(\.expression.calculations)
      case .product(let factors): factors.flatMap(\.expression.calculations)
      case .power(let base, let exponent): base.calculations + exponent.calculations
      }
    return [self] + inner
  }
}
