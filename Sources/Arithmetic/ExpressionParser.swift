// Tokens into expressions, by recursive descent with limits on nesting and length.
//
//   sum     = product { ("+" | "-") product }
//   product = signed { ("*" | "/" | "of") signed | group }      a group right behind an operand multiplies
//   signed  = { "-" } power
//   power   = operand [ "^" signed ]
//   operand = ( number ["%"] | mixed number | group | \frac group group ) { unit }
//   group   = "(" sum ")" | "{" sum "}"

/// Parses the longest expression that begins at a token.
struct ExpressionParser {
  /// Deeper nesting is not read.
  static let maximumDepth = 64
  /// Longer sides are not read.
  static let maximumTokens = 128
  /// More words than this behind an operand are prose, not its unit.
  static let maximumUnitWords = 6

  private let tokens: ArithmeticTokens
  private let end: Int
  private(set) var position: Int
  private var depth = 0

  /// The expression that all of the tokens make; nil where they make none.
  static func expression(of tokens: ArithmeticTokens) -> Expression? {
    var parser = ExpressionParser(tokens, from: 0, to: tokens.list.count)
    guard tokens.list.count <= maximumTokens, let expression = parser.sum(),
      parser.position == tokens.list.count
    else { return nil }
    return expression
  }

  /// A parser that begins at one token and reads none from `end` on.
  init(_ tokens: ArithmeticTokens, from start: Int, to end: Int) {
    self.tokens = tokens
    position = start
    self.end = end
  }

