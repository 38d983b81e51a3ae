import Algebra

extension AnswerParser {
  // MARK: Sums

  mutating func sum() throws(Failure) -> ParsedAnswer {
    try enter()
    defer { leave() }
    var total = Sum(try signed())
    while let kind = current {
      switch kind {
      case .sign("+"), .sign("-"):
        position += 1
        let next = try product()
        try total.add(kind == .sign("+") ? next : scaled(.integer(-1), next))
      case .plusMinus, .minusPlus:
        position += 1
        let next = try formula(product())
        try total.add(.formula(.plusMinus(next, isUpper: kind == .plusMinus), unit: nil))
      case .command("over"), .command("choose"):
        position += 1
        let (above, below) = (try formula(total.answer), try formula(sum()))
        return .formula(
          kind == .command("over") ? .quotient(above, below) : .apply("binom", [above, below]),
          unit: nil)
      default: return total.answer
      }
    }
    return total.answer
  }

  /// A sum of formulas or of matrices that grows by a term at a time.
  private struct Sum {
    private var terms: [Formula] = []
    private var unit: ParsedAnswer.Unit?
    private var other: ParsedAnswer?

    init(_ first: ParsedAnswer) {
      if case .formula(let formula, let unit) = first {
        terms = [formula]
        self.unit = unit
      } else {
        other = first
      }
    }

    var answer: ParsedAnswer {
      other ?? .formula(terms.count == 1 ? terms[0] : .sum(terms), unit: unit)
    }

    mutating func add(_ next: ParsedAnswer) throws(Failure) {
      switch (other, next) {
      case (nil, .formula(let formula, let unit)):
        terms.append(formula)
        self.unit = self.unit ?? unit
      case (.matrix(let a)?, .matrix(let b)):
        guard a.count == b.count, a.first?.count == b.first?.count else { throw .unreadable }
        other = .matrix(zip(a, b).map { zip($0, $1).map { .sum([$0, $1]) } })
      default: throw .unreadable
      }
    }
  }

  private mutating func signed() throws(Failure) -> ParsedAnswer {
    var isNegative = false
    while let kind = current {
      if kind == .sign("-") {
        isNegative.toggle()
      } else if kind == .plusMinus || kind == .minusPlus {
        position += 1
        let operand = try formula(product())
        return .formula(.plusMinus(operand, isUpper: kind == .plusMinus), unit: nil)
      } else if kind != .sign("+") {
        break
      }
      position += 1
    }
    let value = try product()
    return isNegative ? try scaled(.integer(-1), value) : value
  }

  private func scaled(_ factor: Formula, _ answer: ParsedAnswer) throws(Failure) -> ParsedAnswer {
    switch answer {
    case .formula(let formula, let unit):
      return .formula(
        factor == .integer(-1) ? .negative(formula) : .product([factor, formula]), unit: unit)
    case .matrix(let rows): return .matrix(rows.map { $0.map { .product([factor, $0]) } })
    default: throw .unreadable
    }
  }

  // MARK: Products

  mutating func product() throws(Failure) -> ParsedAnswer {
    var total = try power()
    while let kind = current {
      let isDivision = kind == .sign("/")
      if isDivision || kind == .sign("*") {
        position += 1
        var isNegative = false
        while take(.sign("-")) { isNegative.toggle() }
        let next = try power()
        total = try multiplied(total, isDivision ? inverse(next) : next)
        if isNegative { total = try scaled(.integer(-1), total) }
      } else if startsFactor {
        let next = try power()
        guard case .formula = next else {
          total = try juxtaposed(total, next)
          continue
        }
        total = try multiplied(total, next)
      } else {
        break
      }
    }
    return total
  }

  private func inverse(_ answer: ParsedAnswer) throws(Failure) -> ParsedAnswer {
    .formula(.power(try formula(answer), .integer(-1)), unit: nil)
  }

  private func multiplied(
    _ one: ParsedAnswer, _ other: ParsedAnswer
  ) throws(Failure) -> ParsedAnswer {
    switch (one, other) {
    case (.formula(let a, let unit), .formula(let b, let second)):
      return .formula(.product([a, b]), unit: unit ?? second)
    case (.formula(let factor, _), .matrix), (.matrix, .formula(let factor, _)):
      if case .matrix = one { return try scaled(factor, one) }
      return try scaled(factor, other)
    case (.matrix(let a), .matrix(let b)):
      // [rows, inner] × [inner, columns]; column by column of numbers is their inner product.
      guard let inner = a.first?.count, let columns = b.first?.count else { throw .unreadable }
      if a.count == b.count, inner == 1, columns == 1, a.count > 1 {
        return .formula(.sum(zip(a, b).map { .product([$0[0], $1[0]]) }), unit: nil)
      }
      guard inner == b.count, a.count * inner * columns <= 512 else { throw .unreadable }
      return .matrix(
        a.map { row in
          (0..<columns).map { column in
            .sum(zip(row, b).map { .product([$0, $1[column]]) })
          }
        })
    default: throw .unreadable
    }
  }

  /// A name before a tuple says what it is: A(1, 2) is the point (1, 2) with the name A.
  private func juxtaposed(
    _ one: ParsedAnswer, _ other: ParsedAnswer
  ) throws(Failure) -> ParsedAnswer {
    if case .bracketed = other, case .formula(.symbol, nil) = one {
      return .relation([one, other], [.equal])
    }
    return try multiplied(one, other)
  }

  /// Whether a factor begins here without a sign of multiplication.
  var startsFactor: Bool {
    switch current {
    case .letter: return true
    case .digits:
      // "2 3" is no product.
      guard position > 0 else { return false }
      return tokens[position - 1].kind == .sign(")") || tokens[position - 1].kind == .sign("!")
    case .sign("["): return true
    case .sign("{"), .sign("("): return !nextIsWord
    case .sign("|"): return barDepth == 0
    case .word: return argumentDepth > 0 && position > 0 && tokens[position - 1].kind != .digits
    case .command(let name): return !Self.endingCommands.contains(name)
    default: return false
    }
  }

  /// Commands with which no factor begins.
  private static let endingCommands: Set<String> = [
    "emptyset", "reals", "mathbb", "end", "superscript2", "superscript3", "over", "choose",
    "rfloor",
    "rceil", "to", "mod", "pmod", "bmod", "bigcup", "bigcap",
  ]

  // MARK: Powers

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
