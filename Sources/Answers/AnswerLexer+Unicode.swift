extension AnswerLexer {
  /// Signs beyond ASCII that have a meaning of their own.
  private static let signs: [Unicode.Scalar: AnswerToken.Kind] = [
    "−": .sign("-"), "–": .sign("-"), "—": .sign("-"), "×": .sign("*"), "·": .sign("*"),
    "⋅": .sign("*"), "∗": .sign("*"), "÷": .sign("/"), "∕": .sign("/"), "⁄": .sign("/"),
    "π": .command("pi"), "√": .command("sqrt"), "∛": .command("cbrt"), "∞": .command("infty"),
    "°": .sign("°"), "∘": .sign("°"), "º": .sign("°"), "′": .sign("'"), "’": .sign("'"),
    "∅": .command("emptyset"), "ℝ": .command("reals"),
    "≤": .relation(.lessOrEqual), "⩽": .relation(.lessOrEqual), "≥": .relation(.greaterOrEqual),
    "⩾": .relation(.greaterOrEqual), "≠": .relation(.notEqual), "≈": .relation(.approximately),
    "∈": .relation(.element), "∪": .union, "∩": .intersection, "∖": .without, "±": .plusMinus,
    "∓": .minusPlus, "→": .command("to"), "…": .letter("…"), "⋯": .letter("…"),
    "⌊": .command("lfloor"), "⌋": .command("rfloor"), "⌈": .command("lceil"),
    "⌉": .command("rceil"), "⟨": .sign("("), "⟩": .sign(")"), "∣": .sign("|"),
    "∠": .letter("\\angle"), "△": .letter("\\triangle"), "％": .sign("%"), "，": .sign(","),
    "、": .sign(","), "：": .sign(":"), "∶": .sign(":"),
    "½": .command("vulgar½"), "⅓": .command("vulgar⅓"), "¼": .command("vulgar¼"),
    "¾": .command("vulgar¾"), "⅔": .command("vulgar⅔"),
  ]

  private static let superscripts: [Unicode.Scalar: String] = [
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8",
    "⁹": "9",
  ]

  private static let subscripts: [Unicode.Scalar: String] = [
    "₀": "0", "₁": "1", "₂": "2", "₃": "3", "₄": "4", "₅": "5", "₆": "6", "₇": "7", "₈": "8",
    "₉": "9",
  ]

  private static let greek: [Unicode.Scalar: String] = [
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "θ": "theta",
    "λ": "lambda", "μ": "mu", "ν": "nu", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi",
    "ω": "omega", "Δ": "Delta", "Σ": "Sigma", "Φ": "Phi", "Ω": "Omega",
  ]

  private static let skipped = Set<Unicode.Scalar>([
    "€", "£", "¥", "₹", "“", "”", "‘", "\u{A0}", "\u{2009}", "\u{202F}", "\u{3000}", "\u{200B}",
    "\u{2061}", "\u{2062}", "\u{FEFF}",
  ])

  /// The token of a character beyond ASCII; false where it is not UTF-8, or nothing that answers hold.
  mutating func unicode() -> Bool {
    let length = bytes[position] >= 0xF0 ? 4 : bytes[position] >= 0xE0 ? 3 : 2
    guard bytes[position] >= 0xC0, position + length <= bytes.count,
      let scalar = String(decoding: bytes[position..<position + length], as: UTF8.self)
        .unicodeScalars.first
    else { return false }
    if let kind = Self.signs[scalar] {
      add(kind, length)
    } else if scalar == "″" {
      add(.sign("'"), 0)
      add(.sign("'"), length)
    } else if let digit = Self.superscripts[scalar] {
      add(.command("superscript" + digit), length)
    } else if Self.skipped.contains(scalar) {
      skip(length)
    } else if let digit = Self.subscripts[scalar] {
      add(.sign("_"), 0)
      add(.letter(digit), length)
    } else if (0x370...0x3FF).contains(scalar.value) {
      add(.letter(Self.greek[scalar].map { "\\" + $0 } ?? String(scalar)), length)
    } else if (0xFF10...0xFF19).contains(scalar.value) || scalar.properties.isEmoji {
      return false
    } else if scalar.properties.isAlphabetic {
      add(.word(String(scalar)), length)
    } else {
      return false
    }
    return true
  }
}