  /// A sum, as far as it goes; nil where none begins, or an operator lacks its operand. `position` is then behind it.
  mutating func sum() -> Expression? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth, let first = product() else { return nil }
    guard let sign = current, sign == .plus || sign == .minus, !isSign else { return first }
    var terms = [Expression.Term(isSubtracted: false, expression: first)]
    while let sign = current, sign == .plus || sign == .minus, !isSign {
      position += 1
      guard let next = product() else { return nil }
      terms.append(Expression.Term(isSubtracted: sign == .minus, expression: next))
    }
    return .sum(terms)
  }

  /// Whether the minus at the position is the sign of what follows, rather than between two terms: "3 countries is -30/3".
  private var isSign: Bool {
    guard current == .minus, tokens.list[position - 1].kind == .word else { return false }
    let word = String(
      decoding: tokens.bytes[tokens.list[position - 1].bytes], as: UTF8.self)
    return Self.verbs.contains(word)
      && !tokens.touchesPrevious(position) && tokens.touchesPrevious(position + 1)
  }

  private static let verbs: Set<String> = ["is", "are", "was", "were", "be", "equals", "to"]

  private mutating func product() -> Expression? {
    guard let first = signed(isFractionOne: false) else { return nil }
    var factors = [Expression.Factor(isDivisor: false, expression: first)]
    while let (sign, next) = nextFactor() {
      guard let next else { return nil }
      factors.append(Expression.Factor(isDivisor: sign == .divide, expression: next))
    }
    return factors.count == 1 ? first : .product(factors)
  }

  /// The next sign of a product and its operand, nil where that is missing; nil behind the product.
  private mutating func nextFactor() -> (ArithmeticToken.Kind, Expression?)? {
    guard let sign = current else { return nil }
    switch sign {
    case .times, .divide:
      // "2 / 1/5" divides by a fifth: what is written closely belongs together.
      let isFractionOne = sign == .divide && tokens.isSpaced(position)
      position += 1
      return (sign, signed(isFractionOne: isFractionOne))
    case .of:
      // "1/4 of the 20": without a number behind it, it is a word like others.
      let start = position
      position += 1
      skipDeterminers()
      guard let operand = signed(isFractionOne: false) else {
        position = start
        return nil
      }
      return (.times, operand)
    case .open where tokens.touchesPrevious(position) && tokens.list[position - 1].kind != .word:
      return (.times, signed(isFractionOne: false))
    default: return nil
    }
  }

  private mutating func signed(isFractionOne: Bool) -> Expression? {
    var isNegative = false
    while current == .minus {
      isNegative.toggle()
      position += 1
    }
    guard let power = power(isFractionOne: isFractionOne) else { return nil }
    return isNegative ? .sum([Expression.Term(isSubtracted: true, expression: power)]) : power
  }

  private mutating func power(isFractionOne: Bool) -> Expression? {
    guard let base = operand(isFractionOne: isFractionOne) else { return nil }
    guard current == .power else { return base }
    depth += 1
    defer { depth -= 1 }
    position += 1
    guard depth <= Self.maximumDepth, let exponent = signed(isFractionOne: false) else {
      return nil
    }
    return .power(base, exponent)
  }

  private mutating func operand(isFractionOne: Bool) -> Expression? {
    var result: Expression?
    switch current {
    case .number: result = number(isFractionOne: isFractionOne)
    case .open: result = group(closedBy: .close)
    case .openBrace: result = group(closedBy: .closeBrace)
    case .fraction: result = fraction()
    default: return nil
    }
    skipUnits()
    return result
  }

  /// A number, with its percent sign or its fraction.
  private mutating func number(isFractionOne: Bool) -> Expression? {
    if let mixed = mixedNumber() { return .number(mixed) }
    guard let number = tokens.number(position) else { return nil }
    position += 1
    if current == .percent {
      position += 1
      return .number(number.asPercentage)
    }
    if isFractionOne, let denominator = closeDenominator(at: position) {
      position += 2
      return .quotient(.number(number), .number(denominator))
    }
    return .number(number)
  }

  /// "1 1/2", "1 and 1/2" or `1\frac{1}{2}`: a whole number and a proper fraction.
  private mutating func mixedNumber() -> Expression.Number? {
    guard let fraction = fractionBehindNumber(), fraction.value < Rational(1),
      let whole = tokens.number(position), whole.isWhole, !whole.value.isZero,
      whole.value < Rational(1000)
    else { return nil }
    position = fraction.end
    return Expression.Number(
      value: whole.value + fraction.value, decimals: 0, isPercentage: false)
  }

  /// The fraction of a mixed number whose whole part stands at the position, and where it ends.
  private func fractionBehindNumber() -> (value: Rational, end: Int)? {
    var next = position + 1
    guard next < end else { return nil }
    switch tokens.list[next].kind {
    case .fraction: return numericFraction(at: next)
    case .word where isAnd(next): next += 1
    case .number: break
    default: return nil
    }
    guard next < end, tokens.list[next].kind == .number,
      let denominator = closeDenominator(at: next + 1),
      let numerator = tokens.number(next), numerator.isWhole, denominator.isWhole
    else { return nil }
    return numerator.value.divided(by: denominator.value).map { ($0, next + 3) }
  }

  /// The value of `\frac{1}{2}` with whole numbers, and where it ends.
  private func numericFraction(at start: Int) -> (value: Rational, end: Int)? {
    let shape: [ArithmeticToken.Kind] = [
      .fraction, .openBrace, .number, .closeBrace, .openBrace, .number, .closeBrace,
    ]
    guard start + shape.count <= end,
      shape.indices.allSatisfy({ tokens.list[start + $0].kind == shape[$0] }),
      let numerator = tokens.number(start + 2), numerator.isWhole,
      let denominator = tokens.number(start + 5), denominator.isWhole
    else { return nil }
    return numerator.value.divided(by: denominator.value).map { ($0, start + shape.count) }
  }

  /// The denominator of a fraction that is written closely, at its slash.
  private func closeDenominator(at slash: Int) -> Expression.Number? {
    guard slash + 1 < end, tokens.list[slash].kind == .divide,
      tokens.list[slash + 1].kind == .number, !tokens.isSpaced(slash)
    else { return nil }
    return tokens.number(slash + 1)
  }

  private func isAnd(_ index: Int) -> Bool {
    tokens.list[index].kind == .word
      && tokens.bytes[tokens.list[index].bytes].elementsEqual("and".utf8)
  }

  private mutating func fraction() -> Expression? {
    position += 1
    guard current == .openBrace, let numerator = group(closedBy: .closeBrace),
      current == .openBrace, let denominator = group(closedBy: .closeBrace)
    else { return nil }
    return .quotient(numerator, denominator)
  }

  private mutating func group(closedBy close: ArithmeticToken.Kind) -> Expression? {
    position += 1
    guard let inner = sum(), current == close else { return nil }
    position += 1
    return inner
  }

  /// Passes over the words behind an operand: its unit.
  private mutating func skipUnits() {
    let limit = position + Self.maximumUnitWords
    while current == .word, position < limit { position += 1 }
  }

  /// Passes over "the" and "the remaining" between "of" and a number; other words are the start of prose.
  private mutating func skipDeterminers() {
    let limit = position + 2
    while current == .word, position < limit {
      let word = String(decoding: tokens.bytes[tokens.list[position].bytes], as: UTF8.self)
      guard Self.determiners.contains(word) else { return }
      position += 1
    }
  }

  private static let determiners: Set<String> = [
    "the", "a", "an", "his", "her", "their", "its", "my", "our", "these", "those", "all", "total",
    "original", "remaining",
  ]

  private var current: ArithmeticToken.Kind? {
    position < end ? tokens.list[position].kind : nil
  }
}

extension Expression {
  fileprivate static func quotient(_ numerator: Expression, _ denominator: Expression) -> Expression
  {
    .product([
      Factor(isDivisor: false, expression: numerator),
      Factor(isDivisor: true, expression: denominator),
    ])
  }
}

extension Expression.Number {
  fileprivate var isWhole: Bool { decimals == 0 && value.isInteger }

  fileprivate var asPercentage: Expression.Number {
    Expression.Number(
      value: value.divided(by: Rational(100)) ?? value, decimals: decimals + 2, isPercentage: true)
  }
}
