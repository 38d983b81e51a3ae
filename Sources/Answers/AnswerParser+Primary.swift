import Algebra
import Arithmetic
import BigInt

extension AnswerParser {
  mutating func primary() throws(Failure) -> ParsedAnswer {
    guard let kind = current else { throw .unreadable }
    switch kind {
    case .digits: return .formula(try number(), unit: nil)
    case .sign("."): return .formula(try number(), unit: nil)
    case .letter(let name):
      position += 1
      return .formula(try letter(name), unit: nil)
    case .sign("("):
      position += 1
      return try group(closing: .sign(")"), isOpenBelow: true)
    case .sign("["):
      position += 1
      return try group(closing: .sign("]"), isOpenBelow: false)
    case .sign("{"), .setOpen:
      position += 1
      return try braces()
    case .sign("|"):
      position += 1
      return try bars()
    case .command(let name):
      position += 1
      return try command(name)
    default: throw .unreadable
    }
  }

  // MARK: Numbers

  private mutating func number() throws(Failure) -> Formula {
    var digits: [UInt8] = []
    var decimals = 0
    let isLeading = position
    if current == .digits {
      digits += bytes[tokens[position].start..<tokens[position].end]
      position += 1
      while let next = thousandsGroup(after: digits) {
        digits += bytes[tokens[next].start..<tokens[next].end]
        position = next + 1
      }
    }
    if current == .sign("."), position == isLeading || !tokens[position].isSpaced {
      let hasDigits =
        position + 1 < tokens.count && tokens[position + 1].kind == .digits
        && !tokens[position + 1].isSpaced
      if hasDigits {
        digits += bytes[tokens[position + 1].start..<tokens[position + 1].end]
        decimals = tokens[position + 1].end - tokens[position + 1].start
      }
      guard hasDigits || !digits.isEmpty else { throw .unreadable }
      position += hasDigits ? 2 : 1
    }
    var scale = -decimals
    if let (exponent, next) = scientificExponent() {
      scale += exponent
      position = next
    }
    guard digits.count <= 1000, abs(scale) <= 1000 else { throw .unreadable }
    guard let value = Rational(digits: digits, scale: scale) else { throw .unreadable }
    if decimals == 0, current == .sign("_"), let inBase = try inBase(digits) { return inBase }
    if decimals == 0, let fraction = try mixedFraction() {
      return .sum([.number(value), fraction])
    }
    return .number(value)
  }

  /// The digits of the next group of three behind a separator; nil where there is none.
  private func thousandsGroup(after digits: [UInt8]) -> Int? {
    guard digits.count % 3 != 0 || digits.count >= 3, digits.first != 0x30 else { return nil }
    var next = position
    if next + 2 < tokens.count, tokens[next].kind == .sign("{"),
      tokens[next + 1].kind == .sign(","),
      tokens[next + 2].kind == .sign("}")
    {
      next += 3
    } else if next < tokens.count, tokens[next].kind == .sign(","), !isInBrackets,
      next + 1 < tokens.count, !tokens[next + 1].isSpaced || isNegativeSpace(next + 1)
    {
      next += 1
    } else if next < tokens.count, !tokens[next].isSpaced {
      return nil
    }
    guard next < tokens.count, tokens[next].kind == .digits,
      tokens[next].end - tokens[next].start == 3,
      position > 0,
      tokens[position - 1].end - tokens[position - 1].start <= 3
    else { return nil }
    return next
  }

  /// Whether `\!` stands before a token.
  private func isNegativeSpace(_ index: Int) -> Bool {
    bytes[tokens[index - 1].end..<tokens[index].start].contains(UInt8(ascii: "!"))
  }

  /// e or E with a whole number right behind the digits.
  private func scientificExponent() -> (Int, Int)? {
    guard let kind = current, kind == .letter("e") || kind == .letter("E"),
      !tokens[position].isSpaced
    else { return nil }
    var next = position + 1
    var isNegative = false
    if next < tokens.count, tokens[next].kind == .sign("-") || tokens[next].kind == .sign("+") {
      isNegative = tokens[next].kind == .sign("-")
      next += 1
    }
    guard next < tokens.count, tokens[next].kind == .digits, !tokens[next].isSpaced,
      let value = Int(digits(next)), value <= 1000
    else { return nil }
    return (isNegative ? -value : value, next + 1)
  }

