import Algebra
import Arithmetic

extension AnswerParser {
  /// A sum with what stands behind it: a percent sign, a unit, words.
  mutating func quantity() throws(Failure) -> ParsedAnswer {
    if argumentDepth == 0, let words = plainWords() { return .words(words) }
    let sum = try sum()
    guard case .formula(let plain, let known) = sum else { return sum }
    var formula = multiplied(plain)
    let value: ParsedAnswer = .formula(formula, unit: known)
    guard var unit = try unit() else { return value }
    // 4 ft × 12 ft.
    while known == nil, current == .sign("*") || current == .letter("x"),
      kind(ahead: 1) == .digits,
      case .named(let name) = unit
    {
      position += 1
      formula = .product([formula, try self.formula(power())])
      if case .named(let next)? = try self.unit() { unit = .named(name + " " + next) }
    }
    if known == nil, let compound = try compound(formula, unit) { return compound }
    return .formula(formula, unit: known ?? unit)
  }

  /// 5 feet 10 inches, 2 hours 30 minutes: the parts together in the first one's unit; nil where there is one part.
  private mutating func compound(
    _ first: Formula, _ unit: ParsedAnswer.Unit
  ) throws(Failure) -> ParsedAnswer? {
    guard case .named(let name) = unit, let large = MeasuringUnit(name) else { return nil }
    var total = first
    while true {
      let start = position
      _ = take(.word("and"))
      guard current == .digits, case .formula(let next, nil) = try sum(),
        case .named(let nextName)? = try self.unit(), let small = MeasuringUnit(nextName),
        small.isComparable(with: large), small.scale < large.scale,
        let share = small.scale.divided(by: large.scale)
      else {
        position = start
        return total == first ? nil : .formula(total, unit: unit)
      }
      total = .sum([total, .product([.number(share), next])])
    }
  }

  /// Words that begin a remark, which is more than a unit.
  private static let remarks: Set<String> = [
    "to", "through", "is", "are", "at", "than", "not", "no", "if", "when", "where", "for", "with",
    "by", "otherwise", "wrong", "incorrect", "rejected", "fails", "because", "but", "when", "as",
    "from", "then", "since", "which", "only", "except", "invalid", "base", "mod",
  ]

  /// Words that multiply the number before them.
  private static let multipliers: [String: Rational] = {
    var table: [String: Rational] = [:]
    for (name, power) in [
      ("ten", 1), ("hundred", 2), ("thousand", 3), ("million", 6), ("billion", 9),
    ] {
      table[name] = Rational(10).power(power)
      table[name + "s"] = table[name]
      table[name + "th"] = Rational(10).power(-power)
      table[name + "ths"] = table[name + "th"]
    }
    table["trillion"] = Rational(10).power(12)
    table["dozen"] = Rational(12)
    for (name, divisor) in [("half", 2), ("halve", 2), ("third", 3), ("fourth", 4), ("fifth", 5)] {
      table[name + "s"] = Rational(1, over: divisor)
    }
    return table
  }()

  /// Takes words such as "million" behind a number, and multiplies by what they say.
  private mutating func multiplied(_ formula: Formula) -> Formula {
    var formula = formula
    while case .word(let word)? = current {
      if let factor = Self.multipliers[word] {
        formula = .product([formula, .number(factor)])
      } else if word == "squared" || word == "cubed" {
        formula = .power(formula, .integer(word == "squared" ? 2 : 3))
      } else {
        break
      }
      position += 1
    }
    return formula
  }

  /// What follows a number and does not change it.
  mutating func unit() throws(Failure) -> ParsedAnswer.Unit? {
    var parts: [String] = []
    var braces = 0
    loop: while let kind = current {
      switch kind {
      case .word("and") where braces == 0, .word("or") where braces == 0: break loop
      case .word("percent"), .word("percentage"), .word("pct"):
        position += 1
        return .percent
      case .word("degrees"), .word("degree"), .word("deg"):
        position += 1
        return .degree
      case .word(let word):
        if Self.remarks.contains(word) { throw .unreadable }
        parts.append(word)
      case .letter(let letter) where braces > 0 || parts.last == "/" || readsUnitLetter(letter):
        parts.append(letter.lowercased())
      case .sign("{") where !parts.isEmpty || nextIsWord: braces += 1
      case .sign("(") where nextIsWord: braces += 1
      case .sign("}") where braces > 0, .sign(")") where braces > 0: braces -= 1
      case .sign("^") where !parts.isEmpty: parts.append("^")
      case .sign("/") where !parts.isEmpty: parts.append("/")
      case .sign(".") where !parts.isEmpty, .sign("-") where !parts.isEmpty && nextIsWord,
        .sign("*") where !parts.isEmpty && nextIsWord:
        break
      case .digits where !parts.isEmpty && (!isSpaced || parts.last == "^"):
        if parts.last == "^" {
          parts.append(text(position))
        } else {
          parts[parts.count - 1] += text(position)
        }
      case .command("superscript2") where !parts.isEmpty: parts += ["^", "2"]
      case .command("superscript3") where !parts.isEmpty: parts += ["^", "3"]
      default: break loop
      }
      position += 1
    }
    guard braces == 0 else { throw .unreadable }
    return parts.isEmpty ? nil : .named(parts.joined(separator: " "))
  }

  /// Whether a letter of plain text is read as a unit: "5 m".
  private func readsUnitLetter(_ letter: String) -> Bool {
    reading == .unitLetters && isUnitLetter(position) && isSpaced
  }

  /// Whether a letter behind a number could be its unit.
  func isUnitLetter(_ index: Int) -> Bool {
    guard index > 0, index < limit, case .letter(let letter) = tokens[index].kind,
      ["m", "s", "g", "h", "L", "N", "J", "V", "W"].contains(letter)
    else { return false }
    switch tokens[index - 1].kind {
    case .digits, .sign("}"), .command("pi"): return true
    default: return false
    }
  }

  var nextIsWord: Bool {
    if case .word? = kind(ahead: 1) { true } else { false }
  }
}
