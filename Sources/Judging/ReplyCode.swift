// Codes in replies: by them a reply says which question it answers.

import JSONLines

/// A code that a reply gives, in JSON or in words.
struct ReplyCode {
  /// Where name and value stand in the text.
  let bytes: Range<Int>
  let value: String
  /// Whether it stands in words, such as `**Code:** 0123456789abcdef`.
  var isSpoken = false
  /// The object that carries it; nil outside of objects that can be read.
  var carrier: Range<Int>?

  init(bytes: Range<Int>, value: String) {
    self.bytes = bytes
    self.value = value
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
    let trimmed = value.utf8.filter { !" []".utf8.contains($0) }
    return trimmed.count == 16 && trimmed.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }
}

/// Words outside of entries that look like our codes and have no name, such as that of the line `[0123456789abcdef step 1]`; the first
/// hundred at most.
///
/// Our codes are 16 hexadecimal digits, with letters and figures. Few words are: no number, no part of an address, of a UUID or of a
/// longer hash. A judge has most of those from the material. So one that is from nowhere makes a reply without the right code
/// suspect, and asking again costs one call.
///
/// - Parameter entries: in rising order.
func bareCodes(in text: [UInt8], outside entries: [Range<Int>]) -> [ReplyCode] {
  var codes: [ReplyCode] = []
  var next = 0
  var position = 0
  while position < text.count, codes.count < 100 {
    guard isNameByte(text[position]) else {
      position += 1
      continue
    }
    let start = position
    position = text[position...].firstIndex { !isNameByte($0) } ?? text.count
    guard position - start == 16 else { continue }
    let word = text[start..<position]
    guard word.allSatisfy({ isDigit($0) || (0x61...0x66).contains($0) }),
      word.contains(where: isDigit), !word.allSatisfy(isDigit)
    else { continue }
    while next < entries.count, entries[next].upperBound <= start { next += 1 }
    if next < entries.count, entries[next].lowerBound <= start { continue }
    codes.append(
      ReplyCode(bytes: start..<position, value: String(decoding: word, as: UTF8.self)))
  }
  return codes
}

/// Whether a byte belongs to a word, or joins words to a name such as `chatcmpl-0123456789abcdef`.
private func isNameByte(_ byte: UInt8) -> Bool {
  isWordByte(byte) || byte >= 0x80 || "-/%+".utf8.contains(byte)
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
