// LaTeX's commands.

extension ArithmeticLexer {
  /// A command: a sign of arithmetic, something about layout, or something with a value that is not read.
  mutating func command() {
    let start = position
    position += 1
    position += letterCount(at: position)
    guard position > start + 1 else { return escapedSign() }
    switch String(decoding: bytes[start + 1..<position], as: UTF8.self) {
    case "times", "cdot", "ast": add(.times, from: start)
    case "div": add(.divide, from: start)
    case "approx", "simeq", "cong": add(.approximately, from: start)
    case "frac", "dfrac", "tfrac", "cfrac":
      add(.fraction, from: start)
      // LaTeX's short form: `\frac12` is 1/2, a digit for each group that has no braces.
      for _ in 0..<2 where isDigit(at: position) { digitGroup() }
    case "left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "quad", "qquad", "boxed",
      "fbox", "mathbf", "textbf", "boldsymbol":
      // Layout: what it is about follows, and counts.
      return
    case "text", "mathrm", "textit", "textrm", "mbox", "texttt":
      skipGroup()
      add(.word, from: start)
    case "le", "leq", "ge", "geq", "lt", "gt", "ne", "neq", "to", "rightarrow", "Rightarrow",
      "implies", "iff", "therefore", "because", "begin", "end", "item", "tag", "newline":
      add(.barrier, from: start)
    default: add(.unknown, from: start)
    }
  }

  /// A sign behind a backslash: spaces and delimiters of mathematics are nothing, a percent sign is itself.
  private mutating func escapedSign() {
    guard let sign = byte(at: position) else { return }
    switch sign {
    case UInt8(ascii: "%"): add(.percent, 1)
    case UInt8(ascii: "$"), UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: ";"), 0x20,
      UInt8(ascii: "("), UInt8(ascii: ")"):
      position += 1
    default: add(.barrier, 1)
    }
  }

  /// A single digit as if it stood in braces.
  private mutating func digitGroup() {
    let place = position..<position + 1
    for kind in [ArithmeticToken.Kind.openBrace, .number, .closeBrace] {
      tokens.list.append(ArithmeticToken(kind: kind, bytes: place))
    }
    position += 1
  }

  /// Passes over a group in braces of at most 256 bytes.
  private mutating func skipGroup() {
    guard byte(at: position) == UInt8(ascii: "{") else { return }
    var depth = 0
    for index in position..<min(position + 256, end) {
      if bytes[index] == UInt8(ascii: "{") { depth += 1 }
      if bytes[index] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 {
        position = index + 1
        return
      }
    }
  }
}
