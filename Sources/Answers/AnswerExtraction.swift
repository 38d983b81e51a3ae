// Where the answer of a response stands.

import Foundation

/// A rule for finding the answer.
package enum ExtractionRule: String, CaseIterable, Sendable {
  /// The content of the last complete `\boxed{}` or `\fbox{}`, else what stands behind a `\boxed` without braces; one that is cut off counts as absent.
  case boxed
  /// The content of the last `\boxed{`, and nothing where that one is cut off, whatever came before (the paper's and the
  /// authors' rule).
  case lastBox = "last-box"
  /// The rest of the line after the last `####` or `A:` (GSM8K's forms).
  case marker
  /// What stands between the last `<answer>` and `</answer>`.
  case tag
  /// What "the answer is" says, the last time.
  case statement
  /// The last number of the text.
  case lastNumber = "last-number"
}

/// An answer, and the rule that found it.
package struct FoundAnswer: Equatable, Sendable {
  package let text: String
  package let rule: ExtractionRule

  package init(text: String, rule: ExtractionRule) {
    self.text = text
    self.rule = rule
  }
}

/// The answer of a response by the first rule that finds one; nil where none does.
package func answer(in response: String, rules: [ExtractionRule]) -> FoundAnswer? {
  for rule in rules {
    let text: String? =
      switch rule {
      case .boxed: lastCompleteBox(in: response)
      case .lastBox: Box.last(in: response)?.content
      case .marker: textAfterLastMarker(in: response)
      case .tag: textInLastTag(of: response)
      case .statement: textAfterStatement(in: response)
      case .lastNumber: lastNumber(in: response)
      }
    if let text { return FoundAnswer(text: text, rule: rule) }
  }
  return nil
}

/// A `\boxed{…}` of a response, or an `\fbox{…}` where frames are asked for.
package struct Box: Equatable, Sendable {
  /// What stands between the brace and the one that balances it; nil where none does. Escaped braces count as braces.
  package let content: String?

  /// The last box that is opened; nil where none is.
  package static func last(in response: String) -> Box? {
    all(in: response).last
  }

  /// Every box that is opened, in the order of their opening braces; found in one pass.
  static func all(in response: String, withFrames: Bool = false) -> [Box] {
    let bytes = Array(response.utf8)
    let markers = (withFrames ? [#"\boxed{"#, #"\fbox{"#] : [#"\boxed{"#]).map { Array($0.utf8) }
    // For each open brace: the index of the box that it opens, or nil for a brace of its own.
    var open: [Int?] = []
    var starts: [Int] = []
    var ends: [Int?] = []
    for (position, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "{"):
        let isBox = markers.contains { marker in
          let start = position + 1 - marker.count
          return start >= 0 && bytes[start...position].elementsEqual(marker)
        }
        open.append(isBox ? starts.count : nil)
        if isBox {
          starts.append(position + 1)
          ends.append(nil)
        }
      case UInt8(ascii: "}"):
        // A closing brace before any box is nobody's.
        if let box = open.popLast() ?? nil { ends[box] = position }
      default: break
      }
    }
    return zip(starts, ends).map { start, end in
      Box(content: end.map { String(decoding: bytes[start..<$0], as: UTF8.self) })
    }
  }
}

private func lastCompleteBox(in response: String) -> String? {
  Box.all(in: response, withFrames: true).last { $0.content != nil }?.content
    ?? barelyBoxed(in: response)
}

