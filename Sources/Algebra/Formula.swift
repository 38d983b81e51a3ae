package import Arithmetic

/// A mathematical expression. A difference is a sum with a product by −1, a quotient a product with a power of −1.
package indirect enum Formula: Equatable, Sendable {
  case number(Rational)
  /// A variable, with its accents and subscripts as part of the name.
  case symbol(String)
  case constant(Constant)
  case sum([Formula])
  case product([Formula])
  case power(Formula, Formula)
  /// A function by its name in lower case; unknown names stay as they are.
  case apply(String, [Formula])
  /// + or − the operand; `isUpper` tells ± from ∓.
  case plusMinus(Formula, isUpper: Bool)

  /// A number with a name of its own.
  package enum Constant: Sendable {
    case pi, e, imaginary, infinity
  }

  package static func integer(_ value: Int) -> Formula { .number(Rational(value)) }

  package static func negative(_ operand: Formula) -> Formula {
    if case .number(let value) = operand { return .number(-value) }
    return .product([.integer(-1), operand])
  }

  package static func difference(_ minuend: Formula, _ subtrahend: Formula) -> Formula {
    .sum([minuend, .negative(subtrahend)])
  }

  package static func quotient(_ dividend: Formula, _ divisor: Formula) -> Formula {
    .product([dividend, .power(divisor, .integer(-1))])
  }

  /// The names of all variables in it.
  package var symbols: Set<String> {
    var names: Set<String> = []
    collectSymbols(into: &names)
    return names
  }

  private func collectSymbols(into names: inout Set<String>) {
    switch self {
    case .number, .constant: return
    case .symbol(let name): names.insert(name)
    case .sum(let parts), .product(let parts), .apply(_, let parts):
      for part in parts { part.collectSymbols(into: &names) }
    case .power(let base, let exponent):
      base.collectSymbols(into: &names)
      exponent.collectSymbols(into: &names)
    case .plusMinus(let operand, _): operand.collectSymbols(into: &names)
    }
  }

  /// Whether a part of it satisfies a condition.
  package func contains(_ condition: (Formula) -> Bool) -> Bool {
    if condition(self) { return true }
    return switch self {
    case .number, .constant, .symbol: false
    case .sum(let parts), .product(let parts), .apply(_, let parts):
      parts.contains { $0.contains(condition) }
    case .power(let base, let exponent):
      base.contains(condition) || exponent.contains(condition)
    case .plusMinus(let operand, _): operand.contains(condition)
    }
  }

  /// Its values where it has ±: every ± on its own, but all together where a ∓ ties them. At most 16.
  package var signChoices: [Formula] {
    var count = 0
    var isTied = false
    _ = contains { part in
      if case .plusMinus(_, let isUpper) = part {
        count += 1
        isTied = isTied || !isUpper
      }
      return false
    }
    guard count > 0 else { return [self] }
    let choices = isTied || count > 4 ? 2 : 1 << count
    return (0..<choices).map { choice in
      var bits = isTied || count > 4 ? (choice == 0 ? 0 : -1) : choice
      return choosingSigns(&bits)
    }
  }

  private func choosingSigns(_ bits: inout Int) -> Formula {
    switch self {
    case .number, .constant, .symbol: return self
    case .sum(let parts): return .sum(parts.map { $0.choosingSigns(&bits) })
    case .product(let parts): return .product(parts.map { $0.choosingSigns(&bits) })
    case .apply(let name, let parts):
      return .apply(name, parts.map { $0.choosingSigns(&bits) })
    case .power(let base, let exponent):
      let chosen = base.choosingSigns(&bits)
      return .power(chosen, exponent.choosingSigns(&bits))
    case .plusMinus(let operand, let isUpper):
      let isNegative = (bits & 1 == 1) == isUpper
      bits >>= 1
      let inner = operand.choosingSigns(&bits)
      return isNegative ? .negative(inner) : inner
    }
  }

  /// The value of plain arithmetic on rationals, found without any algebra; nil where there is more to it.
  package var rational: Rational? {
    if case .number(let value) = self { return value }
    var budget = OperationBudget(500)
    return try? rational(within: &budget)
  }

  /// As `rational`, with a budget of one's own.
  func rational(within budget: inout OperationBudget) throws(AlgebraError) -> Rational? {
    switch self {
    case .number(let value): return value
    case .sum(let parts):
      var sum = Rational(0)
      for part in parts {
        guard let value = try part.rational(within: &budget) else { return nil }
        sum = try budget.spend(making: sum + value)
      }
      return sum
    case .product(let parts):
      var product = Rational(1)
      for part in parts {
        guard let value = try part.rational(within: &budget) else { return nil }
        product = try budget.spend(making: product * value)
      }
      return product
    case .power(let base, let exponent):
      guard let base = try base.rational(within: &budget),
        let whole = try exponent.rational(within: &budget)?.words, whole.denominator == 1,
        let power = base.power(whole.numerator)
      else { return nil }
      return try budget.spend(making: power)
    default: return nil
    }
  }

  /// The slope and offset of a linear formula in one variable; nil for others.
  package var affineParts: (slope: Formula, offset: Formula)? {
    let names = symbols
    guard names.count == 1, let name = names.first, size <= 60 else { return nil }
    let offset = substituting(.integer(0), for: name)
    let slope = Formula.difference(substituting(.integer(1), for: name), offset)
    var budget = OperationBudget(500)
    let linear = Formula.sum([.product([slope, .symbol(name)]), offset])
    guard compare(self, linear, budget: &budget) == .exact(true),
      compare(slope, .integer(0), budget: &budget) == .exact(false)
    else { return nil }
    return (slope, offset)
  }

  /// The formula with a value in place of a variable.
  private func substituting(_ value: Formula, for name: String) -> Formula {
    func inside(_ parts: [Formula]) -> [Formula] {
      parts.map { $0.substituting(value, for: name) }
    }
    return switch self {
    case .number, .constant: self
    case .symbol(let symbol): symbol == name ? value : self
    case .sum(let parts): .sum(inside(parts))
    case .product(let parts): .product(inside(parts))
    case .apply(let function, let parts): .apply(function, inside(parts))
    case .power(let base, let exponent):
      .power(
        base.substituting(value, for: name), exponent.substituting(value, for: name))
    case .plusMinus(let operand, let isUpper):
      .plusMinus(operand.substituting(value, for: name), isUpper: isUpper)
    }
  }

  /// How many parts it has, all levels counted.
  var size: Int {
    switch self {
    case .number, .constant, .symbol: 1
    case .sum(let parts), .product(let parts), .apply(_, let parts):
      parts.reduce(1) { $0 + $1.size }
    case .power(let base, let exponent): 1 + base.size + exponent.size
    case .plusMinus(let operand, _): 1 + operand.size
    }
  }
}

/// Why a formula has no canonical form or no value.
package enum AlgebraError: Error {
  /// It takes more operations, terms or digits than are granted.
  case overBudget
  /// It divides by zero, or asks a function outside its domain.
  case undefined
  /// It holds something for which there is no exact rule.
  case unsupported
}
