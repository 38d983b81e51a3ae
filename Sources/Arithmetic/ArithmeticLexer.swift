// Text into the tokens of arithmetic. Linear: every byte is looked at a bounded number of times.

/// A token of arithmetic as people and models write it, and where it stands.
struct ArithmeticToken {
  enum Kind: Equatable {
    case number(Expression.Number)
    case plus, minus, times, divide, power
    /// `\frac`, whose two groups follow.
    case fraction
    case open, close
    /// `{` and `}`: grouping in LaTeX, only meaningful to `\frac` and `^`.
    case openBrace, closeBrace
    case percent
    case equals
    /// A word: a unit, or prose.
    case word
    /// Whatever an expression cannot contain: the end of a sentence, a line, a list.
    case barrier
  }

  let kind: Kind
  let bytes: Range<Int>
}

/// Makes tokens from UTF-8.
struct ArithmeticLexer {
  /// A number of more digits is a barrier.
  static let maximumDigits = 1000

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int
  private(set) var tokens: [ArithmeticToken] = []

  /// The tokens of a part of a text.
  static func tokens(of bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> [ArithmeticToken] {
    var lexer = ArithmeticLexer(bytes: bytes, position: range.lowerBound, end: range.upperBound)
    while lexer.position < lexer.end { lexer.token() }
    return lexer.tokens
  }

  private init(bytes: UnsafeRawBufferPointer, position: Int, end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  private mutating func token() {
    let byte = bytes[position]
    switch byte {
    case 0x30...0x39: number()
    case UInt8(ascii: ".") where isDigit(at: position + 1): number()
    case UInt8(ascii: "+"): single(.plus)
    case UInt8(ascii: "-"): single(isListMark ? .barrier : .minus)
    case UInt8(ascii: "*"):
      // `**` is Markdown's bold as often as it is a power: both end an expression where no number follows at once.
      if position + 1 < end, bytes[position + 1] == byte {
        add(.barrier, 2)
      } else {
        single(.times)
      }
    case UInt8(ascii: "/"): single(.divide)
    case UInt8(ascii: "^"): single(.power)
    case UInt8(ascii: "("), UInt8(ascii: "["): single(.open)
    case UInt8(ascii: ")"), UInt8(ascii: "]"): single(.close)
    case UInt8(ascii: "{"): single(.openBrace)
    case UInt8(ascii: "}"): single(.closeBrace)
    case UInt8(ascii: "%"): single(.percent)
    case UInt8(ascii: "="): single(.equals)
    case UInt8(ascii: "\\"): command()
    case UInt8(ascii: "$"), 0x20, 0x09, UInt8(ascii: "~"): position += 1
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): word()
    case 0x80...: unicode()
    default: single(.barrier)
    }
  }

  /// Whether a dash at the start of a line, with a blank behind it, marks a list rather than a negative number.
  private var isListMark: Bool {
    guard position + 1 < end, bytes[position + 1] == 0x20 else { return false }
    guard let last = tokens.last else { return true }
    return last.kind == .barrier && bytes[last.bytes.lowerBound] == 0x0A
  }

  private mutating func single(_ kind: ArithmeticToken.Kind) { add(kind, 1) }

  private mutating func add(_ kind: ArithmeticToken.Kind, _ length: Int) {
    tokens.append(ArithmeticToken(kind: kind, bytes: position..<position + length))
    position += length
  }

  /// Digits with thousands separators (`1,000`, `1{,}000`, `1\,000`) and decimals.
  private mutating func number() {
    let start = position
    var text: [UInt8] = []
    var decimals = 0
    while isDigit(at: position) || separatesThousands(after: text.count) {
      if isDigit(at: position) {
        text.append(bytes[position])
        position += 1
      } else {
        position += separatorLength
      }
    }
    if position < end, bytes[position] == UInt8(ascii: "."), isDigit(at: position + 1) {
      text.append(UInt8(ascii: "."))
      position += 1
      while isDigit(at: position) {
        text.append(bytes[position])
        decimals += 1
        position += 1
      }
    }
    guard text.count <= Self.maximumDigits,
      let value = Rational(decimal: String(decoding: text, as: UTF8.self))
    else {
      tokens.append(ArithmeticToken(kind: .barrier, bytes: start..<position))
      return
    }
    let number = Expression.Number(value: value, decimals: decimals, isPercentage: false)
    tokens.append(ArithmeticToken(kind: .number(number), bytes: start..<position))
  }

  /// Whether a separator of thousands stands here: between one to three digits and exactly three.
  private func separatesThousands(after digitCount: Int) -> Bool {
    guard digitCount > 0, separatorLength > 0 else { return false }
    let next = position + separatorLength
    return (0..<3).allSatisfy { isDigit(at: next + $0) } && !isDigit(at: next + 3)
  }

  private var separatorLength: Int {
    for separator in [[0x2C], [0x7B, 0x2C, 0x7D], [0x5C, 0x2C]] as [[UInt8]]
    where position + separator.count <= end
      && bytes[position..<position + separator.count].elementsEqual(separator)
    {
      return separator.count
    }
    return 0
  }

  /// A LaTeX command.
  private mutating func command() {
    let start = position
    position += 1
    while position < end, isLetter(bytes[position]) { position += 1 }
    let name = String(decoding: bytes[start + 1..<position], as: UTF8.self)
    let range = start..<position
    switch name {
    case "times", "cdot": tokens.append(ArithmeticToken(kind: .times, bytes: range))
    case "div": tokens.append(ArithmeticToken(kind: .divide, bytes: range))
    case "frac", "dfrac", "tfrac":
      tokens.append(ArithmeticToken(kind: .fraction, bytes: range))
      // LaTeX's short form: `\frac12` is 1/2, a digit for each group that has no braces.
      for _ in 0..<2 where isDigit(at: position) { digitGroup() }
    case "left", "right", "displaystyle", "quad", "qquad": break
    case "text", "mathrm", "textbf", "mathbf", "boxed":
      tokens.append(ArithmeticToken(kind: .word, bytes: range))
    case "":
      // An escaped sign: spaces and delimiters of mathematics are nothing, a percent sign is itself.
      guard position < end else { return }
      let sign = bytes[position]
      switch sign {
      case UInt8(ascii: "%"): single(.percent)
      case UInt8(ascii: "$"), UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: ";"), 0x20,
        UInt8(ascii: "("), UInt8(ascii: ")"):
        position += 1
      default: single(.barrier)
      }
    default: tokens.append(ArithmeticToken(kind: .barrier, bytes: range))
    }
  }

