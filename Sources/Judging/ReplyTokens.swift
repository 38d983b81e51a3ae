// What JSON is made of, as language models write it, beside strings.

let commentEnd = Array("*/".utf8)

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
