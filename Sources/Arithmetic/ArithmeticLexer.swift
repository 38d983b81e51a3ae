// Text into the tokens of arithmetic. Linear: every byte is looked at a bounded number of times.

/// Makes tokens from UTF-8.
struct ArithmeticLexer {
  /// A number of more digits is not read.
  static let maximumDigits = 1000

  let bytes: UnsafeRawBufferPointer
  var position = 0
  var end = 0
  var tokens: ArithmeticTokens

  /// The tokens of a text.
  static func tokens(of bytes: UnsafeRawBufferPointer) -> ArithmeticTokens {
    var lexer = ArithmeticLexer(bytes: bytes)
    lexer.read(0..<bytes.count)
    return lexer.tokens
  }

  init(bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    tokens = ArithmeticTokens(bytes: bytes)
  }

  /// Appends the tokens of a part of the text.
  mutating func read(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
    while position < end { token() }
  }

  private mutating func token() {
    let byte = bytes[position]
    switch byte {
    case 0x30...0x39: number()
    case UInt8(ascii: ".") where isDigit(at: position + 1): number()
    case UInt8(ascii: "+"): add(.plus, 1)
    case UInt8(ascii: "-"): dash(width: 1)
    case UInt8(ascii: "*"): star()
    case UInt8(ascii: "/"): slash()
    case UInt8(ascii: "^"): add(.power, 1)
    case UInt8(ascii: "("), UInt8(ascii: "["): add(.open, 1)
    case UInt8(ascii: ")"), UInt8(ascii: "]"): add(.close, 1)
    case UInt8(ascii: "{"): add(.openBrace, 1)
    case UInt8(ascii: "}"): add(.closeBrace, 1)
    case UInt8(ascii: "%"): add(.percent, 1)
    case UInt8(ascii: "="): equals()
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"), UInt8(ascii: ":"):
      // An inequality is no equation.
      add(.barrier, self.byte(at: position + 1) == UInt8(ascii: "=") ? 2 : 1)
    case UInt8(ascii: "\\"): command()
    case UInt8(ascii: "_"): add(.unknown, 1)
    // LaTeX aligns at "&=".
    case UInt8(ascii: "&") where isBesideEquals: position += 1
    case UInt8(ascii: "$"), 0x20, 0x09, UInt8(ascii: "~"), UInt8(ascii: "`"): position += 1
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): word()
    case 0x80...: unicode()
    default: add(.barrier, 1)
    }
  }

  mutating func add(_ kind: ArithmeticToken.Kind, _ length: Int) {
    tokens.list.append(ArithmeticToken(kind: kind, bytes: position..<position + length))
    position += length
  }

  /// Appends a token for what stands between a place and the position.
  mutating func add(_ kind: ArithmeticToken.Kind, from start: Int) {
    tokens.list.append(ArithmeticToken(kind: kind, bytes: start..<position))
  }

  // MARK: Numbers

  /// Digits with thousands separators (`1,000`, `1{,}000`, `1\,000`), decimals and an exponent.
  private mutating func number() {
    let start = position
    let continuesNumber = last == .number && lastEnd == start
    var digitCount = 0
    while isDigit(at: position) || separatesThousands(after: digitCount) {
      if isDigit(at: position) {
        digitCount += 1
        position += 1
      } else {
        position += separatorLength
      }
    }
    if byte(at: position) == UInt8(ascii: "."), isDigit(at: position + 1) {
      position += 1
      while isDigit(at: position) {
        digitCount += 1
        position += 1
      }
    }
    skipExponent()
    // "8.333...": the dots say that the decimals go on.
    if byte(at: position) == UInt8(ascii: "."), byte(at: position + 1) == UInt8(ascii: ".") {
      while byte(at: position) == UInt8(ascii: ".") { position += 1 }
    }
    if isOrdinal {
      position += 2
      return add(.word, from: start)
    }
    let isPlain = digitCount <= Self.maximumDigits && !continuesNumber && !continues(from: start)
    add(isPlain ? .number : .unknown, from: start)
  }

  /// Whether the digits are part of something that is no plain number; passes over the rest of it.
  ///
  /// A clock time or a ratio, a list without blanks (or thousands parted wrongly: "16,0000"), the second half of "18 000",
  /// a number with leading zeros.
  private mutating func continues(from start: Int) -> Bool {
    if let sign = byte(at: position), sign == UInt8(ascii: ":") || sign == UInt8(ascii: ","),
      isDigit(at: position + 1)
    {
      while let next = byte(at: position),
        isDigit(at: position) || next == sign || next == UInt8(ascii: ".")
      {
        position += 1
      }
      return true
    }
    return bytes[start] == UInt8(ascii: "0") && isDigit(at: start + 1)
  }

  /// Whether a separator of thousands stands here: behind one to three digits or a group, before exactly three.
  private func separatesThousands(after digitCount: Int) -> Bool {
    guard digitCount > 0, separatorLength > 0 else { return false }
    let next = position + separatorLength
    return (0..<3).allSatisfy { isDigit(at: next + $0) } && !isDigit(at: next + 3)
  }

  private var separatorLength: Int {
    switch byte(at: position) {
    case UInt8(ascii: ","): 1
    case UInt8(ascii: "{")
    where byte(at: position + 1) == UInt8(ascii: ",") && byte(at: position + 2) == UInt8(ascii: "}"):
      3
    case UInt8(ascii: "\\") where byte(at: position + 1) == UInt8(ascii: ","): 2
    default: 0
    }
  }

  /// Passes over "e-05", as programs print small numbers.
  private mutating func skipExponent() {
    guard let letter = byte(at: position), letter | 0x20 == UInt8(ascii: "e") else { return }
    var next = position + 1
    if byte(at: next) == UInt8(ascii: "-") || byte(at: next) == UInt8(ascii: "+") { next += 1 }
    let first = next
    while isDigit(at: next) { next += 1 }
    guard (1...3).contains(next - first), letterCount(at: next) == 0 else { return }
    position = next
  }

  /// Whether "st", "nd", "rd" or "th" ends here what the digits began.
  private var isOrdinal: Bool {
    guard letterCount(at: position) == 2 else { return false }
    switch (bytes[position] | 0x20, bytes[position + 1] | 0x20) {
    case (UInt8(ascii: "s"), UInt8(ascii: "t")), (UInt8(ascii: "n"), UInt8(ascii: "d")),
      (UInt8(ascii: "r"), UInt8(ascii: "d")), (UInt8(ascii: "t"), UInt8(ascii: "h")):
      return true
    default: return false
    }
  }

  // MARK: Signs

  /// A minus, a hyphen, a dash, a list's mark or an arrow.
  mutating func dash(width: Int) {
    let next = position + width
    if let follower = byte(at: next), follower == UInt8(ascii: ">") || follower == UInt8(ascii: "-")
    {
      position = next
      while byte(at: position) == UInt8(ascii: "-") { position += 1 }
      return add(.barrier, from: next - width)
    }
    if startsLine, isBlank(at: next) { return add(.barrier, width) }
    guard let letters = nextLetterCount(from: next), letters > 1 else { return add(.minus, width) }
    // "3-hour" is one quantity; "5 - the rest" is prose.
    if isBlank(at: next) { add(.barrier, width) } else { position = next }
  }

  /// A product, a power, Markdown's emphasis or a list's mark.
  private mutating func star() {
    guard byte(at: position + 1) == UInt8(ascii: "*") else {
      return add(startsLine && isBlank(at: position + 1) ? .barrier : .times, 1)
    }
    let isPower =
      last?.endsOperand == true && lastEnd == position
      && (isDigit(at: position + 2) || byte(at: position + 2) == UInt8(ascii: "("))
    if isPower { add(.power, 2) } else { position += 2 }
  }

  /// A quotient, or the "per" of a unit: "60 miles/hour".
  private mutating func slash() {
    let letters = nextLetterCount(from: position + 1) ?? 0
    let isClose = lastEnd == position && !isBlank(at: position + 1)
    guard letters > 1 || (letters == 1 && last == .word && isClose) else {
      return add(.divide, 1)
    }
    let start = position
    position += 1
    while isBlank(at: position) { position += 1 }
    position += letters
    add(.word, from: start)
  }

  private mutating func equals() {
    let start = position
    while byte(at: position) == UInt8(ascii: "=") { position += 1 }
    if byte(at: position) == UInt8(ascii: ">") {
      position += 1
      return add(.barrier, from: start)
    }
    add(position - start <= 2 ? .equals : .barrier, from: start)
  }

  // MARK: Neighbours

  /// The kind of the last token.
  var last: ArithmeticToken.Kind? { tokens.list.last?.kind }

  /// Where the last token ends.
  var lastEnd: Int? { tokens.list.last?.bytes.upperBound }

  func byte(at index: Int) -> UInt8? { index < end ? bytes[index] : nil }

  func isDigit(at index: Int) -> Bool { index < end && (0x30...0x39).contains(bytes[index]) }

  func isBlank(at index: Int) -> Bool {
    index < end && (bytes[index] == 0x20 || bytes[index] == 0x09)
  }

  /// How many ASCII letters stand at a place; more than 32 are not counted.
  func letterCount(at start: Int) -> Int {
    var index = start
    while index < min(end, start + 32), (0x61...0x7A).contains(bytes[index] | 0x20) { index += 1 }
    return index - start
  }

  /// How many letters stand at a place or behind the blanks there; nil where none do.
  private func nextLetterCount(from start: Int) -> Int? {
    var index = start
    while index < start + 4, isBlank(at: index) { index += 1 }
    let count = letterCount(at: index)
    return count > 0 ? count : nil
  }

  private var startsLine: Bool {
    var index = position
    while index > 0, bytes[index - 1] == 0x20 || bytes[index - 1] == 0x09 {
      // A long indent is no list, and looking back must stay cheap.
      guard position - index < 16 else { return false }
      index -= 1
    }
    return index == 0 || bytes[index - 1] == 0x0A
  }

  private var isBesideEquals: Bool {
    byte(at: position + 1) == UInt8(ascii: "=")
      || (position > 0 && bytes[position - 1] == UInt8(ascii: "="))
  }
}
