/// A position in UTF-8 text that moves by Unicode scalars.
struct ScalarScanner {
  private let bytes: [UInt8]
  /// The next byte to be read.
  var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position >= bytes.count }

  /// The scalar at the position.
  func peek() -> Unicode.Scalar? {
    guard position < bytes.count else { return nil }
    if bytes[position] < 0x80 { return Unicode.Scalar(bytes[position]) }
    var decoder = UTF8()
    var iterator = bytes[position..<min(position + 4, bytes.count)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return scalar
  }

  /// Moves past the scalar at the position.
  mutating func advance() { position += peek().map { UTF8.width($0) } ?? 1 }

  /// Moves past the word, if it stands here.
  mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] {
      return false
    }
    position += count
    return true
  }

  /// Moves past the next place where the word stands; where it began, or nil at the end of the text.
  mutating func skip(past word: StaticString) -> Int? {
    let first = word.utf8Start[0]
    while position < bytes.count {
      if bytes[position] == first {
        let start = position
        if take(word) { return start }
      }
      position += 1
    }
    return nil
  }

  /// Moves past white space of any script, line breaks and separators included.
  mutating func skipWhiteSpace() {
    while let scalar = peek(), isWhiteSpace(scalar) { advance() }
  }

  /// The text from a byte to the position.
  func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }
}

/// Unicode's white space, and the four information separators U+001C … U+001F, which regular expressions count too.
func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
}
