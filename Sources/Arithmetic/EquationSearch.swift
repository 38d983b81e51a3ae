// Where expressions begin and end among the tokens of a text.

/// Finds the expressions around equals signs.
struct EquationSearch {
  private let tokens: ArithmeticTokens

  init(_ tokens: ArithmeticTokens) { self.tokens = tokens }

  private typealias Side = (expression: Expression, tokens: Range<Int>)

  /// Every link between two neighbouring sides that can be read and of which at least one calculates.
  func equations() -> [Equation] {
    var equations: [Equation] = []
    var previous: Side?
    var chain = 0
    for index in tokens.list.indices {
      let sign = tokens.list[index].kind
      guard sign == .equals || sign == .approximately else { continue }
      let left = previous ?? side(before: index)
      if previous == nil { chain += 1 }
      previous = nil
      guard let right = side(after: index) else { continue }
      if let left, left.expression.isCalculation || right.expression.isCalculation {
        let wording = EquationWording(
          tokens, left: left.tokens, right: right.tokens,
          isNumber: left.expression.literal != nil)
        equations.append(
          Equation(
            left: left.expression, right: right.expression,
            bytes: bytes(from: left.tokens.lowerBound, to: right.tokens.upperBound), chain: chain,
            isApproximate: sign == .approximately, mayConvert: wording.mayConvert))
      }
      let end = right.tokens.upperBound
      if end < tokens.list.count, [.equals, .approximately].contains(tokens.list[end].kind) {
        previous = right
      }
    }
    return equations
  }

  /// Every longest calculation outside of equations.
  func calculations() -> [StatedExpression] {
    var calculations: [StatedExpression] = []
    var index = 0
    while index < tokens.list.count {
      guard canBegin(index) else {
        index += 1
        continue
      }
      var parser = parser(from: index)
      guard let expression = parser.sum() else {
        index += 1
        continue
      }
      let end = parser.position
      if expression.isCalculation, canEnd(end), !isPairOfNumbers(index..<end) {
        calculations.append(
          StatedExpression(expression: expression, bytes: bytes(from: index, to: end)))
      }
      index = end
    }
    return calculations
  }

  /// Whether it is "9/11" or "5-10", with what unit ever.
  private func isPairOfNumbers(_ range: Range<Int>) -> Bool {
    let kinds = tokens.list[range].map(\.kind)
    return kinds.starts(with: [.number, .divide, .number])
      && kinds.dropFirst(3).allSatisfy { $0 == .word }
      && !tokens.isSpaced(range.lowerBound + 1)
      || kinds.starts(with: [.number, .minus, .number])
        && kinds.dropFirst(3).allSatisfy { $0 == .word }
        && !tokens.isSpaced(range.lowerBound + 1)
  }

  /// The longest expression that ends right before an equals sign.
  private func side(before equals: Int) -> Side? {
    var candidate = equals
    let limit = max(0, equals - ExpressionParser.maximumTokens)
    while candidate > limit, !tokens.list[candidate - 1].kind.isBoundary { candidate -= 1 }
    while candidate < equals {
      guard canBegin(candidate) else {
        candidate += 1
        continue
      }
      var parser = ExpressionParser(tokens, from: candidate, to: equals)
      guard let expression = parser.sum() else {
        candidate += 1
        continue
      }
      if parser.position == equals { return (expression, candidate..<equals) }
      // Whatever begins before the place where this one ends, ends there too.
      candidate = parser.position
    }
    return nil
  }

  /// The longest expression that begins right after an equals sign.
  private func side(after equals: Int) -> Side? {
    var parser = parser(from: equals + 1)
    guard let expression = parser.sum(), canEnd(parser.position) else { return nil }
    return (expression, equals + 1..<parser.position)
  }

  private func parser(from start: Int) -> ExpressionParser {
    ExpressionParser(
      tokens, from: start, to: min(tokens.list.count, start + ExpressionParser.maximumTokens))
  }

  /// Whether an expression can begin at a token and is then no part of a longer one.
  private func canBegin(_ index: Int) -> Bool {
    let token = tokens.list[index]
    switch token.kind {
    case .number, .open, .openBrace, .fraction, .minus: break
    default: return false
    }
    guard index > 0 else { return true }
    let before = tokens.list[index - 1]
    let touches = tokens.touchesPrevious(index)
    switch before.kind {
    case .plus, .minus, .times, .divide, .power, .fraction: return false
    // "f(3) + 4", "√16 + 9"
    case .unknown where touches, .word where touches && token.kind == .open: return false
    // "\binom{9}{2}", "x^2 (x + 1)": what stands before takes part.
    case .closeBrace where token.kind != .number, .word where touches && token.kind == .openBrace:
      return false
    case .number where index > 1 && tokens.list[index - 2].kind == .power: return false
    case .barrier, .equals, .approximately, .open, .openBrace: return true
    // Behind a word or an operand, a minus is a sign only where it stands like one: "is -5 + 3".
    default: return token.kind != .minus || (!touches && tokens.touchesPrevious(index + 1))
    }
  }

  /// Whether an expression can end before a token and is then no part of a longer one.
  private func canEnd(_ index: Int) -> Bool {
    guard index < tokens.list.count else { return true }
    let kind = tokens.list[index].kind
    switch kind {
    case .unknown, .fraction: return false
    case .open, .number: return !tokens.touchesPrevious(index)
    default: return !kind.isOperator
    }
  }

  private func bytes(from first: Int, to end: Int) -> Range<Int> {
    tokens.list[first].bytes.lowerBound..<tokens.list[end - 1].bytes.upperBound
  }
}
