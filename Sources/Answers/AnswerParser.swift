// The grammar of answers, by recursive descent with a limit on nesting.
//
//   answer   = item { ("," | ";" | "and" | "or") item } [":" answer]
//   item     = side { relation side }
//   side     = ratio { ("∪" | "∩" | "∖") ratio }
//   ratio    = quantity { ":" quantity }
//   quantity = sum [unit]
//   sum      = [sign] product { ("+" | "-" | "±") product }
//   product  = power { ["*" | "/"] power }
//   power    = primary { "^" argument | "!" | "'" | "°" | "%" }

import Algebra

/// Parses the tokens of an answer.
struct AnswerParser {
  /// Deeper nesting is not read.
  static let maximumDepth = 40
  /// Longer answers are not read.
  static let maximumBytes = 20_000

  /// Why a text is no answer of the grammar.
  enum Failure: Error {
    case unreadable
  }

  let bytes: [UInt8]
  let tokens: [AnswerToken]
  var position = 0 { didSet { digitsTaken = 0 } }
  /// Digits of the current token that are read already: LaTeX takes "\frac12" apart.
  private(set) var digitsTaken = 0
  /// Where what is to be read ends.
  var limit: Int
  /// Bars of absolute values and brackets that are open.
  var barDepth = 0
  var bracketDepth = 0
  /// Whether a set's element is read, behind which a condition may follow.
  var isBeforeCondition = false
  /// Braces of arguments that are open: there a word is a name.
  var argumentDepth = 0
  /// Digits that the numbers of an answer may have together, 20 in each not counted.
  var digitsLeft = 2000
  private var depth = 0

  /// nil where the grammar has no reading of the text.
  static func parse(_ text: ArraySlice<UInt8>) -> ParsedAnswer? {
    guard text.count <= maximumBytes else { return nil }
    let bytes = Array(text)
    guard var tokens = AnswerLexer.tokens(of: bytes) else { return nil }
    trim(&tokens)
    guard !tokens.isEmpty else { return nil }
    if let words = words(tokens, bytes) { return .words(words) }
    return wholeAnswer(tokens, bytes) ?? passage(tokens, bytes)
  }

  /// Takes away what stands around an answer: marks of punctuation, asterisks of emphasis, an equals sign before it.
  private static func trim(_ tokens: inout [AnswerToken]) {
    while let last = tokens.last?.kind {
      if case .sign(let sign) = last, sign.isOne(of: ".,:;") {
        tokens.removeLast()
      } else if last == .sign("*") || last == .sign("^"), tokens.count > 1, tokens[0].kind == last {
        tokens.removeLast()
        tokens.removeFirst()
      } else {
        break
      }
    }
    while let first = tokens.first?.kind,
      [.sign(":"), .sign(","), .relation(.equal)].contains(first)
    {
      tokens.removeFirst()
    }
  }

  /// The answer that all tokens make together; nil where they do not.
  static func wholeAnswer(_ tokens: [AnswerToken], _ bytes: [UInt8]) -> ParsedAnswer? {
    var parser = AnswerParser(bytes: bytes, tokens: tokens)
    guard let answer = try? parser.answer(), parser.position == tokens.count else { return nil }
    return answer
  }

  private init(bytes: [UInt8], tokens: [AnswerToken]) {
    self.bytes = bytes
    self.tokens = tokens
    limit = tokens.count
  }

  // MARK: Tokens

  var current: AnswerToken.Kind? { position < limit ? tokens[position].kind : nil }

  func kind(ahead offset: Int) -> AnswerToken.Kind? {
    position + offset < limit ? tokens[position + offset].kind : nil
  }

  mutating func take(_ kind: AnswerToken.Kind) -> Bool {
    guard current == kind else { return false }
    position += 1
    return true
  }

  mutating func expect(_ kind: AnswerToken.Kind) throws(Failure) {
    guard take(kind) else { throw .unreadable }
  }

