/// The number that a text states as a whole: "18", "$1,000.50", "3/4", "1 1/2", `\frac{1}{2}`, "25%", "-7 apples".
package struct StatedNumber: Hashable, Sendable {
  /// The value; of a percentage, divided by 100.
  package let value: Rational
  package let isPercentage: Bool

  /// nil where the text is not one number, with its sign, currency, unit or percent sign; sums are no number.
  package init?(_ text: String) {
    var copy = withoutLeadingZeros(withoutMarks(text))
    let read = copy.withUTF8 { utf8 in Self.read(UnsafeRawBufferPointer(utf8)) }
    guard let (value, isPercentage) = read else { return nil }
    self.value = value
    self.isPercentage = isPercentage
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) -> (Rational, Bool)? {
    var tokens = ArithmeticLexer.tokens(of: bytes)
    // A full stop or a line break behind the number says nothing.
    while tokens.list.last?.kind == .barrier { tokens.list.removeLast() }
    var isNegative = false
    var first = 0
    while first < tokens.list.count, [.minus, .plus].contains(tokens.list[first].kind) {
      isNegative = isNegative != (tokens.list[first].kind == .minus)
      first += 1
    }
    tokens.list.removeFirst(first)
    guard let expression = ExpressionParser.expression(of: tokens), !expression.isSum,
      let value = expression.value
    else { return nil }
    return (isNegative ? -value : value, expression.literal?.isPercentage ?? false)
  }
}

extension Expression {
  fileprivate var isSum: Bool {
    if case .sum(let terms) = self { terms.count > 1 } else { false }
  }
}

/// Text whose first number has no leading zeros: an answer such as 025 is 25, while in running prose 007 is a name.
private func withoutLeadingZeros(_ text: String) -> String {
  guard let start = text.firstIndex(where: { ("0"..."9").contains($0) }) else { return text }
  let zeros = text[start...].prefix { $0 == "0" }
  guard zeros.endIndex < text.endIndex, ("0"..."9").contains(text[zeros.endIndex]) else {
    return text
  }
  return String(text[..<start] + text[zeros.endIndex...])
}

/// Text without LaTeX's negative space, as in `3,\!250`, and without degree signs, which are a unit.
private func withoutMarks(_ text: String) -> String {
  [#"\!"#, #"^\circ"#, #"^{\circ}"#, "°"].reduce(text) { $0.replacing($1, with: "") }
}
