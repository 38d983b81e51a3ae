import Algebra
import Arithmetic

extension AnswerParser {
  /// A sum with what stands behind it: a percent sign, a unit, words.
  mutating func quantity() throws(Failure) -> ParsedAnswer {
    if argumentDepth == 0, let words = plainWords() { return .words(words) }
    let value = try sum()
    guard case .formula(var formula, let known) = value else { return value }
    guard var unit = try unit() else { return value }
    // 4 ft × 12 ft.
    while known == nil, current == .sign("*"), kind(ahead: 1) == .digits,
      case .named(let name) = unit
    {
      position += 1
      formula = .product([formula, try self.formula(power())])
      if case .named(let next)? = try self.unit() { unit = .named(name + next) }
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
        small.dimension == large.dimension, small.scale < large.scale,
        let share = small.scale.divided(by: large.scale)
      else {
        position = start
        return total == first ? nil : .formula(total, unit: unit)
      }
      total = .sum([total, .product([.number(share), next])])
    }
  }

  /// What follows a number and does not change it.
  mutating func unit() throws(Failure) -> ParsedAnswer.Unit? {
    var name = ""
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
      case .word(let word): name += word
      case .letter(let letter) where braces > 0 || name.hasSuffix("/"): name += letter
      case .sign("{") where !name.isEmpty || nextIsWord: braces += 1
      case .sign("(") where nextIsWord: braces += 1
      case .sign("}") where braces > 0, .sign(")") where braces > 0: braces -= 1
      case .sign("^") where !name.isEmpty: name += "^"
      case .sign("/") where !name.isEmpty: name += "/"
      case .sign(".") where !name.isEmpty, .sign("-") where !name.isEmpty && nextIsWord: break
      case .sign("*") where !name.isEmpty && nextIsWord: break
      case .digits where !name.isEmpty && (!tokens[position].isSpaced || name.hasSuffix("^")):
        name += text(position)
      case .command("superscript2") where !name.isEmpty: name += "^2"
      case .command("superscript3") where !name.isEmpty: name += "^3"
      default: break loop
      }
      position += 1
    }
    guard braces == 0 else { throw .unreadable }
    return name.isEmpty ? nil : .named(name)
  }

  var nextIsWord: Bool {
    if case .word? = kind(ahead: 1) { true } else { false }
  }
}
