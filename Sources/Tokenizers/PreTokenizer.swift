// Parting text into the words within which tokens are formed.

/// How text is parted into words before merging; no token crosses a word's end.
///
/// The words are the matches of a pattern. With `separatesDigits` the text is parted at every number character first, each
/// a word of its own, and the pattern sees only what lies between: white space before a digit is then at the end of its
/// part and stays whole.
package struct PreTokenizer: Sendable, Equatable {
  package let pattern: WordPattern
  /// Whether every digit is a word of its own, so that numbers are read place by place.
  package let separatesDigits: Bool

  package init(pattern: WordPattern = .gpt2, separatesDigits: Bool) {
    self.pattern = pattern
    self.separatesDigits = separatesDigits
  }

  /// The words of a text, as ranges of its UTF-8 bytes; together they are the text.
  package func words(of text: String) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var text = text
    text.withUTF8 { bytes in forEachWord(of: bytes) { result.append($0) } }
    return result
  }

  /// Calls `body` for every word of valid UTF-8, in order.
  func forEachWord(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    guard separatesDigits else {
      pattern.forEachMatch(in: 0..<text.count, of: text, body)
      return
    }
    var partStart = 0
    var index = 0
    while index < text.count {
      let (kind, length) = CharacterClass.at(index, of: text)
      if kind == .number {
        pattern.forEachMatch(in: partStart..<index, of: text, body)
        body(index..<index + length)
        partStart = index + length
      }
      index += length
    }
    pattern.forEachMatch(in: partStart..<text.count, of: text, body)
  }
}
