// Strings as language models write them into JSON: LaTeX with one backslash where JSON wants two.

import Rubrics

/// Reads a string in quotes of either kind, and appends it as a string of strict JSON.
///
/// A backslash stays a backslash of the text in front of
///
/// - whatever JSON does not escape: `\(`, `\[`, `\{`, `\sqrt`, `\alpha`;
/// - `b` or `f` and another letter or a brace, since nobody means a backspace or a form feed: `\frac`, `\binom`;
/// - `r` likewise, since nobody means a carriage return inside a line: `\rho`, `\rm`, `\r{a}`;
/// - `n` or `t` where the letters from there spell a command of LaTeX: `\nu`, but not `\nut`, and `\t{oo}`; in a text that doubles the
///   backslashes of its LaTeX they are blanks, or a NUL where they may be either (see `SingleBackslash`), so that the text is none;
/// - `u` without four hexadecimal digits: `\underline`.
///
/// Two backslashes between `\begin` and `\end` with one are the row break that they look like. `\'` is an apostrophe. Line breaks and other control characters, which JSON does not allow in a string, are escaped.
///
/// - Parameters:
///   - position: the opening quote; then behind the closing one, or at the end of a text that has none.
///   - doublesBackslashes: whether the text doubles the backslashes of its LaTeX.
/// - Returns: whether the string is closed.
func appendString(
  _ text: [UInt8], at position: inout Int, to json: inout [UInt8], doublesBackslashes: Bool
) -> Bool {
  let quote = text[position]
  position += 1
  json.append(UInt8(ascii: "\""))
  // How many environments of LaTeX with one backslash are open.
  var environments = 0
  while position < text.count {
    let byte = text[position]
    switch byte {
    case quote:
      position += 1
      json.append(UInt8(ascii: "\""))
      return true
    case UInt8(ascii: "\\") where environments > 0 && isRowBreak(text, at: position):
      json.append(contentsOf: #"\\\\"#.utf8)
      position += 2
    case UInt8(ascii: "\\"):
      let rest = text[(position + 1)...]
      if rest.starts(with: "begin{".utf8) { environments += 1 }
      if environments > 0, rest.starts(with: "end{".utf8) { environments -= 1 }
      appendEscape(text, at: &position, to: &json, doublesBackslashes: doublesBackslashes)
    case UInt8(ascii: "\""):
      json.append(contentsOf: #"\""#.utf8)
      position += 1
    case 0..<0x20:
      json.append(contentsOf: escaped(byte).utf8)
      position += 1
    default:
      json.append(byte)
      position += 1
    }
  }
  return false
}

/// Whether two backslashes begin at a byte, alone or in front of a command with one.
private func isRowBreak(_ text: [UInt8], at start: Int) -> Bool {
  if text[start - 1] == UInt8(ascii: "\\") { return false }
  let count = text[start...].prefix(5).prefix { $0 == UInt8(ascii: "\\") }.count
  return count == 2 || count == 3
}

/// Appends what a backslash and what follows it stand for, as strict JSON.
private func appendEscape(
  _ text: [UInt8], at position: inout Int, to json: inout [UInt8], doublesBackslashes: Bool
) {
  let start = position
  position += 1
  guard position < text.count else { return }
  let letter = text[position]
  switch letter {
  case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): break
  case UInt8(ascii: "'"):
    json.append(letter)
    position += 1
    return
  case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "r"):
    if position + 1 < text.count, isLetter(text[position + 1]) || isBrace(text[position + 1]) {
      return appendBackslash(&json)
    }
  case UInt8(ascii: "n"), UInt8(ascii: "t"):
    let word = commandWord(text, at: position)
    if doublesBackslashes {
      switch SingleBackslash(before: word) {
      case .command: return appendBackslash(&json)
      case .either: json.append(contentsOf: #"\u0000"#.utf8)
      case .blank: json.append(UInt8(ascii: " "))
      }
      position += 1
      return
    }
    if beginsLaTeXCommand(word) { return appendBackslash(&json) }
    if letter == UInt8(ascii: "t"), position + 1 < text.count, isBrace(text[position + 1]) {
      return appendBackslash(&json)
    }
  case UInt8(ascii: "u"):
    guard let unit = codeUnit(text, at: start) else { return appendBackslash(&json) }
    position = start + 6
    if unit & 0xFC00 == 0xD800, let low = codeUnit(text, at: position), low & 0xFC00 == 0xDC00 {
      position += 6
    } else if unit & 0xF800 == 0xD800 {
      // Half of a pair is no character.
      json.append(contentsOf: #"\ufffd"#.utf8)
      return
    }
    json.append(contentsOf: text[start..<position])
    return
  default: return appendBackslash(&json)
  }
  json.append(contentsOf: text[start...position])
  position += 1
}

private func appendBackslash(_ json: inout [UInt8]) { json.append(contentsOf: #"\\"#.utf8) }

/// The value of an escape `\uXXXX` at a byte; nil where there is none.
private func codeUnit(_ text: [UInt8], at start: Int) -> UInt32? {
  guard start + 6 <= text.count, text[start] == UInt8(ascii: "\\"),
    text[start + 1] == UInt8(ascii: "u")
  else { return nil }
  let digits = text[start + 2..<start + 6]
  guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
  return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
}

private func escaped(_ control: UInt8) -> String {
  switch control {
  case 0x09: #"\t"#
  case 0x0A: #"\n"#
  case 0x0D: #"\r"#
  default: #"\u00"# + (control < 0x10 ? "0" : "") + String(control, radix: 16)
  }
}

/// The letters at a byte; a command longer than that is none.
private func commandWord(_ text: [UInt8], at start: Int) -> ArraySlice<UInt8> {
  text[start..<min(start + 32, text.count)].prefix { isLetter($0) }
}

private func isBrace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") }

private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

/// Whether a text has LaTeX with two backslashes, as JSON wants it, and none with one.
func doublesItsBackslashes(_ text: [UInt8]) -> Bool {
  var hasDoubled = false
  var position = 0
  while let start = text[position...].firstIndex(of: UInt8(ascii: "\\")) {
    let end = text[start...].firstIndex { $0 != UInt8(ascii: "\\") } ?? text.count
    guard end < text.count else { break }
    let letters = text[end...].prefix(3).prefix { isLetter($0) }.count
    if (end - start) % 2 == 1 {
      let isJSON = "\"'/bfnrtu".utf8.contains(text[end])
      let isLost =
        "bfr".utf8.contains(text[end]) && letters > 1
        || "nt".utf8.contains(text[end])
          && SingleBackslash(before: commandWord(text, at: end)) == .command
      if !isJSON || isLost { return false }
    } else if letters == 3 {
      hasDoubled = true
    }
    position = end
  }
  return hasDoubled
}
