// The tokens of words seen before: most words of a text are.

/// A bounded table from words, as bytes, to their tokens; it only saves time, and changes no result.
struct WordCache {
  /// Longer words are rare and not worth their room.
  static let maximumWordLength = 48
  private static let slotCount = 1 << 15
  private static let maximumEntryCount = slotCount / 2
  private static let probeLimit = 16

  private struct Entry {
    let hash: UInt64
    let bytes: Range<Int>
    let tokens: Range<Int>
  }

  /// Indices of `entries`, −1 where free; empty until the first word comes.
  private var slots: [Int32] = []
  private var entries: [Entry] = []
  private var bytes: [UInt8] = []
  private var tokens: [Int32] = []

  /// Appends the word's tokens to `result`, or returns false where they are not known.
  func appendTokens(of word: UnsafeBufferPointer<UInt8>, to result: inout [Int32]) -> Bool {
    guard !slots.isEmpty, word.count <= Self.maximumWordLength else { return false }
    let hash = Self.hash(word)
    for probe in 0..<Self.probeLimit {
      let index = slots[Self.slot(hash, probe)]
      if index < 0 { return false }
      let entry = entries[Int(index)]
      if entry.hash == hash, entry.bytes.count == word.count, bytes[entry.bytes].elementsEqual(word)
      {
        result.append(contentsOf: tokens[entry.tokens])
        return true
      }
    }
    return false
  }

  /// Remembers a word that was not known, if there is room.
  mutating func insert(_ word: UnsafeBufferPointer<UInt8>, tokens wordTokens: ArraySlice<Int32>) {
    guard word.count <= Self.maximumWordLength, entries.count < Self.maximumEntryCount else {
      return
    }
    if slots.isEmpty { slots = Array(repeating: -1, count: Self.slotCount) }
    let hash = Self.hash(word)
    for probe in 0..<Self.probeLimit where slots[Self.slot(hash, probe)] < 0 {
      slots[Self.slot(hash, probe)] = Int32(entries.count)
      entries.append(
        Entry(
          hash: hash, bytes: bytes.count..<bytes.count + word.count,
          tokens: tokens.count..<tokens.count + wordTokens.count))
      bytes.append(contentsOf: word)
      tokens.append(contentsOf: wordTokens)
      return
    }
  }

  private static func slot(_ hash: UInt64, _ probe: Int) -> Int {
    (Int(truncatingIfNeeded: hash >> 32) &+ probe) & (slotCount - 1)
  }

  /// FNV-1a, multiplied once more so that the upper half depends on every byte.
  private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return (hash ^ hash >> 29) &* 0x9e37_79b9_7f4a_7c15
  }
}
