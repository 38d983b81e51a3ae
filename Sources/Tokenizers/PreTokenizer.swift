// Parting text into the words within which tokens are formed.

/// How text is parted into words before merging; no token crosses a word's end.
///
/// The parts are those of the GPT-2 pattern
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// matched by hand, on UTF-8. With `separatesDigits` the text is parted at every number character
/// first, each a word of its own, and the pattern sees only what lies between: white space before a
/// digit is then at the end of its part and stays whole.
package struct PreTokenizer: Sendable, Equatable {
  /// Whether every digit is a word of its own, so that numbers are read place by place.
  package let separatesDigits: Bool

  package init(separatesDigits: Bool) {
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
      Self.forEachMatch(in: 0..<text.count, of: text, body)
      return
    }
    var partStart = 0
    var index = 0
    while index < text.count {
      let (kind, length) = CharacterClass.at(index, of: text)
      if kind == .number {
        Self.forEachMatch(in: partStart..<index, of: text, body)
        body(index..<index + length)
        partStart = index + length
      }
      index += length
    }
    Self.forEachMatch(in: partStart..<text.count, of: text, body)
  }

  /// The matches of the GPT-2 pattern in a part of the text that it sees alone.
  private static func forEachMatch(
    in part: Range<Int>, of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    let end = part.upperBound
    var start = part.lowerBound
    while start < end {
      let next =
        endOfContraction(from: start, to: end, of: text)
        ?? endOfRun(from: start, to: end, of: text)
        ?? endOfSpace(from: start, to: end, of: text)
      body(start..<next)
      start = next
    }
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`
  private static func endOfContraction(
    from start: Int, to end: Int, of text: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    switch text[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return start + 2 < end && text[start + 2] == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"):
      return start + 2 < end && text[start + 2] == UInt8(ascii: "l") ? start + 3 : nil
    default:
      return nil
    }
  }

  /// ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`
  private static func endOfRun(
    from start: Int, to end: Int, of text: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    var index = text[start] == UInt8(ascii: " ") ? start + 1 : start
    guard index < end else { return nil }
    let (kind, length) = CharacterClass.at(index, of: text)
    guard kind != .space else { return nil }
    index += length
    while index < end {
      let (next, nextLength) = CharacterClass.at(index, of: text)
      guard next == kind else { break }
      index += nextLength
    }
    return index
  }

  /// `\s+(?!\S)|\s+`: a run of white space, without its last character where text follows a longer run.
  private static func endOfSpace(
    from start: Int, to end: Int, of text: UnsafeBufferPointer<UInt8>
  ) -> Int {
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
}
