// Data inside an HTML page, where no text may end the element that holds it.

/// JSON made fit to stand in a `<script>` element: still the same JSON, but free of `<`, `>`, `&` and of the two line ends that old
/// scripts stumble over.
///
/// In JSON these characters stand in strings alone, where an escape means the same; so neither `</script>` nor `<!--` can occur.
func scriptData(_ json: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(json.count + json.count / 16)
  var index = 0
  while index < json.count {
    let byte = json[index]
    switch byte {
    case UInt8(ascii: "<"): result.append(contentsOf: #"\u003c"#.utf8)
    case UInt8(ascii: ">"): result.append(contentsOf: #"\u003e"#.utf8)
    case UInt8(ascii: "&"): result.append(contentsOf: #"\u0026"#.utf8)
    case 0xE2
    where index + 2 < json.count && json[index + 1] == 0x80
      && (json[index + 2] == 0xA8 || json[index + 2] == 0xA9):
      result.append(contentsOf: json[index + 2] == 0xA8 ? #"\u2028"#.utf8 : #"\u2029"#.utf8)
      index += 2
    default: result.append(byte)
    }
    index += 1
  }
  return result
}

/// Text made fit to stand between tags.
func markupText(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}

/// Bytes in base 64 (RFC 4648), as a content security policy names hashes.
func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let part = bytes[start..<min(start + 3, bytes.count)]
    var word = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    word <<= 8 * UInt32(3 - part.count)
    for digit in 0..<4 {
      text.append(
        digit <= part.count ? digits[Int(word >> (18 - 6 * UInt32(digit)) & 63)] : UInt8(ascii: "=")
      )
    }
  }
  return String(decoding: text, as: UTF8.self)
}
