/// A token of arithmetic as people and models write it, and where it stands.
struct ArithmeticToken {
  enum Kind: UInt8 {
    /// Digits; their value is read only where an expression needs it.
    case number
    case plus, minus, times, divide, power
    /// The word after a proportion: "50% of 30".
    case of
    /// `\frac`, whose two groups follow.
    case fraction
    case open, close
    /// `{` and `}`: grouping in LaTeX.
    case openBrace, closeBrace
    case percent
    case equals, approximately
    /// A unit, or prose.
    case word
    /// Something with a value that is not read: a variable, a root, a clock time. An expression that it is part of is none.
    case unknown
    /// Whatever an expression cannot contain: the end of a sentence, a line, a list.
    case barrier
  }

  let kind: Kind
  let bytes: Range<Int>
}

extension ArithmeticToken.Kind {
  /// Whether it joins two operands.
  var isOperator: Bool {
    switch self {
    case .plus, .minus, .times, .divide, .power: true
    default: false
    }
  }

  /// Whether no expression reaches across it.
  var isBoundary: Bool {
    switch self {
    case .equals, .approximately, .barrier: true
    default: false
    }
  }

  /// Whether an operand can end with it.
  var endsOperand: Bool {
    switch self {
    case .number, .close, .closeBrace, .percent: true
    default: false
    }
  }
}

/// The tokens of a text, with the text.
struct ArithmeticTokens {
  let bytes: UnsafeRawBufferPointer
  var list: [ArithmeticToken] = []

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether nothing stands between a token and the one before it.
  func touchesPrevious(_ index: Int) -> Bool {
    index > 0 && list[index - 1].bytes.upperBound == list[index].bytes.lowerBound
  }

  /// Whether a blank stands before or behind a token.
  func isSpaced(_ index: Int) -> Bool {
    !touchesPrevious(index) || (index + 1 < list.count && !touchesPrevious(index + 1))
  }

  /// The number that a token states.
  func number(_ index: Int) -> Expression.Number? {
    var digits: [UInt8] = []
    var decimals = 0
    var isFraction = false
    var exponent = 0
    var rest = bytes[list[index].bytes][...]
    while let byte = rest.popFirst() {
      switch byte {
      case 0x30...0x39:
        digits.append(byte)
        if isFraction { decimals += 1 }
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        exponent = Int(String(decoding: rest, as: UTF8.self)) ?? 0
        rest = rest.suffix(0)
      // Superscripts: "²" is C2 B2, "³" C2 B3.
      case 0xB2, 0xB3: digits.append(byte - 0xB0 + 0x30)
      default: continue
      }
    }
    guard let value = Rational(digits: digits, scale: exponent - decimals) else { return nil }
    return Expression.Number(
      value: value, decimals: max(0, decimals - exponent), isPercentage: false)
  }
}
