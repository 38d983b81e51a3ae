// Where the answer of a response stands.

import Foundation

/// A rule for finding the answer.
package enum ExtractionRule: String, CaseIterable, Sendable {
  /// The content of the last complete `\boxed{}`; one that is cut off counts as absent.
  case boxed
  /// The content of the last `\boxed{`, and nothing where that one is cut off, whatever came before (the paper's and the
  /// authors' rule).
  case lastBox = "last-box"
  /// The rest of the line after the last `####` or `A:` (GSM8K's forms).
  case marker
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
      case .lastNumber: lastNumber(in: response)
      }
    if let text { return FoundAnswer(text: text, rule: rule) }
  }
  return nil
}

/// A `\boxed{…}` of a response.
package struct Box: Equatable, Sendable {
  /// What stands between the brace and the one that balances it; nil where none does. Escaped braces count as braces.
  package let content: String?

  /// The last box that is opened; nil where none is.
  package static func last(in response: String) -> Box? {
    all(in: response).last
  }

  /// Every box that is opened, in the order of their opening braces; found in one pass.
  static func all(in response: String) -> [Box] {
    let bytes = Array(response.utf8)
    let marker = Array(#"\boxed{"#.utf8)
    // For each open brace: the index of the box that it opens, or nil for a brace of its own.
    var open: [Int?] = []
    var starts: [Int] = []
    var ends: [Int?] = []
    for (position, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "{"):
        let start = position + 1 - marker.count
        let isBox = start >= 0 && bytes[start...position].elementsEqual(marker)
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
  Box.all(in: response).last { $0.content != nil }?.content
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
