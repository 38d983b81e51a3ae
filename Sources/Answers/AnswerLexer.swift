/// Makes tokens of an answer's text, LaTeX or plain. Every byte is read once.
struct AnswerLexer {
  /// More tokens are no answer.
  static let maximumTokens = 2000

  let bytes: [UInt8]
  private(set) var position = 0
  private(set) var tokens: [AnswerToken] = []
  private var isSpaced = false
  /// Braces that are open.
  private var depth = 0
  /// Depths of braces at which `\text{…}` was opened.
  private var textDepths: [Int] = []
  /// Depths of braces that only hold letters of another shape.
  private var shapeDepths: [Int] = []

  /// nil where the text is too long or holds what no answer holds.
  static func tokens(of bytes: [UInt8]) -> [AnswerToken]? {
    var lexer = AnswerLexer(bytes: bytes)
    lexer.tokens.reserveCapacity(min(bytes.count, 64))
    while lexer.position < bytes.count {
      guard lexer.tokens.count < maximumTokens, lexer.token() else { return nil }
    }
    return lexer.tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func add(_ kind: AnswerToken.Kind, _ length: Int) {
    tokens.append(
      AnswerToken(kind: kind, start: position, end: position + length, isSpaced: isSpaced))
    position += length
    isSpaced = false
  }

  mutating func skip(_ length: Int, isSpace: Bool = true) {
    position += length
    isSpaced = isSpaced || isSpace
  }

  func byte(_ offset: Int) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private mutating func token() -> Bool {
    let byte = bytes[position]
    switch byte {
    case 0x30...0x39:
      var length = 1
      while let next = self.byte(length), next.isDigit { length += 1 }
      add(.digits, length)
    case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "~"): skip(1)
    case UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\""): skip(1)
    case UInt8(ascii: "@"): add(.word("at"), 1)
    case UInt8(ascii: "{"):
      depth += 1
      // The braces of \text{…} are no group.
      if textDepths.last == depth || shapeDepths.last == depth {
        skip(1, isSpace: textDepths.last == depth)
      } else {
        add(.sign("{"), 1)
      }
    case UInt8(ascii: "}"): closeBrace()
    case UInt8(ascii: "\\"): return command()
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"), UInt8(ascii: "="): relation(byte)
    case UInt8(ascii: "*"):
      add(self.byte(1) == byte ? .sign("^") : .sign("*"), self.byte(1) == byte ? 2 : 1)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): word()
    case 0x80...: return unicode()
    case 0..<0x20, 0x7F: return false
    default: add(.sign(Sign(byte)), 1)
    }
    return true
  }

  private mutating func closeBrace() {
    if textDepths.last == depth {
      textDepths.removeLast()
      skip(1)
    } else if shapeDepths.last == depth {
      shapeDepths.removeLast()
      skip(1, isSpace: false)
    } else {
      add(.sign("}"), 1)
    }
    depth -= 1
  }

  private mutating func relation(_ byte: UInt8) {
    let hasEqual = self.byte(1) == UInt8(ascii: "=")
    switch byte {
    case UInt8(ascii: "<"): add(.relation(hasEqual ? .lessOrEqual : .less), hasEqual ? 2 : 1)
    case UInt8(ascii: ">"): add(.relation(hasEqual ? .greaterOrEqual : .greater), hasEqual ? 2 : 1)
    case UInt8(ascii: "!"): hasEqual ? add(.relation(.notEqual), 2) : add(.sign("!"), 1)
    default: add(.relation(.equal), hasEqual ? 2 : 1)
    }
  }

  // MARK: Words

  private static let shortWords: Set<String> = [
    "and", "or", "if", "cm", "mm", "km", "kg", "mg", "ml", "ft", "in", "is", "at", "to", "of", "no",
    "yes", "pct", "am", "pm", "day", "per", "for", "the", "min", "max", "hr", "mi", "lb", "sq",
    "yd", "are", "not", "odd", "hrs", "mph", "sec", "deg", "rad", "all", "any", "cup", "oz", "men",
    "by", "so", "we", "on", "has", "can", "its", "two", "one", "six", "ten", "red", "boy", "cat",
  ]

  private mutating func word() {
    var length = 1
    while let next = byte(length), next.isLetter { length += 1 }
    guard length > 1 else { return letter() }
    let text = String(decoding: bytes[position..<position + length], as: UTF8.self)
    let lower = text.lowercased()
    guard textDepths.isEmpty else { return add(.word(lower), length) }
    if ["np", "math"].contains(text), byte(length) == UInt8(ascii: ".") {
      // Python's names of functions.
      skip(length + 1)
    } else if let command = LaTeXMeaning.words[lower], lower != "sec" || !followsQuantity {
      add(.command(command), length)
    } else if length <= 3, !Self.shortWords.contains(lower), text != "NaN", !isArticle(lower) {
      // "xy" is a product.
      for letter in text { add(.letter(String(letter)), 1) }
    } else if text == text.uppercased(), !Self.shortWords.contains(lower) {
      add(.letter(text), length)
    } else {
      add(.word(lower), length)
    }
  }

  /// Whether "an" stands before a word, and is no product.
  private func isArticle(_ word: String) -> Bool {
    guard word == "an", byte(2) == 0x20 else { return false }
    return (3...5).allSatisfy { byte($0)?.isLetter == true }
  }

  /// Whether "sec" would be a second: behind a number or a unit.
  private var followsQuantity: Bool {
    switch tokens.last?.kind {
    case .digits, .word, .sign("/"): true
    default: false
    }
  }

  private mutating func letter() {
    let text = String(Unicode.Scalar(bytes[position]))
    // "7 m²" is an area.
    let isArea =
      text == "m" && byte(1) == 0xC2 && (byte(2) == 0xB2 || byte(2) == 0xB3)
    add(textDepths.isEmpty && !isArea ? .letter(text) : .word(text.lowercased()), 1)
  }

  // MARK: Commands

  private mutating func command() -> Bool {
    guard let next = byte(1) else {
      // What is left of a space at the end.
      skip(1)
      return true
    }
    guard next.isLetter else { return escaped(next) }
    var length = 2
    while let byte = byte(length), byte.isLetter { length += 1 }
    let name = String(decoding: bytes[position + 1..<position + length], as: UTF8.self)
    switch LaTeXMeaning.commands[name] {
    case .token(let kind): add(kind, length)
    case .layout:
      // "\left." is no sign at all.
      if name == "left" || name == "right", byte(length) == UInt8(ascii: ".") { length += 1 }
      skip(length, isSpace: false)
    case .space: skip(length)
    case .text: text(length)
    case .upright: upright(length, isFunction: name == "operatorname")
    case .shaped:
      if byte(length) == UInt8(ascii: "{") { shapeDepths.append(depth + 1) }
      skip(length, isSpace: false)
    case nil:
      if name.hasPrefix("quad") {
        // "\quadx" lacks its blank.
        skip(5)
      } else if name == "bullet" {
        tokens.isEmpty ? skip(length) : add(.sign("*"), length)
      } else {
        add(.command(name), length)
      }
    }
    return true
  }

  private mutating func text(_ length: Int) {
    var brace = length
    while byte(brace) == 0x20 { brace += 1 }
    if byte(brace) == UInt8(ascii: "{") { textDepths.append(depth + 1) }
    skip(length)
  }

  /// `\mathrm{…}`: a function's name, a single letter that is a variable, or text.
  private mutating func upright(_ length: Int, isFunction: Bool) {
    var end = length + 1
    while let next = byte(end), next.isLetter { end += 1 }
    guard byte(length) == UInt8(ascii: "{"), byte(end) == UInt8(ascii: "}") else {
      return text(length)
    }
    let name = String(
      decoding: bytes[position + length + 1..<position + end], as: UTF8.self)
    if name != "sec" || !followsQuantity, let function = LaTeXMeaning.functions[name] {
      add(.command(function), end + 1)
    } else if isFunction, let next = byte(end + 1), "(_\\{".utf8.contains(next) {
      add(.letter(name), end + 1)
    } else if name.utf8.count == 1, tokens.last?.kind != .digits || name == "e" || name == "i" {
      // Behind a number an upright letter is a unit, but for e and i.
      add(.letter(name), end + 1)
    } else {
      text(length)
    }
  }

  private mutating func escaped(_ sign: UInt8) -> Bool {
    switch sign {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), 0x20, UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "$"),
      UInt8(ascii: "\""), 0x0A:
      skip(2)
    case UInt8(ascii: "!"): skip(2, isSpace: false)
    case UInt8(ascii: "{"): add(.setOpen, 2)
    case UInt8(ascii: "}"): add(.setClose, 2)
    case UInt8(ascii: "%"): add(.sign("%"), 2)
    case UInt8(ascii: "|"): add(.sign("|"), 2)
    case UInt8(ascii: "&"), UInt8(ascii: "_"), UInt8(ascii: "#"): skip(2)
    case UInt8(ascii: "\\"):
      // "\\frac" is "\frac" of a source that escaped its backslashes.
      if let next = byte(2), next.isLetter, textDepths.isEmpty,
        !tokens.contains(where: { $0.kind == .sign("&") || $0.kind == .command("begin") })
      {
        skip(1)
      } else {
        add(.row, 2)
      }
    default: return false
    }
    return true
  }
}
