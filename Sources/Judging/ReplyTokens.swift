// What JSON is made of, as language models write it, beside strings.

import JSONLines

let commentEnd = Array("*/".utf8)
let htmlCommentEnd = Array("-->".utf8)

/// Where a comment ends that stands behind an object, on its line; nil where none does.
func endOfComment(in text: [UInt8], behind end: Int) -> Int? {
  let start = text[end...].firstIndex { !" \t,;]".utf8.contains($0) } ?? text.count
  let rest = text[start...]
  if rest.starts(with: "//".utf8) || rest.starts(with: "# ".utf8) {
    return rest.firstIndex(of: UInt8(ascii: "\n")) ?? text.count
  }
  guard rest.starts(with: "/*".utf8) else { return nil }
  return rest.dropFirst(2).firstRange(ofBytes: commentEnd)?.upperBound
}

/// A number without a fraction of zeros: models write `2.0` for the integer.
func withoutEmptyFraction(_ number: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  guard let point = number.firstIndex(of: UInt8(ascii: ".")),
    number[(point + 1)...].allSatisfy({ $0 == UInt8(ascii: "0") })
  else { return number }
  return number[..<point]
}

/// What a word without quotes stands for in JSON.
func literal(_ word: ArraySlice<UInt8>) -> String? {
  guard word.count <= 5 else { return nil }
  return switch String(decoding: word, as: UTF8.self).lowercased() {
  case "true": "true"
  case "false": "false"
  case "null", "none": "null"
  default: nil
  }
}

func isBlank(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

func isWordByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
}

func isNumberByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || "+-.eE".utf8.contains(byte)
}

/// Whether a text is a number of JSON.
func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
  var rest = text
  func takeDigits() -> Int {
    let digits = rest.prefix { isDigit($0) }
    rest = rest.dropFirst(digits.count)
    return digits.count
  }
  if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
  let startsWithZero = rest.first == UInt8(ascii: "0")
  let count = takeDigits()
  guard count > 0, count == 1 || !startsWithZero else { return false }
  if rest.first == UInt8(ascii: ".") {
    rest = rest.dropFirst()
    guard takeDigits() > 0 else { return false }
  }
  if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
      rest = rest.dropFirst()
    }
    guard takeDigits() > 0 else { return false }
  }
  return rest.isEmpty
}