  /// A number in a base: 204_5.
  private mutating func inBase(_ digits: [UInt8]) throws(Failure) -> Formula? {
    position += 1
    let isBraced = take(.sign("{"))
    let spelt = [
      "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
      "ten": 10,
    ]
    var base: Int?
    if current == .digits {
      base = Int(self.digits(position))
      position += 1
    } else if take(.sign("{")), case .word(let word)? = current {
      base = spelt[word]
      position += 1
      try expect(.sign("}"))
    } else if case .word(let word)? = current {
      base = spelt[word]
      position += 1
    }
    if isBraced { try expect(.sign("}")) }
    guard let base, (2...36).contains(base), digits.allSatisfy({ Int($0) - 0x30 < base }),
      digits.count <= 200,
      let value = BigInt(String(decoding: digits, as: UTF8.self), radix: base),
      let rational = Rational(value, over: 1)
    else { throw .unreadable }
    return .number(rational)
  }

  /// The proper fraction behind a whole number: 7\frac{1}{2}, 7 1/2.
  private mutating func mixedFraction() throws(Failure) -> Formula? {
    let (start, unread) = (position, tokens)
    if take(.command("frac")) {
      if let above = try? argument(), let below = try? argument(), case .number(let a) = above,
        case .number(let b) = below, !a.isNegative, a < b, a.isInteger, b.isInteger
      {
        return .quotient(above, below)
      }
      // A short argument is cut from its token: \frac12.
      (position, tokens) = (start, unread)
      return nil
    }
    guard position + 2 < tokens.count, tokens[position].isSpaced, current == .digits,
      tokens[position + 1].kind == .sign("/"), tokens[position + 2].kind == .digits,
      !tokens[position + 1].isSpaced, let a = Int(digits(position)),
      let b = Int(digits(position + 2)),
      a < b
    else { return nil }
    position += 3
    return .quotient(.integer(a), .integer(b))
  }

  // MARK: Names

  private mutating func letter(_ name: String) throws(Failure) -> Formula {
    var name = name
    if current == .sign("_") {
      position += 1
      name += "_" + (try subscriptText())
    }
    if name == "e" { return .constant(.e) }
    if name == "i" { return .constant(.imaginary) }
    // f(x), and a capital letter before one number or letter in parentheses, are values of functions.
    guard current == .sign("("), !tokens[position].isSpaced else { return .symbol(name) }
    let isSingle = position + 2 < tokens.count && tokens[position + 2].kind == .sign(")")
    let isCapital = name.first?.isUppercase == true
    guard ["f", "g", "h"].contains(name) || (isCapital && isSingle) else { return .symbol(name) }
    position += 1
    var arguments = [try formula(sum())]
    while take(.sign(",")) { arguments.append(try formula(sum())) }
    try expect(.sign(")"))
    return .apply(name + "()", arguments)
  }

  /// What stands below, without braces and blanks.
  private mutating func subscriptText() throws(Failure) -> String {
    guard position < tokens.count else { throw .unreadable }
    guard take(.sign("{")) else {
      defer { position += 1 }
      return String(decoding: bytes[tokens[position].start..<tokens[position].end], as: UTF8.self)
    }
    var text = ""
    var depth = 1
    while position < tokens.count {
      switch current {
      case .sign("{"): depth += 1
      case .sign("}"): depth -= 1
      default:
        text += String(
          decoding: bytes[tokens[position].start..<tokens[position].end], as: UTF8.self)
      }
      position += 1
      if depth == 0 { return text }
    }
    throw .unreadable
  }

  // MARK: Commands

  private static let functions: [String: String] = [
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc",
    "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan", "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "ln": "ln", "log": "log", "lg": "log", "exp": "exp", "abs": "abs", "det": "det",
  ]

