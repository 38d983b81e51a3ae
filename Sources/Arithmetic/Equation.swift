// The calculations that a text states.

/// One stated equality between two expressions, at least one of which calculates something: "48/2 = 24".
package struct Equation: Sendable, Equatable {
  /// What exact arithmetic says of an equation.
  package enum Validity: String, Sendable {
    case exact
    /// One side is a decimal to which the other rounds: 100/3 = 33.33.
    case rounded
    case wrong
    /// A division by zero, or numbers beyond the budget.
    case undecided
  }

  package let left: Expression
  package let right: Expression
  /// Where it stands in the text, in bytes, half-open.
  package let bytes: Range<Int>
  package let validity: Validity

  init(left: Expression, right: Expression, bytes: Range<Int>) {
    self.left = left
    self.right = right
    self.bytes = bytes
    validity = Equation.validity(left, right)
  }

  /// Whether exact arithmetic has nothing against it; a stated rounding is accepted.
  package var holds: Bool { validity == .exact || validity == .rounded }

  /// The side that calculates, by preference the left one, and what the other says that it gives.
  package var calculation: (expression: Expression, result: Rational?) {
    left.isCalculation ? (left, right.value) : (right, left.value)
  }

  private static func validity(_ left: Expression, _ right: Expression) -> Validity {
    guard let leftValue = left.value, let rightValue = right.value else { return .undecided }
    if leftValue == rightValue { return .exact }
    for (value, literal) in [(leftValue, right.literal), (rightValue, left.literal)] {
      guard let literal else { continue }
      let stated = right.literal == literal ? rightValue : leftValue
      // "5/20 · 100 = 25%": a percentage may be meant as its number.
      if literal.isPercentage, value == stated * Rational(100) { return .exact }
      if literal.decimals > 0, value.rounds(to: stated, decimals: literal.decimals) {
        return .rounded
      }
    }
    return .wrong
  }
}

/// The equations that a text states, in order; of a chain a = b = c, every link.
///
/// Calculator annotations as in GSM8K, `<<48/2=24>>`, are read by themselves and passed over in the text around them.
/// - Returns: equations with byte ranges of the text.
package func statedEquations(in text: some StringProtocol) -> [Equation] {
  var copy = String(text)
  return copy.withUTF8 { statedEquations(in: UnsafeRawBufferPointer($0)) }
}

/// The equations that UTF-8 text states.
package func statedEquations(in bytes: UnsafeRawBufferPointer) -> [Equation] {
  var equations: [Equation] = []
  var outer: [ArithmeticToken] = []
  var position = 0
  for annotation in annotations(in: bytes) {
    outer += ArithmeticLexer.tokens(of: bytes, in: position..<annotation.lowerBound)
    let inner = annotation.lowerBound + 2..<annotation.upperBound - 2
    equations += links(in: ArithmeticLexer.tokens(of: bytes, in: inner))
    position = annotation.upperBound
  }
  outer += ArithmeticLexer.tokens(of: bytes, in: position..<bytes.count)
  equations += links(in: outer)
  return equations.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
}

/// The places of `<<…>>` on one line, brackets included.
private func annotations(in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
  var ranges: [Range<Int>] = []
  var start: Int?
  var position = 0
  while position + 1 < bytes.count {
    switch (bytes[position], bytes[position + 1]) {
    case (UInt8(ascii: "<"), UInt8(ascii: "<")):
      start = position
      position += 2
    case (UInt8(ascii: ">"), UInt8(ascii: ">")):
      if let opened = start { ranges.append(opened..<position + 2) }
      start = nil
      position += 2
    case (0x0A, _):
      start = nil
      position += 1
    default: position += 1
    }
  }
  return ranges
}

/// Every link between two neighbouring sides that parse.
private func links(in tokens: [ArithmeticToken]) -> [Equation] {
  var equations: [Equation] = []
  var previous: (expression: Expression, start: Int)?
  for index in tokens.indices where tokens[index].kind == .equals {
    let left = previous ?? longestSuffix(of: tokens, before: index)
    guard let right = longestPrefix(of: tokens, after: index) else {
      previous = nil
      continue
    }
    if let left, left.expression.isCalculation || right.expression.isCalculation {
      equations.append(
        Equation(
          left: left.expression, right: right.expression,
          bytes: tokens[left.start].bytes.lowerBound..<tokens[right.end - 1].bytes.upperBound))
    }
    let continues = right.end < tokens.count && tokens[right.end].kind == .equals
    previous = continues ? (right.expression, index + 1) : nil
  }
  return equations
}

/// The longest expression that ends right before an equals sign.
private func longestSuffix(
  of tokens: [ArithmeticToken], before end: Int
) -> (expression: Expression, start: Int)? {
  var start = end
  var earliest = end
  while start > 0, end - start < ExpressionParser.maximumTokens, !isBoundary(tokens[start - 1]) {
    start -= 1
    earliest = start
  }
  // Candidates begin where an operand can: at a number, a parenthesis, a sign or a fraction.
  for candidate in earliest..<max(end, earliest) where canBegin(tokens, candidate) {
    if let expression = ExpressionParser.expression(of: tokens[candidate..<end]) {
      return (expression, candidate)
    }
  }
  return nil
}

/// The longest expression that begins right after an equals sign.
private func longestPrefix(
  of tokens: [ArithmeticToken], after equals: Int
) -> (expression: Expression, end: Int)? {
  var end = equals + 1
  while end < tokens.count, end - equals <= ExpressionParser.maximumTokens,
    !isBoundary(tokens[end])
  {
    end += 1
  }
  var candidate = end
  while candidate > equals + 1 {
    if let expression = ExpressionParser.expression(of: tokens[equals + 1..<candidate]) {
      return (expression, candidate)
    }
    candidate -= 1
  }
  return nil
}

private func isBoundary(_ token: ArithmeticToken) -> Bool {
  token.kind == .equals || token.kind == .barrier
}

private func canBegin(_ tokens: [ArithmeticToken], _ index: Int) -> Bool {
  switch tokens[index].kind {
  case .number, .open, .fraction, .minus: true
  default: false
  }
}
