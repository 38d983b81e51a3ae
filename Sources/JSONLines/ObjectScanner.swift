// Where the members of a line's object stand, so that one can be replaced and the rest copied as bytes.

/// The place of one member of an object in its text, in bytes.
package struct MemberSpan: Equatable, Sendable {
  /// The key between its quotes, as written (escapes and all).
  package let key: Range<Int>
  /// The value, without white space around it.
  package let value: Range<Int>
}

/// The members of an object, found by skipping through text that is known to be valid JSON.
package struct ObjectLayout: Equatable, Sendable {
  /// The members in the order of the text.
  package let members: [MemberSpan]
  /// Where the closing brace stands.
  package let end: Int

  /// - Parameter bytes: one valid JSON object, white space around it allowed.
  package init(scanning bytes: UnsafeRawBufferPointer) {
    var scanner = ObjectScanner(bytes: bytes)
    members = scanner.members()
    end = scanner.position
  }
}

private struct ObjectScanner {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  /// Moves to the object's closing brace.
  mutating func members() -> [MemberSpan] {
    var members: [MemberSpan] = []
    skipSpace()
    position += 1  // the opening brace
    while position < bytes.count {
      skipSpace()
      switch bytes[position] {
      case UInt8(ascii: "}"): return members
      case UInt8(ascii: ","): position += 1
      default: members.append(member())
      }
    }
    return members
  }

  private mutating func member() -> MemberSpan {
    let keyStart = position + 1
    skipString()
    let key = keyStart..<position - 1
    skipSpace()
    position += 1  // the colon
    skipSpace()
    let start = position
    skipValue()
    return MemberSpan(key: key, value: start..<position)
  }

  private mutating func skipValue() {
    switch bytes[position] {
    case UInt8(ascii: "\""): skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): skipContainer()
    default:
      while position < bytes.count, !isEndOfScalar(bytes[position]) { position += 1 }
    }
  }

  private func isEndOfScalar(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte <= 0x20
  }

  private mutating func skipContainer() {
    var depth = 0
    repeat {
      // Nearly all bytes of a record are inside numbers; only quotes and brackets matter here.
      while !isQuoteOrBracket(bytes[position]) { position += 1 }
      switch bytes[position] {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      default:
        depth -= 1
        position += 1
      }
    } while depth > 0
  }

  /// `[` 5B and `{` 7B, `]` 5D and `}` 7D differ in one bit each.
  private func isQuoteOrBracket(_ byte: UInt8) -> Bool {
    byte == 0x22 || byte | 0x20 == 0x7B || byte | 0x20 == 0x7D
  }

  private mutating func skipString() {
    position += 1
    while true {
      switch bytes[position] {
      case UInt8(ascii: "\\"): position += 2
      case UInt8(ascii: "\""):
        position += 1
        return
      default: position += 1
      }
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }
}
