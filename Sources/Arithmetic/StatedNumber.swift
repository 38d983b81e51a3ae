/// The number that a text states as a whole: "18", "$1,000.50", "3/4", "1 1/2", `\frac{1}{2}`, "25%", "-7 apples".
package struct StatedNumber: Hashable, Sendable {
  /// The value; of a percentage, divided by 100.
  package let value: Rational
  package let isPercentage: Bool

  /// nil where the text is not one number, with its sign, currency, unit or percent sign; sums are no number.
  package init?(_ text: String) {
    var copy = text
    var tokens = copy.withUTF8 { utf8 in
      ArithmeticLexer.tokens(of: UnsafeRawBufferPointer(utf8), in: 0..<utf8.count)
    }
    // A full stop or a line break behind the number says nothing.
    while tokens.last?.kind == .barrier { tokens.removeLast() }
    var isNegative = false
    while let first = tokens.first?.kind, first == .minus || first == .plus {
      isNegative = isNegative != (first == .minus)
      tokens.removeFirst()
    }
    var whole = Rational(0)
    if let integer = Self.wholePart(of: tokens) {
      whole = integer
      tokens.removeFirst()
    }
    guard let expression = ExpressionParser.expression(of: tokens[...]), !expression.isSum,
      let rest = expression.value
    else { return nil }
    value = isNegative ? -(whole + rest) : whole + rest
    isPercentage = expression.literal?.isPercentage ?? false
  }

  /// The whole part of a mixed number: an integer, and a fraction right behind it.
  private static func wholePart(of tokens: [ArithmeticToken]) -> Rational? {
    guard tokens.count >= 4, case .number(let integer) = tokens[0].kind, integer.value.isInteger
    else { return nil }
    if tokens[1].kind == .fraction { return integer.value }
    guard case .number = tokens[1].kind, tokens[2].kind == .divide, case .number = tokens[3].kind
    else { return nil }
    return integer.value
  }
}

extension Expression {
  fileprivate var isSum: Bool {
    if case .sum(let terms) = self { terms.count > 1 } else { false }
  }
}
