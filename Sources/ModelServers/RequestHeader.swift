// Headers and keys that are sent and never shown.

/// A key, which is sent and never shown.
package struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  let value: String

  /// - Returns: nil where the text is empty or cannot stand in a header.
  package init?(_ text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    value = text
  }

  package var description: String { "(a key)" }
  package var debugDescription: String { description }
}

/// A header of the user's own, whose value is sent and never shown.
package struct RequestHeader: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  let name: String
  let value: String

  /// - Returns: nil where the name is none, or the value is empty or cannot stand in a header.
  package init?(name: String, value: String) {
    let marks = Array("!#$%&'*+-.^_`|~".utf8)
    let isName = name.utf8.allSatisfy { byte in
      marks.contains(byte) || Character(UnicodeScalar(byte)).isASCIIWordCharacter
    }
    guard !name.isEmpty, isName, !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { return nil }
    self.name = name
    self.value = value
  }

  package var description: String { "(the header \(name))" }
  package var debugDescription: String { description }
}

extension Character {
  fileprivate var isASCIIWordCharacter: Bool { isASCII && (isLetter || isNumber) }
}
