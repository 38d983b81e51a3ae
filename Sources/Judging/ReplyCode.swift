// Codes in replies: by them a reply says which question it answers.

import JSONLines

/// A code that a reply gives, in JSON or in words.
struct ReplyCode {
  /// Where name and value stand in the text.
  let bytes: Range<Int>
  /// Where the value alone stands, of a code without a name.
  var wordBytes: Range<Int> {
    valueStart.map { $0 + 1..<bytes.upperBound - 1 } ?? bytes
  }
  /// Where the string begins that is the value of a member with another name.
  var valueStart: Int?
  let value: String
  /// Whether a name says that it is a code.
  let isNamed: Bool
  /// Whether it stands in words, such as `**Code:** 0123456789abcdef`.
  var isSpoken = false
  /// The object that carries it; nil outside of objects that can be read.
  var carrier: Range<Int>?

  init(bytes: Range<Int>, value: String, isNamed: Bool = true) {
    self.bytes = bytes
    self.value = value
    self.isNamed = isNamed
  }

  /// A code that stands in no object that can be read: `"code": "…"`, or the word with a likely value.
  init?(inProse text: [UInt8], at start: Int) {
    let isQuoted = text[start] == UInt8(ascii: "\"") || text[start] == UInt8(ascii: "'")
    guard let code = isQuoted ? Self(quoted: text, at: start) : Self(spoken: text, at: start) else {
      return nil
    }
    self = code
  }

  private init?(quoted text: [UInt8], at start: Int) {
    let quote = text[start]
    var end = start + 1
    guard isWordCode(text[end...]), end + 4 < text.count, text[end + 4] == quote else { return nil }
    end += 5
    func skipBlanks() { while end < text.count, isBlank(text[end]) { end += 1 } }
    skipBlanks()
    guard end < text.count, text[end] == UInt8(ascii: ":") else { return nil }
    end += 1
    skipBlanks()
    guard end < text.count else { return nil }
    let isQuoted = text[end] == UInt8(ascii: "\"") || text[end] == UInt8(ascii: "'")
    let valueStart = isQuoted ? end + 1 : end
    let valueEnd =
      text[valueStart...].firstIndex { isQuoted ? $0 == text[end] : !isWordByte($0) } ?? text.count
    guard isQuoted || valueEnd > valueStart else { return nil }
    self.init(
      bytes: start..<min(isQuoted ? valueEnd + 1 : valueEnd, text.count),
      value: String(decoding: text[valueStart..<valueEnd], as: UTF8.self))
  }

  private init?(spoken text: [UInt8], at start: Int) {
    guard isWordCode(text[start...]), start == 0 || !isWordByte(text[start - 1]) else { return nil }
    let between = text[(start + 4)...].prefix(12).prefix { " *_:=`\"'([".utf8.contains($0) }
    guard between.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }) else {
      return nil
    }
    let word = text[between.endIndex...].prefix(17).prefix { isWordByte($0) }
    let value = String(decoding: word, as: UTF8.self)
    guard Self.isLikely(value) else { return nil }
    self.init(bytes: start..<word.endIndex, value: value)
    isSpoken = true
  }

  /// Whether it is that code, whatever the case of its letters and the brackets around it.
  func isSame(as code: String) -> Bool {
    value.lowercased().filter { $0.isLetter || $0.isNumber } == code.lowercased()
  }

  /// Whether a value has the form of our codes.
  static func isLikely(_ value: String) -> Bool {
    guard value.utf8.count < 200 else { return false }
    let trimmed = value.unicodeScalars.filter {
      !" []".unicodeScalars.contains($0) && !isUnseen($0)
    }
    return trimmed.count == 16 && trimmed.allSatisfy { Character($0).isHexDigit && $0.isASCII }
  }
}

/// Whether a character has no width, as one that somebody puts between the digits of a code.
private func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.isDefaultIgnorableCodePoint
}

/// What the name of a member says of its value.
enum NameOfCode {
  /// It is a code.
  case code
  /// It is one where it looks like one, as that of `"request_code"`.
  case perhaps

  init?(_ name: String) {
    let bytes = name.utf8.lazy.filter { !isBlank($0) }.map { $0 | 0x20 }
    guard bytes.suffix(4).elementsEqual("code".utf8) else { return nil }
    self = bytes.count == 4 ? .code : .perhaps
  }
}

/// The text of a string or another scalar of strict JSON.
func decodedString(_ json: ArraySlice<UInt8>) -> String {
  guard json.first == UInt8(ascii: "\"") else { return String(decoding: json, as: UTF8.self) }
  if json.contains(UInt8(ascii: "\\")),
    let text = try? JSONDocument(parsing: Array(json)).root.string
  {
    return text
  }
  return String(decoding: json.dropFirst().dropLast(), as: UTF8.self)
}

private func isWordCode(_ text: ArraySlice<UInt8>) -> Bool {
  text.prefix(4).lazy.map { $0 | 0x20 }.elementsEqual("code".utf8)
}
