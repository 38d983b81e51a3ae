// The grammar of answers, by recursive descent with a limit on nesting.
//
//   answer   = item { ("," | ";" | "and" | "or") item }
//   item     = side { relation side }
//   side     = piece { "∪" piece }
//   sum      = [sign] product { ("+" | "-" | "±") product }
//   product  = power { ["*" | "/"] power }
//   power    = primary { "^" argument | "!" | "'" | "°" | "%" }

import Algebra
import Arithmetic

/// Parses the tokens of an answer.
struct AnswerParser {
  /// Deeper nesting is not read.
  static let maximumDepth = 40

  /// Why a text is no answer of the grammar.
  enum Failure: Error {
    case unreadable
  }

  let bytes: [UInt8]
  var tokens: [AnswerToken]
  var position = 0
  private var depth = 0
  private var barDepth = 0
  private var bracketDepth = 0

  /// nil where the grammar has no reading of the text.
  static func parse(_ bytes: [UInt8]) -> ParsedAnswer? {
    guard bytes.count <= 20_000, var tokens = AnswerLexer.tokens(of: bytes) else { return nil }
    while case .sign(let sign)? = tokens.last?.kind, ".,:;".contains(sign) { tokens.removeLast() }
    while case .sign(let sign)? = tokens.first?.kind, ":".contains(sign) { tokens.removeFirst() }
    guard !tokens.isEmpty else { return nil }
    if let words = words(tokens, bytes) { return .words(words) }
    var parser = AnswerParser(bytes: bytes, tokens: tokens)
    guard let answer = try? parser.answer(), parser.position == tokens.count else { return nil }
    return answer
  }

  private init(bytes: [UInt8], tokens: [AnswerToken]) {
    self.bytes = bytes
    self.tokens = tokens
  }

