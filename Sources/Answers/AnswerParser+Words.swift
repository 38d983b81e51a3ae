import Algebra

// Answers in words, and prose with formulas in it.

extension AnswerParser {
  private static let articles: Set<String> = ["the", "a", "an"]

  /// The words of an answer that is nothing else; articles say nothing.
  static func words(_ tokens: [AnswerToken], _ bytes: [UInt8]) -> [String]? {
    var words: [String] = []
    var isProse = false
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .word(let word):
        isProse = true
        if !articles.contains(word) || !isLongWord(tokens, index + 1) { words.append(word) }
      case .letter("a") where isLongWord(tokens, index + 1),
        .letter("A") where isLongWord(tokens, index + 1):
        continue
      case .letter(let letter) where letter.utf8.count == 1:
        isProse = isProse || tokens.count == 3
        words.append(letter.lowercased())
      case .digits:
        guard index > 0, isProse else { return nil }
        words.append(String(decoding: bytes[token.start..<token.end], as: UTF8.self))
      case .sign(let sign) where sign.isOne(of: "(){}.,:;!?'-"): continue
      default: return nil
      }
    }
    if words.count > 1, words.contains("or") || words.contains("and"),
      words.allSatisfy({ $0.utf8.count == 1 || $0 == "or" || $0 == "and" })
    {
      return nil
    }
    // (A), or A).
    let isChoice =
      words.count == 1 && tokens.last?.kind == .sign(")")
      && (tokens.count == 2 || (tokens.count == 3 && tokens[0].kind == .sign("(")))
    return words.isEmpty
      || !(isProse && (words.count > 1 || words[0].utf8.count > 1 || tokens.count <= 5) || isChoice)
      || (tokens.contains { $0.kind == .sign(",") } && !words.contains { $0.utf8.count > 2 })
      ? nil : words
  }

  /// Prose: words, and between them formulas of which each is an answer by itself; nil where one is not, or there are no words.
  static func passage(_ tokens: [AnswerToken], _ bytes: [UInt8]) -> ParsedAnswer? {
    var pieces: [ParsedAnswer] = []
    var words: [String] = []
    var formula: [AnswerToken] = []
    var braces = 0

    func endWords() {
      if !words.isEmpty { pieces.append(.words(words)) }
      words = []
    }
    func endFormula() -> Bool {
      while let last = formula.last, isPause(last.kind) { formula.removeLast() }
      while let first = formula.first, isPause(first.kind) || first.isJoint {
        formula.removeFirst()
      }
      // A unit's exponent belongs to its word.
      if formula.first?.kind == .sign("^"),
        let end = formula.firstIndex(where: { $0.kind == .sign("}") })
      {
        formula.removeFirst(end + 1)
      }
      guard !formula.isEmpty else { return true }
      guard let answer = wholeAnswer(formula, bytes) else { return false }
      endWords()
      pieces.append(answer)
      formula = []
      return true
    }

    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .word(let word) where braces == 0 && !token.isJoint:
        guard endFormula() else { return nil }
        if !articles.contains(word) { words.append(word) }
        continue
      case .command(let name) where braces == 0 && ["max", "min", "sup", "inf"].contains(name):
        guard endFormula() else { return nil }
        words.append(name)
        continue
      case .sign("."), .sign(";"), .sign(":"), .sign("?"):
        if braces == 0 {
          guard endFormula() else { return nil }
          continue
        }
      case .sign("(") where braces == 0 && hasWords(tokens, index + 1),
        .sign(")") where braces == 0:
        // A remark in parentheses.
        guard endFormula() else { return nil }
        continue
      case .sign("("), .sign("["), .sign("{"), .setOpen: braces += 1
      case .sign(")"), .sign("]"), .sign("}"), .setClose: braces -= 1
      default: break
      }
      formula.append(token)
    }
    guard endFormula() else { return nil }
    endWords()
    let hasWords = pieces.contains { if case .words = $0 { true } else { false } }
    return hasWords && pieces.count > 1 ? .passage(pieces) : nil
  }

  private static func isLongWord(_ tokens: [AnswerToken], _ index: Int) -> Bool {
    guard index < tokens.count, case .word(let word) = tokens[index].kind else { return false }
    return word.utf8.count > 1
  }

  /// Whether there are words in the parentheses that were opened before a place.
  private static func hasWords(_ tokens: [AnswerToken], _ start: Int) -> Bool {
    var level = 1
    for token in tokens[start...] {
      switch token.kind {
      case .sign("("): level += 1
      case .sign(")"): level -= 1
      case .word where !token.isJoint: return true
      default: break
      }
      if level == 0 { return false }
    }
    return false
  }

  private static func isPause(_ kind: AnswerToken.Kind) -> Bool {
    if case .sign(let sign) = kind { sign.isOne(of: ".,:;") } else { false }
  }

  /// Words where a quantity is expected: a name, or an answer beside others.
  mutating func plainWords() -> [String]? {
    var words: [String] = []
    while case .word(let word)? = current, word != "and", word != "or" {
      words.append(word)
      position += 1
    }
    return words.isEmpty ? nil : words
  }
}