  /// Goes one level deeper; `leave` comes back.
  mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= Self.maximumDepth else { throw .unreadable }
  }

  mutating func leave() { depth -= 1 }

  /// Whether there is space before the current token.
  var isSpaced: Bool { tokens[position].isSpaced && digitsTaken == 0 }

  /// The bytes of a token, or what is left of the current one.
  func text(of index: Int) -> ArraySlice<UInt8> {
    bytes[tokens[index].start + (index == position ? digitsTaken : 0)..<tokens[index].end]
  }

  func text(_ index: Int) -> String { String(decoding: text(of: index), as: UTF8.self) }

  /// Takes one digit of a number.
  mutating func takeDigit() -> Int {
    let digits = text(of: position)
    guard let digit = digits.first else { return 0 }
    if digits.count == 1 { position += 1 } else { digitsTaken += 1 }
    return Int(digit) - 0x30
  }

  func formula(_ answer: ParsedAnswer) throws(Failure) -> Formula {
    guard case .formula(let formula, _) = answer else { throw .unreadable }
    return formula
  }

  // MARK: Lists

  mutating func answer() throws(Failure) -> ParsedAnswer {
    try enter()
    defer { leave() }
    var groups: [[ParsedAnswer]] = [[]]
    var joints: Set<String> = []
    var needsItem = true
    while let kind = current, !isClosing {
      switch kind {
      case .sign(";"):
        position += 1
        groups.append([])
        needsItem = true
      case .sign(","):
        position += 1
        needsItem = true
      case .word("and"), .word("or"):
        joints.insert(kind == .word("and") ? "and" : "or")
        position += 1
        needsItem = true
      case .sign(":") where !needsItem && bracketDepth == 0:
        // "x < 3 : (−∞, 3)" says one thing twice.
        position += 1
        return try restated(groups, joints)
      default:
        guard needsItem || isSpaced else { throw .unreadable }
        groups[groups.count - 1].append(try item())
        needsItem = false
      }
    }
    return try collected(groups, joints)
  }

  private var isClosing: Bool {
    switch current {
    case .sign(")"), .sign("]"), .sign("}"), .setClose: true
    case .sign("|"): barDepth > 0
    case .sign(":"): isBeforeCondition
    default: false
    }
  }

  private func collected(
    _ groups: [[ParsedAnswer]], _ joints: Set<String>
  ) throws(Failure) -> ParsedAnswer {
    let groups = groups.filter { !$0.isEmpty }
    guard let first = groups.first else { throw .unreadable }
    if groups.count > 1 {
      return .list(
        groups.map {
          $0.count == 1 ? $0[0] : .bracketed($0, isOpenBelow: true, isOpenAbove: true)
        })
    }
    if first.count == 1 { return first[0] }
    if joints.count == 1, first.allSatisfy(\.isInequality) {
      // "x < 1 or x > 3" is a union, "x > 1 and x < 3" an intersection.
      return joints == ["or"] ? .union(first) : .intersection(first)
    }
    return .list(first)
  }

  private mutating func restated(
    _ groups: [[ParsedAnswer]], _ joints: Set<String>
  ) throws(Failure) -> ParsedAnswer {
    let first = try collected(groups, joints)
    guard first.isNumberSet else { throw .unreadable }
    return try answer()
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
    while current == .union || current == .intersection || current == .without {
      let joint = current
      position += 1
      // A sign may be doubled by mistake: "∪ ,".
      _ = take(.sign(","))
      let next = try ratio()
      switch joint {
      case .union: pieces.append(next)
      case .intersection: pieces = [.intersection([united(pieces), next])]
      default: pieces = [.difference(united(pieces), next)]
      }
    }
    return united(pieces)
  }

  private func united(_ pieces: [ParsedAnswer]) -> ParsedAnswer {
    pieces.count == 1 ? pieces[0] : .union(pieces)
  }

  private mutating func ratio() throws(Failure) -> ParsedAnswer {
    if let time = timeOfDay() { return time }
    let first = try quantity()
    guard current == .sign(":"), !isBeforeCondition, case .formula(let formula, nil) = first
    else { return first }
    let start = position
    var parts = [formula]
    while take(.sign(":")) {
      guard case .formula(let next, _) = try quantity() else {
        // What follows is no ratio's part, but the same said again.
        position = start
        return first
      }
      parts.append(next)
    }
    return .ratio(parts)
  }

  /// Hours and minutes: 4:30, 4:30 p.m.; nil where there are none.
  private mutating func timeOfDay() -> ParsedAnswer? {
    guard bracketDepth == 0, current == .digits, kind(ahead: 1) == .sign(":"),
      kind(ahead: 2) == .digits, !tokens[position + 1].isSpaced,
      tokens[position + 2].end - tokens[position + 2].start == 2,
      let hour = Int(text(position)), hour <= 24, let minute = Int(text(position + 2)),
      minute < 60, kind(ahead: 3) != .sign(":"),
      kind(ahead: 3) != .sign(".")
        || kind(ahead: 4) != .digits
    else { return nil }
    let (start, isSpaced) = (position, tokens[position + 2].isSpaced)
    position += 3
    var half: ParsedAnswer.DayHalf?
    for (letter, named) in [("a", ParsedAnswer.DayHalf.morning), ("p", .afternoon)] {
      if take(.word(letter + "m")) {
        half = named
      } else if isLetter(letter, ahead: 0) {
        let hasStop = kind(ahead: 1) == .sign(".")
        guard isLetter("m", ahead: hasStop ? 2 : 1) else { continue }
        position += hasStop ? 3 : 2
        _ = take(.sign("."))
        half = named
      }
    }
    guard half != nil || !isSpaced else {
      // "4: 30" is a ratio.
      position = start
      return nil
    }
    return .time(hour: hour, minute: minute, half)
  }

  private func isLetter(_ letter: String, ahead offset: Int) -> Bool {
    switch kind(ahead: offset) {
    case .letter(let name)?, .word(let name)?: name.lowercased() == letter
    default: false
    }
  }
}