  /// The words of an answer that is nothing else; articles say nothing.
  private static func words(_ tokens: [AnswerToken], _ bytes: [UInt8]) -> [String]? {
    var words: [String] = []
    var isProse = false
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .word(let word):
        isProse = true
        if !["the", "a", "an"].contains(word) || tokens.count <= 3 { words.append(word) }
      case .letter(let letter) where letter.utf8.count == 1:
        isProse = isProse || tokens.count == 3
        words.append(letter.lowercased())
      case .digits:
        guard index > 0, isProse else { return nil }
        words.append(String(decoding: bytes[token.start..<token.end], as: UTF8.self))
      case .sign(let sign) where "(){}.,:;!?'-\"".contains(sign): continue
      default: return nil
      }
    }
    if words.count > 1, words.contains("or") || words.contains("and"),
      words.allSatisfy({ $0.utf8.count == 1 || $0 == "or" || $0 == "and" })
    {
      return nil
    }
    let isChoice =
      words.count == 1 && tokens.count == 3 && tokens[0].kind == .sign("(")
    return words.isEmpty
      || !(isProse && (words.count > 1 || words[0].utf8.count > 1 || tokens.count <= 5) || isChoice)
      || (tokens.contains { $0.kind == .sign(",") } && !words.contains { $0.utf8.count > 2 })
      ? nil : words
  }

  // MARK: Tokens

  var current: AnswerToken.Kind? { position < tokens.count ? tokens[position].kind : nil }

  mutating func take(_ kind: AnswerToken.Kind) -> Bool {
    guard current == kind else { return false }
    position += 1
    return true
  }

  mutating func expect(_ kind: AnswerToken.Kind) throws(Failure) {
    guard take(kind) else { throw .unreadable }
  }

  private mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= Self.maximumDepth else { throw .unreadable }
  }

  func digits(_ index: Int) -> String {
    String(decoding: bytes[tokens[index].start..<tokens[index].end], as: UTF8.self)
  }

  // MARK: Lists

  mutating func answer() throws(Failure) -> ParsedAnswer {
    try enter()
    defer { depth -= 1 }
    var groups: [[ParsedAnswer]] = [[]]
    var needsItem = true
    while current != nil, !isClosing {
      if take(.sign(";")) {
        groups.append([])
        needsItem = true
        continue
      }
      if take(.sign(",")) || take(.word("and")) || take(.word("or")) {
        needsItem = true
        continue
      }
      guard needsItem || tokens[position].isSpaced else { throw .unreadable }
      groups[groups.count - 1].append(try item())
      needsItem = false
    }
    groups.removeAll { $0.isEmpty }
    guard !groups.isEmpty else { throw .unreadable }
    if groups.count == 1 { return groups[0].count == 1 ? groups[0][0] : .list(groups[0]) }
    let parts = groups.map {
      $0.count == 1 ? $0[0] : .bracketed($0, isOpenBelow: true, isOpenAbove: true)
    }
    return .list(parts)
  }

  private var isClosing: Bool {
    switch current {
    case .sign(")"), .sign("]"), .sign("}"), .setClose: true
    case .sign("|"): barDepth > 0
    default: false
    }
  }

  // MARK: Relations

  private mutating func item() throws(Failure) -> ParsedAnswer {
    var sides = [try side()]
    var relations: [ParsedAnswer.Comparison] = []
    while case .relation(let relation)? = current {
      position += 1
      if relation == .approximately, current == .relation(.equal) { position += 1 }
      relations.append(relation)
      sides.append(try side())
    }
    return relations.isEmpty ? sides[0] : .relation(sides, relations)
  }

  private mutating func side() throws(Failure) -> ParsedAnswer {
    if case .relation(.approximately)? = current { position += 1 }
    var pieces = [try ratio()]
    while take(.union) { pieces.append(try ratio()) }
    if take(.without) {
      pieces = [.union(pieces), try ratio()]
      return .relation(pieces, [.notEqual])
    }
    return pieces.count == 1 ? pieces[0] : .union(pieces)
  }

  private mutating func ratio() throws(Failure) -> ParsedAnswer {
    let first = try quantity()
    guard current == .sign(":"), case .formula(let formula, nil) = first else { return first }
    var parts = [formula]
    while take(.sign(":")) {
      guard case .formula(let next, _) = try quantity() else { throw .unreadable }
      parts.append(next)
    }
    return .ratio(parts)
  }

  // MARK: Quantities

  /// A sum with what stands behind it: a percent sign, a unit, words.
  private mutating func quantity() throws(Failure) -> ParsedAnswer {
    if let words = plainWords() { return .words(words) }
    let value = try sum()
    guard case .formula(let formula, let known) = value else { return value }
    if let unit = try unit() { return .formula(formula, unit: known ?? unit) }
    return value
  }

  private mutating func plainWords() -> [String]? {
    var words: [String] = []
    while case .word(let word)? = current, word != "and", word != "or" {
      words.append(word)
      position += 1
    }
    guard !words.isEmpty else { return nil }
    return words
  }

  /// What follows a number and does not change it.
  private mutating func unit() throws(Failure) -> ParsedAnswer.Unit? {
    var name = ""
    var braces = 0
    loop: while let kind = current {
      switch kind {
      case .word("and") where braces == 0, .word("or") where braces == 0: break loop
      case .word("percent"), .word("pct"):
        position += 1
        return .percent
      case .word("degrees"), .word("degree"):
        position += 1
        return .degree
      case .word(let word):
        name += word
      case .letter(let letter) where braces > 0: name += letter
      case .sign("{") where !name.isEmpty || nextIsWord:
        braces += 1
      case .sign("}") where braces > 0: braces -= 1
      case .sign("^") where !name.isEmpty: name += "^"
      case .sign("/") where !name.isEmpty: name += "/"
      case .sign(".") where !name.isEmpty, .sign("-") where !name.isEmpty && nextIsWord: break
      case .digits where !name.isEmpty: name += digits(position)
      case .command("superscript2"), .command("superscript3"): name += "^"
      default: break loop
      }
      position += 1
    }
    guard braces == 0 else { throw .unreadable }
    return name.isEmpty ? nil : .named(name)
  }

  private var nextIsWord: Bool {
    guard position + 1 < tokens.count, case .word = tokens[position + 1].kind else { return false }
    return true
  }

  // MARK: Sums and products

  mutating func sum() throws(Failure) -> ParsedAnswer {
    try enter()
    defer { depth -= 1 }
    var total = try signed()
    while let kind = current {
      switch kind {
      case .sign("+"), .sign("-"):
        position += 1
        let next = try product()
        total = try added(total, kind == .sign("+") ? next : scaled(.integer(-1), next))
      case .plusMinus, .minusPlus:
        position += 1
        let next = try formula(product())
        total = try added(
          total, .formula(.plusMinus(next, isUpper: kind == .plusMinus), unit: nil))
      case .command("over"):
        position += 1
        return .formula(.quotient(try formula(total), try formula(sum())), unit: nil)
      default: return total
      }
    }
    return total
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

  func formula(_ answer: ParsedAnswer) throws(Failure) -> Formula {
    guard case .formula(let formula, _) = answer else { throw .unreadable }
    return formula
  }

  private func added(_ one: ParsedAnswer, _ other: ParsedAnswer) throws(Failure) -> ParsedAnswer {
    switch (one, other) {
    case (.formula(.sum(let parts), let unit), .formula(let b, let second)):
      return .formula(.sum(parts + [b]), unit: unit ?? second)
    case (.formula(let a, let unit), .formula(let b, let second)):
      return .formula(.sum([a, b]), unit: unit ?? second)
    case (.matrix(let a), .matrix(let b)):
      guard a.count == b.count, a.first?.count == b.first?.count else { throw .unreadable }
      return .matrix(zip(a, b).map { zip($0, $1).map { .sum([$0, $1]) } })
    default: throw .unreadable
    }
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

  mutating func product() throws(Failure) -> ParsedAnswer {
    let first = try power()
    guard case .formula(var total, var unit) = first else { return first }
    while let kind = current {
      if kind == .sign("/") || kind == .sign("*") {
        position += 1
        var isNegative = false
        while take(.sign("-")) { isNegative.toggle() }
        let next = try power()
        if case .matrix = next, kind == .sign("*") { return try scaled(total, next) }
        let factor = try formula(next)
        let divided = kind == .sign("/") ? Formula.power(factor, .integer(-1)) : factor
        total = .product([total, isNegative ? .negative(divided) : divided])
      } else if startsFactor {
        let next = try power()
        if case .matrix = next { return try scaled(total, next) }
        guard case .formula(let factor, let own) = next else { throw .unreadable }
        unit = unit ?? own
        total = .product([total, factor])
      } else {
        break
      }
    }
    return .formula(total, unit: unit)
  }

  /// Whether a factor begins here without a sign of multiplication.
  var startsFactor: Bool {
    switch current {
    case .letter, .setOpen: return current != .setOpen
    case .digits:
      // "2 3" is no product.
      return position > 0 && tokens[position - 1].kind == .sign(")")
    case .sign("("), .sign("["): return true
    case .sign("{"): return !nextIsWord
    case .sign("|"): return barDepth == 0
    case .command(let name):
      return !["emptyset", "reals", "mathbb", "end", "superscript2", "superscript3", "over"]
        .contains(name)
    default: return false
    }
  }

  // MARK: Powers

  mutating func power() throws(Failure) -> ParsedAnswer {
    let first = try primary()
    guard case .formula(var base, var unit) = first else { return first }
    while let kind = current {
      switch kind {
      case .sign("^"):
        position += 1
        if take(.sign("°")) || (current == .sign("{") && isDegreeGroup) {
          unit = .degree
          if current == .sign("{") { position += 3 }
          continue
        }
        if case .letter = tokens[position - 2].kind, current == .sign("'") { continue }
        base = .power(base, try argument())
      case .command("superscript2"), .command("superscript3"):
        position += 1
        base = .power(base, .integer(kind == .command("superscript2") ? 2 : 3))
      case .sign("!"):
        position += 1
        base = .apply("factorial", [base])
      case .sign("°"):
        position += 1
        unit = .degree
      case .sign("%"):
        position += 1
        unit = .percent
      case .sign("'"):
        position += 1
        if case .symbol(let name) = base { base = .symbol(name + "'") } else { throw .unreadable }
      default: return .formula(base, unit: unit)
      }
    }
    return .formula(base, unit: unit)
  }

  private var isDegreeGroup: Bool {
    position + 2 < tokens.count && tokens[position + 1].kind == .sign("°")
      && tokens[position + 2].kind == .sign("}")
  }

  /// An argument of a command or of ^: a group, or one character.
  mutating func argument() throws(Failure) -> Formula {
    try enter()
    defer { depth -= 1 }
    if take(.sign("{")) {
      let outerBars = barDepth
      barDepth = 0
      defer { barDepth = outerBars }
      let inner = try formula(sum())
      if case .word? = current { _ = try unit() }
      try expect(.sign("}"))
      return inner
    }
    if current == .digits {
      return try singleDigit()
    }
    if take(.sign("-")) { return .negative(try argument()) }
    return try formula(primary())
  }

  /// LaTeX takes one digit where no braces are: \frac12, 2^10 being plain text's whole number.
  private mutating func singleDigit() throws(Failure) -> Formula {
    if position > 0, tokens[position - 1].kind == .sign("^") { return try formula(primary()) }
    let value = Int(bytes[tokens[position].start]) - 0x30
    tokens[position].start += 1
    tokens[position].isSpaced = false
    if tokens[position].start == tokens[position].end { position += 1 }
    return .integer(value)
  }

  // MARK: Groups

  mutating func group(closing: AnswerToken.Kind, isOpenBelow: Bool) throws(Failure) -> ParsedAnswer
  {
    try enter()
    defer { depth -= 1 }
    bracketDepth += 1
    let outerBars = barDepth
    barDepth = 0
    defer {
      bracketDepth -= 1
      barDepth = outerBars
    }
    let inner = try answer()
    let isOpenAbove = current == .sign(")")
    guard take(.sign(")")) || take(.sign("]")) else { throw .unreadable }
    switch inner {
    case .list(let items):
      return .bracketed(items, isOpenBelow: isOpenBelow, isOpenAbove: isOpenAbove)
    case .formula, .matrix, .words: return inner
    default: return inner
    }
  }

  mutating func braces() throws(Failure) -> ParsedAnswer {
    try enter()
    defer { depth -= 1 }
    let isSet = tokens[position - 1].kind == .setOpen
    if isSet, take(.setClose) { return .set([]) }
    let inner = try answer()
    if isSet {
      guard take(.setClose) else { throw .unreadable }
      if case .list(let items) = inner { return .set(items) }
      return .set([inner])
    }
    guard take(.sign("}")) else { throw .unreadable }
    return inner
  }

  mutating func bars() throws(Failure) -> ParsedAnswer {
    barDepth += 1
    defer { barDepth -= 1 }
    let inner = try formula(sum())
    try expect(.sign("|"))
    return .formula(.apply("abs", [inner]), unit: nil)
  }

  var isInBrackets: Bool { bracketDepth > 0 }
}
