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
        guard let value = term.expression.value else { return nil }
        sum = term.isSubtracted ? sum - value : sum + value
        guard let bounded = sum.withinBudget else { return nil }
        sum = bounded
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
        let whole = Int(exponent.numerator.description)
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

  /// The literal that it is; nil for a calculation.
  package var literal: Number? {
    switch self {
    case .number(let number): number
    case .sum(let terms) where terms.count == 1: terms[0].expression.literal
    default: nil
    }
  }

  /// Text that is equal for expressions that differ only in the order of terms and factors, in parentheses that change
  /// nothing, or in how numbers are written: 3·(4 + 5) and (5 + 4)·3.0.
  package var canonicalForm: String {
    switch self {
    case .number(let number): return number.value.description
    case .sum(let terms):
      if terms.count == 1, !terms[0].isSubtracted { return terms[0].expression.canonicalForm }
      return "("
        + terms.map { ($0.isSubtracted ? "-" : "+") + $0.expression.canonicalForm }.sorted()
        .joined() + ")"
    case .product(let factors):
      return "("
        + factors.map { ($0.isDivisor ? "/" : "*") + $0.expression.canonicalForm }.sorted()
        .joined() + ")"
    case .power(let base, let exponent):
      return "(\(base.canonicalForm)^\(exponent.canonicalForm))"
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
