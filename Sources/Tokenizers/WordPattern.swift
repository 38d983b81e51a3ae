// The regular expressions by which families of models part text into words, matched by hand.

/// A pattern whose matches, one after the other, are the words of a text.
package enum WordPattern: String, Sendable, CaseIterable {
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  case gpt2
  /// Contractions in either case, words with one sign before them, numbers of up to three digits, signs with the
  /// line ends after them, line ends with the white space before them.
  case llama3
  /// The same, but every number character alone.
  case qwen2

  /// The expression as `tokenizer.json` spells it.
  var source: String {
    let gpt2Rest = #"\s+(?!\S)|\s+"#
    switch self {
    case .gpt2:
      return #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|"# + gpt2Rest
    case .llama3, .qwen2:
      let number = self == .llama3 ? #"\p{N}{1,3}"# : #"\p{N}"#
      return #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"# + gpt2Rest
    }
  }

  /// Calls `body` with the matches in a part of valid UTF-8 that the pattern sees alone; together they are the part.
  func forEachMatch(
    in part: Range<Int>, of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    let scanner = WordScanner(text: text, end: part.upperBound)
    var start = part.lowerBound
    while start < part.upperBound {
      let next = self == .gpt2 ? scanner.gpt2Word(from: start) : newerWord(scanner, from: start)
      body(start..<next)
      start = next
    }
  }

  private func newerWord(_ scanner: WordScanner, from start: Int) -> Int {
    scanner.contraction(from: start, ignoresCase: true)
      ?? scanner.lettersAfterSign(from: start)
      ?? scanner.numbers(from: start, limit: self == .llama3 ? 3 : 1)
      ?? scanner.signsWithLineEnds(from: start)
      ?? scanner.spaceToLineEnds(from: start)
      ?? scanner.space(from: start)
  }
}

/// The alternatives of the patterns: each gives the end of its match at a place, or nil.
private struct WordScanner {
  let text: UnsafeBufferPointer<UInt8>
  let end: Int

  func gpt2Word(from start: Int) -> Int {
    contraction(from: start, ignoresCase: false) ?? run(from: start) ?? space(from: start)
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`
  func contraction(from start: Int, ignoresCase: Bool) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    func letter(_ index: Int) -> UInt8 {
      guard index < end else { return 0 }
      return ignoresCase && text[index] & 0xC0 == 0x40 ? text[index] | 0x20 : text[index]
    }
    switch letter(start + 1) {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return letter(start + 2) == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"):
      return letter(start + 2) == UInt8(ascii: "l") ? start + 3 : nil
    case 0xC5 where ignoresCase && letter(start + 2) == 0xBF:
      // U+017F, the long s, is an s in another case.
      return start + 3
    default:
      return nil
    }
  }

  /// ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`
  func run(from start: Int) -> Int? {
    let first = text[start] == UInt8(ascii: " ") ? start + 1 : start
    guard first < end else { return nil }
    let kind = CharacterClass.at(first, of: text).0
    return kind == .space ? nil : endOfRun(of: kind, from: first)
  }

  /// `[^\r\n\p{L}\p{N}]?\p{L}+`
  func lettersAfterSign(from start: Int) -> Int? {
    let (kind, length) = CharacterClass.at(start, of: text)
    if kind == .letter { return endOfRun(of: .letter, from: start) }
    guard kind != .number, !isLineEnd(start), start + length < end,
      CharacterClass.at(start + length, of: text).0 == .letter
    else { return nil }
    return endOfRun(of: .letter, from: start + length)
  }

  /// `\p{N}{1,limit}`
  func numbers(from start: Int, limit: Int) -> Int? {
    var index = start
    for _ in 0..<limit where index < end {
      let (kind, length) = CharacterClass.at(index, of: text)
      guard kind == .number else { break }
      index += length
    }
    return index > start ? index : nil
  }

  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`
  func signsWithLineEnds(from start: Int) -> Int? {
    let first = text[start] == UInt8(ascii: " ") ? start + 1 : start
    guard first < end, CharacterClass.at(first, of: text).0 == .other else { return nil }
    var index = endOfRun(of: .other, from: first)
    while index < end, isLineEnd(index) { index += 1 }
    return index
  }

  /// `\s*[\r\n]+`: white space up to its last line end.
  func spaceToLineEnds(from start: Int) -> Int? {
    var index = start
    var lastLineEnd: Int?
    while index < end {
      let (kind, length) = CharacterClass.at(index, of: text)
      guard kind == .space else { break }
      if isLineEnd(index) { lastLineEnd = index + 1 }
      index += length
    }
    return lastLineEnd
  }

  /// `\s+(?!\S)|\s+`: a run of white space, without its last character where text follows a longer run.
  func space(from start: Int) -> Int {
    var index = start
    var last = start
    while index < end {
      let (kind, length) = CharacterClass.at(index, of: text)
      guard kind == .space else { break }
      last = index
      index += length
    }
    return index < end && last > start ? last : index
  }

  private func endOfRun(of kind: CharacterClass, from start: Int) -> Int {
    var index = start
    while index < end {
      let (next, length) = CharacterClass.at(index, of: text)
      guard next == kind else { break }
      index += length
    }
    return index
  }

  private func isLineEnd(_ index: Int) -> Bool {
    text[index] == UInt8(ascii: "\n") || text[index] == UInt8(ascii: "\r")
  }
}
