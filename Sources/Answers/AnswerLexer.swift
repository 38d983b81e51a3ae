/// Makes tokens of an answer's text, LaTeX or plain. Every byte is read once.
struct AnswerLexer {
  /// More tokens are no answer.
  static let maximumTokens = 2000

  private let bytes: [UInt8]
  private var position = 0
  private var isSpaced = false
  /// Depths of braces at which `\text{…}` was opened.
  private var textDepths: [Int] = []
  private var depth = 0
  private var tokens: [AnswerToken] = []

  /// nil where the text is too long or holds what no answer holds.
  static func tokens(of bytes: [UInt8]) -> [AnswerToken]? {
    var lexer = AnswerLexer(bytes: bytes)
    while lexer.position < bytes.count {
      guard lexer.tokens.count < maximumTokens, lexer.token() else { return nil }
    }
    return lexer.tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func add(_ kind: AnswerToken.Kind, _ length: Int) {
    tokens.append(
      AnswerToken(kind: kind, start: position, end: position + length, isSpaced: isSpaced))
    position += length
    isSpaced = false
  }

  private mutating func skip(_ length: Int, isSpace: Bool = true) {
    position += length
    isSpaced = isSpaced || isSpace
  }

  private func byte(_ offset: Int) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private mutating func token() -> Bool {
    let byte = bytes[position]
    switch byte {
    case 0x30...0x39:
      var length = 1
      while let next = self.byte(length), (0x30...0x39).contains(next) { length += 1 }
      add(.digits, length)
    case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "~"): skip(1)
    case UInt8(ascii: "$"), UInt8(ascii: "`"): skip(1)
    case UInt8(ascii: "{"):
      depth += 1
      // The braces of \text{…} are no group.
      if textDepths.last == depth { skip(1) } else { add(.sign("{"), 1) }
    case UInt8(ascii: "}"):
      if textDepths.last == depth {
        textDepths.removeLast()
        skip(1)
      } else {
        add(.sign("}"), 1)
      }
      depth -= 1
    case UInt8(ascii: "\\"): return command()
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"), UInt8(ascii: "="): relation(byte)
    case UInt8(ascii: "*"):
      add(self.byte(1) == byte ? .sign("^") : .sign("*"), self.byte(1) == byte ? 2 : 1)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): word()
    case 0x80...: return unicode()
    case 0..<0x20, 0x7F: return false
    default: add(.sign(Character(Unicode.Scalar(byte))), 1)
    }
    return true
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

  private static let mathematicalWords: Set<String> = [
    "sqrt", "sin", "cos", "tan", "cot", "sec", "csc", "log", "ln", "exp", "arcsin", "arccos",
    "arctan", "sinh", "cosh", "tanh", "abs", "pi", "infinity", "inf", "infty", "oo", "binom", "det",
    "alpha", "beta", "gamma", "theta", "lambda", "omega", "cbrt", "lg",
  ]

  private static let shortWords: Set<String> = [
    "and", "or", "if", "cm", "mm", "km", "kg", "mg", "ml", "ft", "in", "is", "at", "to", "of", "no",
    "yes", "pct", "am", "pm", "day", "per", "for", "the", "min", "max", "hr", "mi", "lb", "sq",
    "yd",
    "are", "not", "odd", "hrs", "mph", "sec", "deg", "rad", "all", "any", "cup", "oz", "men", "by",
  ]

  private mutating func word() {
    var length = 1
    while let next = byte(length), isLetter(next) { length += 1 }
    let text = String(decoding: bytes[position..<position + length], as: UTF8.self)
    let lower = text.lowercased()
    if length == 1, lower == "m", byte(1) == 0xC2, byte(2) == 0xB2 || byte(2) == 0xB3 {
      add(.word(lower), 1)
    } else if length == 1 {
      add(textDepths.isEmpty ? .letter(text) : .word(lower), 1)
    } else if textDepths.isEmpty, Self.mathematicalWords.contains(lower) {
      add(.command(lower), length)
    } else if textDepths.isEmpty, length <= 3, !Self.shortWords.contains(lower) {
      // "xy" is a product.
      for letter in text { add(.letter(String(letter)), 1) }
    } else if textDepths.isEmpty, text == text.uppercased() {
      add(.letter(text), length)
    } else {
      add(.word(lower), length)
    }
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
  }

  // MARK: Commands

  private static let relations: [String: ParsedAnswer.Comparison] = [
    "le": .lessOrEqual, "leq": .lessOrEqual, "leqslant": .lessOrEqual, "ge": .greaterOrEqual,
    "geq": .greaterOrEqual, "geqslant": .greaterOrEqual, "lt": .less, "gt": .greater,
    "ne": .notEqual, "neq": .notEqual, "approx": .approximately, "simeq": .approximately,
    "in": .element,
  ]

  private static let layout: Set<String> = [
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "displaystyle",
    "textstyle", "limits", "mathbf", "boldsymbol", "bf", "rm", "mathit", "mathcal", "quad", "qquad",
    "thinspace", "boxed", "fbox", "middle", "bm",
  ]

  private static let texts: Set<String> = [
    "text", "textbf", "textit", "textrm", "mbox", "texttt", "textsc", "emph", "textnormal",
  ]

  private static let greek: Set<String> = [
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta",
    "iota", "kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "varphi",
    "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Sigma", "Phi", "Psi",
    "Omega",
    "ell", "hbar", "aleph",
  ]

