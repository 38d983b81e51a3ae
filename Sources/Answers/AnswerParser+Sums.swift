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
}
