import Algebra

extension AnswerParser {
  mutating func power() throws(Failure) -> ParsedAnswer {
    let first = try primary()
    guard case .formula(var base, var unit) = first else { return try raised(first) }
    while let kind = current {
      switch kind {
      case .sign("^"):
        position += 1
        if take(.sign("°")) || (current == .sign("{") && isDegreeGroup) {
          unit = .degree
          if current == .sign("{") { position += 3 }
          base = try minutesAdded(to: base)
          continue
        }
        if let primes = primes() {
          base = try primed(base, primes)
          continue
        }
        base = .power(base, try argument())
      case .command(let name) where name.hasPrefix("superscript"):
        guard let digit = name.utf8.last.map({ Int($0) - 0x30 }) else { return first }
        position += 1
        base = .power(base, .integer(digit))
      case .sign("!"):
        position += 1
        base = .apply("factorial", [base])
      case .sign("°"):
        position += 1
        unit = .degree
        base = try minutesAdded(to: base)
      case .sign("%"):
        position += 1
        unit = .percent
      case .sign("'"):
        position += 1
        base = try primed(base, 1)
      case .sign("_"):
        guard case .symbol(let name) = base else { return .formula(base, unit: unit) }
        position += 1
        base = .symbol(name + "_" + (try subscriptText()))
      default: return .formula(base, unit: unit)
      }
    }
    return .formula(base, unit: unit)
  }

  /// A matrix with a T above it is transposed; one with another exponent stays as it is.
  private mutating func raised(_ answer: ParsedAnswer) throws(Failure) -> ParsedAnswer {
    guard case .matrix(let rows) = answer, take(.sign("^")) else { return answer }
    let exponent = try argument()
    guard exponent == .symbol("T") else {
      return .family("power", bounds: [.formula(exponent, unit: nil)], answer)
    }
    return .matrix(rows[0].indices.map { column in rows.map { $0[column] } })
  }

  private var isDegreeGroup: Bool {
    kind(ahead: 1) == .sign("°") && kind(ahead: 2) == .sign("}")
  }

  /// How many primes stand here, behind a ^: ', {'}, {''}; nil where there are none.
  private mutating func primes() -> Int? {
    let isBraced = current == .sign("{")
    var end = position + (isBraced ? 1 : 0)
    let start = end
    while end < limit, tokens[end].kind == .sign("'") { end += 1 }
    guard end > start else { return nil }
    if isBraced {
      guard end < limit, tokens[end].kind == .sign("}") else { return nil }
    }
    position = end + (isBraced ? 1 : 0)
    return end - start
  }

  /// A derivative's or another's name; minutes and seconds of an angle behind a number.
  private func primed(_ base: Formula, _ count: Int) throws(Failure) -> Formula {
    let marks = String(repeating: "'", count: count)
    switch base {
    case .symbol(let name): return .symbol(name + marks)
    case .constant(.e): return .symbol("e" + marks)
    case .number: return .product([base, .symbol(marks)])
    default: return .apply("primed" + marks + "()", [base])
    }
  }

  /// Degrees with minutes and seconds behind them: 63° 45' 36''.
  private mutating func minutesAdded(to degrees: Formula) throws(Failure) -> Formula {
    var total = degrees
    var size = 60
    while current == .digits {
      let start = position
      let part = try number()
      let hasPower = take(.sign("^"))
      var count = primes() ?? 0
      if !hasPower { while take(.sign("'")) { count += 1 } }
      guard count == (size == 60 ? 1 : 2) else {
        position = start
        return total
      }
      total = .sum([total, .quotient(part, .integer(size))])
      size *= 60
    }
    return total
  }

  // MARK: Arguments

  /// An argument of a command or of ^: a group, or one character.
  mutating func argument() throws(Failure) -> Formula {
    try enter()
    defer { leave() }
    if take(.sign("{")) {
      let outerBars = barDepth
      barDepth = 0
      argumentDepth += 1
      defer {
        barDepth = outerBars
        argumentDepth -= 1
      }
      let inner = try formula(sum())
      if case .word? = current { _ = try unit() }
      try expect(.sign("}"))
      return inner
    }
    if current == .digits { return try singleDigit() }
    if take(.sign("-")) { return .negative(try argument()) }
    return try formula(primary())
  }

  /// LaTeX takes one digit where no braces are: \frac12, 2^10 being plain text's whole number.
  private mutating func singleDigit() throws(Failure) -> Formula {
    if position > 0, tokens[position - 1].kind == .sign("^") { return try formula(primary()) }
    return .integer(takeDigit())
  }
}