  private mutating func command() -> Bool {
    guard let next = byte(1) else { return false }
    guard isLetter(next) else { return escaped(next) }
    var length = 2
    while let byte = byte(length), isLetter(byte) { length += 1 }
    let name = String(decoding: bytes[position + 1..<position + length], as: UTF8.self)
    if Self.layout.contains(name) {
      // "\left." is no sign at all.
      if name == "left" || name == "right", byte(length) == UInt8(ascii: ".") { length += 1 }
      skip(length, isSpace: name.hasSuffix("quad"))
    } else if name.hasPrefix("quad") {
      // "\quadx" lacks its blank.
      skip(5)
    } else if Self.texts.contains(name)
      || ((name == "mathrm" || name == "operatorname") && !isVariable(at: length))
    {
      var brace = length
      while byte(brace) == 0x20 { brace += 1 }
      if byte(brace) == UInt8(ascii: "{") { textDepths.append(depth + 1) }
      skip(length)
    } else if name == "mathrm" || name == "operatorname" {
      skip(length)
    } else if let relation = Self.relations[name] {
      add(.relation(relation), length)
    } else if Self.greek.contains(name) {
      add(.letter("\\" + name), length)
    } else {
      switch name {
      case "cdot", "times", "ast", "bullet": add(.sign("*"), length)
      case "div": add(.sign("/"), length)
      case "pm": add(.plusMinus, length)
      case "mp": add(.minusPlus, length)
      case "cup": add(.union, length)
      case "cap": add(.intersection, length)
      case "setminus", "backslash": add(.without, length)
      case "lbrace": add(.setOpen, length)
      case "rbrace": add(.setClose, length)
      case "lvert", "rvert", "vert", "mid": add(.sign("|"), length)
      case "circ", "degree": add(.sign("°"), length)
      case "prime": add(.sign("'"), length)
      case "colon": add(.sign(":"), length)
      case "lbrack": add(.sign("["), length)
      case "rbrack": add(.sign("]"), length)
      case "dfrac", "tfrac", "cfrac", "frac": add(.command("frac"), length)
      case "varnothing", "emptyset", "oslash": add(.command("emptyset"), length)
      case "dbinom", "tbinom", "binom": add(.command("binom"), length)
      default: add(.command(name), length)
      }
    }
    return true
  }

  /// Whether an upright letter is a name; behind a number it is a unit, but for e and i.
  private func isVariable(at offset: Int) -> Bool {
    guard byte(offset) == UInt8(ascii: "{"), byte(offset + 2) == UInt8(ascii: "}") else {
      return false
    }
    guard tokens.last?.kind == .digits, let letter = byte(offset + 1) else { return true }
    return letter == UInt8(ascii: "e") || letter == UInt8(ascii: "i")
  }

  private mutating func escaped(_ sign: UInt8) -> Bool {
    switch sign {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), 0x20, UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "$"):
      skip(2)
    case UInt8(ascii: "!"): skip(2, isSpace: false)
    case UInt8(ascii: "{"): add(.setOpen, 2)
    case UInt8(ascii: "}"): add(.setClose, 2)
    case UInt8(ascii: "%"): add(.sign("%"), 2)
    case UInt8(ascii: "|"): add(.sign("|"), 2)
    case UInt8(ascii: "&"), UInt8(ascii: "_"), UInt8(ascii: "#"): skip(2)
    case UInt8(ascii: "\\"):
      // "\\frac" is "\frac" of a source that escaped its backslashes.
      if let next = byte(2), isLetter(next), textDepths.isEmpty,
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

  // MARK: Beyond ASCII

  private mutating func unicode() -> Bool {
    let length = bytes[position] >= 0xF0 ? 4 : bytes[position] >= 0xE0 ? 3 : 2
    guard bytes[position] >= 0xC0, position + length <= bytes.count,
      let scalar = String(decoding: bytes[position..<position + length], as: UTF8.self)
        .unicodeScalars.first
    else { return false }
    switch scalar {
    case "−", "–", "—": add(.sign("-"), length)
    case "×", "·", "⋅": add(.sign("*"), length)
    case "÷": add(.sign("/"), length)
    case "π": add(.command("pi"), length)
    case "√": add(.command("sqrt"), length)
    case "∞": add(.command("infty"), length)
    case "°": add(.sign("°"), length)
    case "∅": add(.command("emptyset"), length)
    case "ℝ": add(.command("reals"), length)
    case "≤": add(.relation(.lessOrEqual), length)
    case "≥": add(.relation(.greaterOrEqual), length)
    case "≠": add(.relation(.notEqual), length)
    case "≈": add(.relation(.approximately), length)
    case "∈": add(.relation(.element), length)
    case "∪": add(.union, length)
    case "∩": add(.intersection, length)
    case "±": add(.plusMinus, length)
    case "²": power("2", length)
    case "³": power("3", length)
    case "€", "£", "\u{A0}", "\u{2009}", "\u{202F}", "\u{3000}", "\u{200B}": skip(length)
    case "½", "⅓", "¼", "¾", "⅔": add(.command("vulgar\(scalar)"), length)
    default:
      if (0x370...0x3FF).contains(scalar.value) {
        add(.letter(String(scalar)), length)
      } else if (0xFF10...0xFF19).contains(scalar.value) || scalar.properties.isEmoji {
        return false
      } else if scalar.properties.isAlphabetic {
        add(.word(String(scalar)), length)
      } else {
        return false
      }
    }
    return true
  }

  private mutating func power(_ digit: String, _ length: Int) {
    add(.command("superscript" + digit), length)
  }
}
