// Sets of positions in a text, as bits.

/// Positions in a text, from 0 to its length; those of a window are bits of words.
struct PositionSet {
  /// The first word's place among all words of the text.
  private var firstWord: Int
  private var words: [UInt64]

  init(holding position: Int) {
    firstWord = position / 64
    words = [1 << UInt64(position % 64)]
  }

  private init(firstWord: Int, words: [UInt64]) {
    self.firstWord = firstWord
    self.words = words
  }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  func contains(_ position: Int) -> Bool {
    let index = position / 64 - firstWord
    return words.indices.contains(index) && words[index] >> UInt64(position % 64) & 1 == 1
  }

  /// Inserts a position of the set's window.
  mutating func insert(_ position: Int) {
    words[position / 64 - firstWord] |= 1 << UInt64(position % 64)
  }

  /// The same positions with room for those of a window.
  func widened(to window: ClosedRange<Int>) -> PositionSet {
    let first = min(firstWord, window.lowerBound / 64)
    let last = max(firstWord + words.count - 1, window.upperBound / 64)
    var wide = [UInt64](repeating: 0, count: last - first + 1)
    for (index, word) in words.enumerated() { wide[firstWord - first + index] = word }
    return PositionSet(firstWord: first, words: wide)
  }

  /// The positions in a window.
  func clipped(to window: ClosedRange<Int>) -> PositionSet {
    let (first, last) = (window.lowerBound / 64, window.upperBound / 64)
    var words = (first...last).map { word in
      let index = word - firstWord
      return self.words.indices.contains(index) ? self.words[index] : 0
    }
    words[0] &= ~0 << UInt64(window.lowerBound % 64)
    words[last - first] &= ~0 >> UInt64(63 - window.upperBound % 64)
    return PositionSet(firstWord: first, words: words)
  }

  /// Moves every position one byte back, and drops those whose byte then is not one of the mask.
  ///
  /// - Parameter mask: the words of the whole text, one bit a byte.
  mutating func moveBack(where mask: [UInt64]) {
    for index in words.indices {
      let next = index + 1 < words.count ? words[index + 1] : 0
      let word = firstWord + index
      words[index] = (words[index] >> 1 | next << 63) & (word < mask.count ? mask[word] : 0)
    }
  }

  /// Adds the positions of another set; this one's window must hold them.
  mutating func formUnion(_ other: PositionSet) {
    for (index, word) in other.words.enumerated() where word != 0 {
      words[other.firstWord - firstWord + index] |= word
    }
  }
}

/// Which bytes of a text are of a kind, one bit a byte.
struct TextMasks {
  /// The bytes that may be part of a character of several.
  let parts: [UInt64]
  private let bytes: [UInt8: [UInt64]]

  init(_ text: [UInt8]) {
    let count = text.count / 64 + 1
    var parts = [UInt64](repeating: 0, count: count)
    var bytes: [UInt8: [UInt64]] = [:]
    for (position, byte) in text.enumerated() {
      let bit: UInt64 = 1 << UInt64(position % 64)
      if byte >= 0x80 { parts[position / 64] |= bit }
      bytes[byte, default: [UInt64](repeating: 0, count: count)][position / 64] |= bit
    }
    self.parts = parts
    self.bytes = bytes
  }

  /// Where a byte stands; empty where it does not.
  func of(_ byte: UInt8) -> [UInt64] { bytes[byte] ?? [] }
}