  private mutating func command(_ name: String) throws(Failure) -> ParsedAnswer {
    if let function = Self.functions[name] { return .formula(try application(function), unit: nil) }
    switch name {
    case "frac":
      let above = try argument()
      return .formula(.quotient(above, try argument()), unit: nil)
    case "sqrt": return .formula(try root(), unit: nil)
    case "cbrt":
      return .formula(.power(try argument(), .quotient(.integer(1), .integer(3))), unit: nil)
    case "pi": return .formula(.constant(.pi), unit: nil)
    case "infty", "infinity", "inf", "oo": return .formula(.constant(.infinity), unit: nil)
    case "binom":
      let above = try argument()
      return .formula(.apply("binom", [above, try argument()]), unit: nil)
    case "emptyset": return .set([])
    case "reals": return .reals
    case "mathbb":
      let isBraced = take(.sign("{"))
      guard take(.letter("R")) else { throw .unreadable }
      if isBraced { try expect(.sign("}")) }
      return .reals
    case "vulgar½": return .formula(.quotient(.integer(1), .integer(2)), unit: nil)
    case "vulgar⅓": return .formula(.quotient(.integer(1), .integer(3)), unit: nil)
    case "vulgar⅔": return .formula(.quotient(.integer(2), .integer(3)), unit: nil)
    case "vulgar¼": return .formula(.quotient(.integer(1), .integer(4)), unit: nil)
    case "vulgar¾": return .formula(.quotient(.integer(3), .integer(4)), unit: nil)
    case "bar", "hat", "vec", "overline", "overrightarrow", "dot", "ddot", "tilde", "widehat":
      return .formula(.symbol(name + ":" + (try subscriptText())), unit: nil)
    case "lfloor", "lceil":
      let inner = try formula(sum())
      try expect(.command(name == "lfloor" ? "rfloor" : "rceil"))
      return .formula(.apply(name == "lfloor" ? "floor" : "ceil", [inner]), unit: nil)
    case "sum", "prod": return .formula(try series(name), unit: nil)
    case "begin": return try matrix()
    default: throw .unreadable
    }
  }

  /// A sum or product over an index, kept as it is.
  private mutating func series(_ name: String) throws(Failure) -> Formula {
    try expect(.sign("_"))
    try expect(.sign("{"))
    let index = try formula(primary())
    try expect(.relation(.equal))
    let start = try formula(sum())
    try expect(.sign("}"))
    try expect(.sign("^"))
    let end = try argument()
    return .apply(name, [index, start, end, try formula(product())])
  }

  private mutating func root() throws(Failure) -> Formula {
    var degree = Formula.integer(2)
    if take(.sign("[")) {
      degree = try formula(sum())
      try expect(.sign("]"))
    }
    let radicand = current == .digits ? try number() : try argument()
    return .power(radicand, .quotient(.integer(1), degree))
  }

  /// A function with its power, base and argument; without parentheses the argument is the product that follows.
  private mutating func application(_ name: String) throws(Failure) -> Formula {
    var name = name
    var exponent: Formula?
    var base: Formula?
    while current == .sign("^") || current == .sign("_") {
      let isPower = current == .sign("^")
      position += 1
      let value = try argument()
      if isPower { exponent = value } else { base = value }
    }
    if exponent == .integer(-1), ["sin", "cos", "tan"].contains(name) {
      name = "arc" + name
      exponent = nil
    }
    let operand: Formula
    if current == .sign("(") || current == .sign("{") || current == .sign("|")
      || current == .sign("[")
    {
      operand = try formula(primary())
    } else {
      var factors = [try formula(power())]
      while startsFactor {
        if case .command(let next)? = current, Self.functions[next] != nil { break }
        if current == .sign("(") || current == .sign("[") { break }
        factors.append(try formula(power()))
      }
      operand = factors.count == 1 ? factors[0] : .product(factors)
    }
    let value = Formula.apply(name, (base.map { [$0] } ?? []) + [operand])
    return exponent.map { .power(value, $0) } ?? value
  }

  // MARK: Matrices

  private mutating func matrix() throws(Failure) -> ParsedAnswer {
    let name = try subscriptText()
    guard
      ["pmatrix", "bmatrix", "matrix", "array", "vmatrix", "Bmatrix", "smallmatrix"].contains(name)
    else { throw .unreadable }
    if name == "array", current == .sign("{") { _ = try subscriptText() }
    var rows: [[Formula]] = [[]]
    while !take(.command("end")) {
      if take(.row) {
        rows.append([])
      } else if take(.sign("&")) {
        continue
      } else {
        rows[rows.count - 1].append(try formula(sum()))
      }
    }
    _ = try subscriptText()
    rows.removeAll { $0.isEmpty }
    guard let width = rows.first?.count, rows.allSatisfy({ $0.count == width }) else {
      throw .unreadable
    }
    return .matrix(rows)
  }
}
