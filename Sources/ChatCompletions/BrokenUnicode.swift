// Text that is no Unicode: halves of characters, as models and servers cut them.

/// The same JSON with U+FFFD for bytes that are not UTF-8 and for escapes of surrogates that make no pair.
package func replacingBrokenUnicode(in json: [UInt8]) -> [UInt8] {
  let text = Array(String(decoding: json, as: UTF8.self).utf8)
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  var position = 0
  while position < text.count {
    guard text[position] == UInt8(ascii: "\\"), position + 1 < text.count else {
      result.append(text[position])
      position += 1
      continue
    }
    var end = position + 2
    if let unit = codeUnit(text, at: position), unit & 0xF800 == 0xD800 {
      end = position + 6
      let low = codeUnit(text, at: end)
      guard unit & 0xFC00 == 0xD800, let low, low & 0xFC00 == 0xDC00 else {
        result.append(contentsOf: #"\ufffd"#.utf8)
        position = end
        continue
      }
      end += 6
    }
    result.append(contentsOf: text[position..<end])
    position = end
  }
  return result
}

/// The value of an escape `\uXXXX` at a byte; nil where there is none.
private func codeUnit(_ text: [UInt8], at start: Int) -> UInt32? {
  guard start + 6 <= text.count, text[start...].starts(with: #"\u"#.utf8) else { return nil }
  return UInt32(String(decoding: text[start + 2..<start + 6], as: UTF8.self), radix: 16)
}