/// The number or letter behind a `\boxed` without braces: `\boxed 5`.
private func barelyBoxed(in response: String) -> String? {
  guard let range = response.range(of: #"\boxed "#, options: .backwards) else { return nil }
  let word = response[range.upperBound...].drop { $0 == " " }
    .prefix { !$0.isWhitespace && !"$,;".contains($0) }
  let trimmed = word.hasSuffix(".") ? word.dropLast() : word
  return trimmed.isEmpty || trimmed.hasPrefix("{") ? nil : String(trimmed)
}

private func textInLastTag(of response: String) -> String? {
  guard let end = response.range(of: "</answer>", options: .backwards),
    let start = response[..<end.lowerBound].range(of: "<answer>", options: .backwards)
  else { return nil }
  let text = response[start.upperBound..<end.lowerBound]
    .trimmingCharacters(in: .whitespacesAndNewlines)
  return text.isEmpty ? nil : text
}

/// The rest of the sentence behind the last "the answer is", "final answer:" and the like.
private func textAfterStatement(in response: String) -> String? {
  for phrase in ["answer is", "answer:", "answers are"] {
    guard let range = response.range(of: phrase, options: [.backwards, .caseInsensitive]) else {
      continue
    }
    let rest = response[range.upperBound...].drop { ": *".contains($0) }
    let sentence = firstSentence(of: rest)
    if !sentence.isEmpty { return sentence }
  }
  return nil
}

/// Text up to the first full stop that ends a sentence, or the end of its line.
private func firstSentence(of text: Substring) -> String {
  var sentence = ""
  var rest = text
  while let character = rest.popFirst(), !character.isNewline || sentence.contains("\\[") {
    if character == ".", rest.first.map({ $0.isWhitespace || $0 == "<" }) ?? true { break }
    if character == "<", rest.hasPrefix("|") { break }
    sentence.append(character)
    if sentence.utf8.count > 2000 { break }
  }
  return sentence.trimmingCharacters(in: .whitespacesAndNewlines)
}

/// The answer that a sentence states: behind "the answer is", in its last formula, or behind its last verb.
func statedAnswer(in text: String) -> String? {
  if let statement = textAfterStatement(in: text) {
    let isSentence = statement.split(separator: " ").count { $0.allSatisfy(\.isLetter) } >= 3
    return lastFormula(in: statement) ?? lastOperand(of: statement)
      ?? (isSentence ? lastNumber(in: statement) : nil) ?? statement
  }
  return lastFormula(in: text) ?? lastOperand(of: text)
}

/// A "final answer is …" that stands behind all boxes: it is the last word.
func statementBehindBoxes(_ text: String) -> String? {
  guard let box = text.range(of: "boxed{", options: .backwards) else { return nil }
  let rest = text[box.upperBound...]
  guard rest.range(of: "final answer is", options: .caseInsensitive) != nil,
    let statement = textAfterStatement(in: String(rest)), statement.contains(where: \.isNumber),
    !statement.contains("boxed")
  else { return nil }
  return lastOperand(of: statement) ?? statement
}

/// What stands between the last delimiters of LaTeX.
private func lastFormula(in text: String) -> String? {
  for (open, close) in [("$$", "$$"), ("$", "$"), (#"\("#, #"\)"#), (#"\["#, #"\]"#)] {
    guard let end = text.range(of: close, options: .backwards),
      let start = text[..<end.lowerBound].range(of: open, options: .backwards),
      start.upperBound < end.lowerBound
    else { continue }
    let before = text[..<start.lowerBound]
    let after = text[end.upperBound...]
    // A lone dollar sign is money; words around the formula make a sentence of it.
    guard open != "$" || text.filter({ $0 == "$" }).count % 2 == 0 else { continue }
    guard before.contains(where: \.isLetter), !after.contains(where: \.isNumber) else { continue }
    return String(text[start.upperBound..<end.lowerBound])
  }
  return nil
}

/// What stands behind the last verb of a sentence, or before its unit: "… is 2/3", "… increases by 100%".
private func lastOperand(of text: String) -> String? {
  let sentence = text.components(separatedBy: "<|")[0].trimmingCharacters(
    in: .whitespacesAndNewlines)
  let last = sentence.components(separatedBy: ". ").last { $0.contains(where: \.isNumber) }
  guard let last else { return nil }
  for verb in [" is ", " are ", " by ", " equals ", " get ", "it's ", ": "] {
    guard let range = last.range(of: verb, options: .backwards) else { continue }
    let rest = last[range.upperBound...].drop { $0 == "$" }
    if rest.first.map({ $0.isNumber || "-(.\\".contains($0) }) ?? false { return String(rest) }
  }
  return nil
}

private func textAfterLastMarker(in response: String) -> String? {
  var last: Substring?
  for line in response.unicodeScalars.split(separator: "\n") {
    let text = Substring(line)
    for marker in ["####", "A:"] {
      guard let range = text.range(of: marker, options: .backwards) else { continue }
      // "A:" begins a word of its own; "DNA:" does not state an answer.
      let before = text[..<range.lowerBound].last
      if marker == "A:", let before, before.isLetter { continue }
      last = text[range.upperBound...]
    }
  }
  let answer = last?.trimmingCharacters(in: .whitespacesAndNewlines)
  return answer.flatMap { $0.isEmpty ? nil : $0 }
}

private func lastNumber(in response: String) -> String? {
  let bytes = Array(response.utf8)
  guard let end = bytes.lastIndex(where: isDigit) else { return nil }
  var start = end
  while start > 0 {
    let byte = bytes[start - 1]
    let joins = byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
    guard isDigit(byte) || (joins && start > 1 && isDigit(bytes[start - 2])) else { break }
    start -= 1
  }
  if start > 0, bytes[start - 1] == UInt8(ascii: "-") { start -= 1 }
  return String(decoding: bytes[start...end], as: UTF8.self)
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
