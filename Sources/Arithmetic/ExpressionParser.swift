// Tokens into expressions, by recursive descent with a limit on nesting.
//
//   sum     = product { ("+" | "-") product }
//   product = power { ("*" | "/") power }
//   power   = unary [ "^" unary ]
//   unary   = { "-" | "+" } operand
//   operand = number ["%"] {unit} | "(" sum ")" | "{" sum "}" | \frac group group

/// Parses one side of an equation.
struct ExpressionParser {
  /// Deeper nesting is not read.
  static let maximumDepth = 64
  /// Longer sides are not read.
  static let maximumTokens = 128

  private let tokens: ArraySlice<ArithmeticToken>
  private var position: Int
  private var depth = 0

  /// The expression that all of the tokens make; nil where they make none.
  static func expression(of tokens: ArraySlice<ArithmeticToken>) -> Expression? {
    guard tokens.count <= maximumTokens else { return nil }
    var parser = ExpressionParser(tokens: tokens, position: tokens.startIndex)
    guard let expression = parser.sum(), parser.position == tokens.endIndex else { return nil }
    return expression
  }

  private init(tokens: ArraySlice<ArithmeticToken>, position: Int) {
    self.tokens = tokens
    self.position = position
  }

  private mutating func sum() -> Expression? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth, let first = product() else { return nil }
    var terms = [Expression.Term(isSubtracted: false, expression: first)]
    while let sign = current, sign == .plus || sign == .minus {
      position += 1
      guard let next = product() else { return nil }
      terms.append(Expression.Term(isSubtracted: sign == .minus, expression: next))
    }
    return terms.count == 1 ? first : .sum(terms)
  }

  private mutating func product() -> Expression? {
    guard let first = power() else { return nil }
    var factors = [Expression.Factor(isDivisor: false, expression: first)]
    while let sign = current {
      if sign == .times || sign == .divide {
        position += 1
      } else if sign != .open {
        break
      }
      // A parenthesis right after an operand multiplies: 3(4 + 5).
      guard let next = power() else { return nil }
      factors.append(Expression.Factor(isDivisor: sign == .divide, expression: next))
    }
    return factors.count == 1 ? first : .product(factors)
  }

  private mutating func power() -> Expression? {
    guard let base = unary() else { return nil }
    guard current == .power else { return base }
    position += 1
    guard let exponent = unary() else { return nil }
    return .power(base, exponent)
  }

  private mutating func unary() -> Expression? {
    var isNegative = false
    while let sign = current, sign == .minus || sign == .plus {
      isNegative = isNegative != (sign == .minus)
      position += 1
    }
    guard let operand = operand() else { return nil }
    return isNegative ? .sum([Expression.Term(isSubtracted: true, expression: operand)]) : operand
  }

  private mutating func operand() -> Expression? {
    switch current {
    case .number(let number):
      position += 1
      if current == .percent {
        position += 1
        return .number(percentage(number)).skippingUnits(&self)
      }
      return .number(number).skippingUnits(&self)
    case .open: return group(closedBy: .close)
    case .openBrace: return group(closedBy: .closeBrace)
    case .fraction:
      position += 1
      guard let numerator = group(), let denominator = group() else { return nil }
      return .product([
        Expression.Factor(isDivisor: false, expression: numerator),
        Expression.Factor(isDivisor: true, expression: denominator),
      ])
    default: return nil
    }
  }

  /// A group in braces.
  private mutating func group() -> Expression? {
    current == .openBrace ? group(closedBy: .closeBrace) : nil
  }

  private mutating func group(closedBy close: ArithmeticToken.Kind) -> Expression? {
    position += 1
    skipUnits()
    guard let inner = sum(), current == close else { return nil }
    position += 1
    skipUnits()
    return inner
  }

  /// Passes over the words after an operand: units.
  fileprivate mutating func skipUnits() {
    while current == .word { position += 1 }
  }

  private var current: ArithmeticToken.Kind? {
    position < tokens.endIndex ? tokens[position].kind : nil
  }

  private func percentage(_ number: Expression.Number) -> Expression.Number {
    Expression.Number(
      value: number.value.divided(by: Rational(100)) ?? number.value,
      decimals: number.decimals + 2, isPercentage: true)
  }
}

extension Expression {
  /// Itself, after the parser has passed over the units behind it.
  fileprivate func skippingUnits(_ parser: inout ExpressionParser) -> Expression {
    parser.skipUnits()
    return self
  }
}
