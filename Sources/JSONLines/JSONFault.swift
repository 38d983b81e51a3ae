// The slow path of bad input: simdjson says only that a text is not JSON; this says where and why.

/// What makes a text not JSON, and at which byte.
package struct JSONFault: Error, Equatable, CustomStringConvertible {
  /// Kinds of fault.
  package enum Reason: String, Sendable, Equatable {
    case expectedValue = "a value is expected"
    case expectedKey = "a key in double quotes is expected"
    case expectedColon = "a colon is expected"
    case expectedCommaOrEnd = "a comma or the closing bracket is expected"
    case controlCharacter = "a control character stands unescaped in a string"
    case badEscape = "an escape in a string is malformed"
    case loneSurrogate = "an escape in a string is half of a surrogate pair"
    case unclosedString = "a string is not closed"
    case badNumber = "a number is malformed"
    case textAfterEnd = "there is text after the end of the value"
    case unexpectedEnd = "the line ends too early"
    case nestedTooDeeply = "it is nested deeper than 1,024 levels"
    case notUTF8 = "it is not UTF-8"
    case noMemory = "there is not enough memory to parse it"
    case unreadable = "it cannot be parsed"
  }

  /// The byte of the text, from 0, at which the fault shows.
  package let byte: Int
  package let reason: Reason

  package init(byte: Int, reason: Reason) {
    self.byte = byte
    self.reason = reason
  }

  package var description: String {
    switch reason {
    case .notUTF8: "not UTF-8 at byte \(byte + 1) of the line"
    case .nestedTooDeeply, .noMemory, .unreadable: "not readable as JSON: \(reason.rawValue)"
    default: "not JSON at byte \(byte + 1) of the line: \(reason.rawValue)"
    }
  }

  /// The first fault of a text by JSON's grammar (RFC 8259); nil for valid JSON.
  static func firstFault(in bytes: UnsafeRawBufferPointer) -> JSONFault? {
    var grammar = JSONGrammar(bytes: bytes)
    do {
      try grammar.text()
      return nil
    } catch {
      return error
    }
  }

  /// The first byte that does not continue valid UTF-8.
  static func invalidUTF8(in bytes: UnsafeRawBufferPointer) -> JSONFault {
    var position = 0
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): position += UTF8.width(scalar)
      case .emptyInput, .error: return JSONFault(byte: position, reason: .notUTF8)
      }
    }
  }
}

/// JSON's grammar as a recogniser without recursion.
private struct JSONGrammar {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  /// What has been opened and not closed: `{` or `[`.
  var open: [UInt8] = []

  mutating func text() throws(JSONFault) {
    try value()
    while let container = open.last {
      skipSpace()
      let closing: UInt8 = container == UInt8(ascii: "{") ? 0x7D : 0x5D
      switch try current() {
      case closing:
        position += 1
        open.removeLast()
      case UInt8(ascii: ","):
        position += 1
        if container == UInt8(ascii: "{") { try key() }
        try value()
      default: throw fault(.expectedCommaOrEnd)
      }
    }
    skipSpace()
    if position < bytes.count { throw fault(.textAfterEnd) }
  }

  /// One value; of a container, what stands up to its first scalar or its end.
  mutating func value() throws(JSONFault) {
    while true {
      skipSpace()
      switch try current() {
      case UInt8(ascii: "{"):
        position += 1
        skipSpace()
        if try current() == UInt8(ascii: "}") {
          position += 1
          return
        }
        open.append(UInt8(ascii: "{"))
        try key()
      case UInt8(ascii: "["):
        position += 1
        skipSpace()
        if try current() == UInt8(ascii: "]") {
          position += 1
          return
        }
        open.append(UInt8(ascii: "["))
      case UInt8(ascii: "\""): return try string()
      case UInt8(ascii: "t"): return try word("true")
      case UInt8(ascii: "f"): return try word("false")
      case UInt8(ascii: "n"): return try word("null")
      case UInt8(ascii: "-"), 0x30...0x39: return try number()
      default: throw fault(.expectedValue)
      }
    }
  }

  mutating func key() throws(JSONFault) {
    skipSpace()
    guard try current() == UInt8(ascii: "\"") else { throw fault(.expectedKey) }
    try string()
    skipSpace()
    guard try current() == UInt8(ascii: ":") else { throw fault(.expectedColon) }
    position += 1
  }

  mutating func string() throws(JSONFault) {
    let start = position
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case 0..<0x20: throw fault(.controlCharacter)
      case UInt8(ascii: "\\"): try escape()
      default: position += 1
      }
    }
    throw JSONFault(byte: start, reason: .unclosedString)
  }

  mutating func escape() throws(JSONFault) {
    let start = position
    guard position + 1 < bytes.count else { throw fault(.unexpectedEnd) }
    position += 2
    switch bytes[position - 1] {
    case UInt8(ascii: "u"):
      let unit = try hexadecimal(from: start)
      if (0xDC00..<0xE000).contains(unit) { throw JSONFault(byte: start, reason: .loneSurrogate) }
      guard (0xD800..<0xDC00).contains(unit) else { return }
      guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      else { throw JSONFault(byte: start, reason: .loneSurrogate) }
      position += 2
      guard (0xDC00..<0xE000).contains(try hexadecimal(from: start)) else {
        throw JSONFault(byte: start, reason: .loneSurrogate)
      }
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return
    default: throw JSONFault(byte: start, reason: .badEscape)
    }
  }

  mutating func hexadecimal(from start: Int) throws(JSONFault) -> Int {
    var unit = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw JSONFault(byte: start, reason: .badEscape) }
      unit = unit * 16 + digit
      position += 1
    }
    return unit
  }

  mutating func number() throws(JSONFault) {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let integer = digits()
    var isValid = integer == 1 || (integer > 1 && bytes[position - integer] != UInt8(ascii: "0"))
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      isValid = digits() > 0 && isValid
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
        position += 1
      }
      isValid = digits() > 0 && isValid
    }
    if !isValid { throw JSONFault(byte: start, reason: .badNumber) }
  }

  /// Skips digits and counts them.
  mutating func digits() -> Int {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return position - start
  }

  mutating func word(_ word: StaticString) throws(JSONFault) {
    let start = position
    for offset in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count, bytes[position] == word.utf8Start[offset] else {
        throw JSONFault(byte: start, reason: .expectedValue)
      }
      position += 1
    }
  }

  mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  func current() throws(JSONFault) -> UInt8 {
    guard position < bytes.count else { throw fault(.unexpectedEnd) }
    return bytes[position]
  }

  func fault(_ reason: JSONFault.Reason) -> JSONFault { JSONFault(byte: position, reason: reason) }
}
