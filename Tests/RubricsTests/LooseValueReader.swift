// JSON as Python's json module reads it: NaN and Infinity are numbers, of equal keys the last one counts.

extension LooseValue {
  /// The value of a JSON text; nil where the text is not JSON.
  ///
  /// Integers of more than 64 bits become doubles. Deeper nesting than 500 is taken as not JSON: Python fails there too.
  init?(json: some Collection<UInt8>) {
    var reader = LooseValueReader(bytes: Array(json))
    guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
    self = value
  }
}

private struct LooseValueReader {
  let bytes: [UInt8]
  var position = 0

  /// Whether only white space is left.
  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position == bytes.count
    }
  }

  mutating func value(depth: Int) -> LooseValue? {
    guard depth < 500 else { return nil }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return list(depth: depth)
    case UInt8(ascii: "\""): return string().map { .text($0) }
    default: return word() ?? number()
    }
  }

  private mutating func object(depth: Int) -> LooseValue? {
    position += 1
    var members: [LooseValue.Member] = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\""), let key = string() else { return nil }
      skipSpace()
      guard take(":"), let value = value(depth: depth + 1) else { return nil }
      let member = LooseValue.Member(key: key, value: value)
      if let index = members.firstIndex(where: { $0.key == key }) {
        members[index] = member
      } else {
        members.append(member)
      }
      skipSpace()
    } while take(",")
    return take("}") ? .object(members) : nil
  }

  private mutating func list(depth: Int) -> LooseValue? {
    position += 1
    var values: [LooseValue] = []
    skipSpace()
    if take("]") { return .list([]) }
    repeat {
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
      skipSpace()
    } while take(",")
    return take("]") ? .list(values) : nil
  }

  private mutating func word() -> LooseValue? {
    let words: [(String, LooseValue)] = [
      ("null", .null), ("true", .boolean(true)), ("false", .boolean(false)), ("NaN", .number(.nan)),
      ("Infinity", .number(.infinity)), ("-Infinity", .number(-.infinity)),
    ]
    return words.first { take($0.0) }?.1
  }

  private mutating func number() -> LooseValue? {
    let start = position
    _ = take("-")
    // A leading zero stands alone: 01 is two tokens, and so no JSON.
    guard take("0") || takeDigits() else { return nil }
    var isInteger = true
    if peek == UInt8(ascii: "."), position + 1 < bytes.count, isDigit(bytes[position + 1]) {
      position += 1
      isInteger = !takeDigits()
    }
    let mantissaEnd = position
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      if takeDigits() { isInteger = false } else { position = mantissaEnd }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    return Double(text).map { .number($0) }
  }

  /// A quoted text. Bytes are gathered as UTF-8; what is not UTF-8 was replaced when the reply became text.
  private mutating func string() -> String? {
    position += 1
    var content: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escape() else { return nil }
        content.append(contentsOf: String(scalar).utf8)
      case 0..<0x20: return nil
      default: content.append(byte)
      }
    }
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let byte = peek else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let high = codeUnit() else { return nil }
      let resume = position
      if high & 0xFC00 == 0xD800, take("\\u"), let low = codeUnit(), low & 0xFC00 == 0xDC00 {
        return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF)
      }
      if high & 0xFC00 == 0xD800 { position = resume }
      // Half of a pair is no character.
      return Unicode.Scalar(high) ?? "\u{FFFD}"
    default: return nil
    }
  }

  private mutating func codeUnit() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4]
    guard digits.allSatisfy({ isHexDigit($0) }) else { return nil }
    position += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func takeDigits() -> Bool {
    let start = position
    while let byte = peek, isDigit(byte) { position += 1 }
    return position > start
  }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