  /// A single digit as if it stood in braces.
  private mutating func digitGroup() {
    let place = position..<position + 1
    let number = Expression.Number(
      value: Rational(Int(bytes[position] - 0x30)), decimals: 0, isPercentage: false)
    for kind in [ArithmeticToken.Kind.openBrace, .number(number), .closeBrace] {
      tokens.append(ArithmeticToken(kind: kind, bytes: place))
    }
    position += 1
  }

  private mutating func word() {
    let start = position
    while position < end, isLetter(bytes[position]) || bytes[position] == UInt8(ascii: "'") {
      position += 1
    }
    let isCross = position - start == 1 && bytes[start] | 0x20 == UInt8(ascii: "x")
    let isOf = bytes[start..<position].elementsEqual("of".utf8)
    let kind: ArithmeticToken.Kind
    switch true {
    case isCross where followsOperand: kind = .times
    case isOf where followsProportion: kind = .times
    default: kind = .word
    }
    tokens.append(ArithmeticToken(kind: kind, bytes: start..<position))
  }

  /// × ÷ − – · and the like; other letters make words, other signs barriers.
  private mutating func unicode() {
    var decoder = UTF8()
    var iterator = bytes[position..<min(position + 4, end)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return single(.barrier) }
    let width = UTF8.width(scalar)
    switch scalar {
    case "×", "·", "⋅", "∙", "✕": add(.times, width)
    case "÷", "∕", "⁄": add(.divide, width)
    case "−", "–": add(.minus, width)
    case "＝": add(.equals, width)
    case "€", "£", "¥", "¢", "\u{A0}", "\u{202F}", "\u{2009}": position += width
    default: add(scalar.properties.isAlphabetic ? .word : .barrier, width)
    }
  }

  private var followsOperand: Bool {
    switch tokens.last?.kind {
    case .number, .close, .closeBrace, .percent: true
    // "3 apples x 4": a unit may stand between.
    case .word: tokens.count > 1
    default: false
    }
  }

  private var followsProportion: Bool {
    switch tokens.last?.kind {
    case .percent, .closeBrace: true
    case .number: tokens.count > 1 && tokens[tokens.count - 2].kind == .divide
    default: false
    }
  }

  private func isDigit(at index: Int) -> Bool {
    index < end && (0x30...0x39).contains(bytes[index])
  }

  private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
