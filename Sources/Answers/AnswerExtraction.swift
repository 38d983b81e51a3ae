// Where the answer of a response stands.

import Thoughts

/// A rule for finding the answer.
public enum ExtractionRule: String, CaseIterable, Sendable {
  /// The content of the last complete `\boxed{}` or `\fbox{}`, and of those that "and", "or" or a comma ties to it; else what
  /// stands behind a `\boxed` without braces. A box that is cut off counts as absent.
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
public struct FoundAnswer: Equatable, Sendable {
  /// The answer as it stands in the response.
  public let text: String
  /// The rule that found it.
  public let rule: ExtractionRule

  /// An answer that a rule found.
  public init(text: String, rule: ExtractionRule) {
    self.text = text
    self.rule = rule
  }
}

/// The answer of a response by the first rule that finds one; nil where none does.
///
/// - Parameter readsThoughts: whether an answer may stand inside a thought, such as between `<think>` and `</think>`. Otherwise a thought
///   is passed over, and so is all that follows the beginning of one that never closes.
public func answer(
  in response: String, rules: [ExtractionRule], readsThoughts: Bool = false
) -> FoundAnswer? {
  let text = Array(response.utf8)
  let bytes = (readsThoughts ? text : withoutThoughts(text))[...]
  for rule in rules {
    let text: ArraySlice<UInt8>? =
      switch rule {
      case .boxed: boxedAnswer(in: bytes)
      case .lastBox: BoxPlace.all(in: bytes).last?.content.map { bytes[$0] }
      case .marker: textAfterLastMarker(in: bytes)
      case .tag: textInLastTag(of: bytes)
      case .statement: textAfterStatement(in: bytes)
      case .lastNumber: lastNumber(in: bytes)
      }
    if let text { return FoundAnswer(text: String(decoding: text, as: UTF8.self), rule: rule) }
  }
  return nil
}

/// The last box's content, or those of the boxes that belong together as a list; nil where no box is closed.
func boxedAnswer(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  let run = BoxPlace.lastRun(in: bytes)
  guard let last = run.last else { return barelyBoxed(in: bytes) }
  // "\boxed{4} \quad \boxed{4}" says one answer twice.
  let distinct = run.enumerated().filter { index, content in
    !run[..<index].contains { bytes[$0] == bytes[content] }
  }
  if distinct.count == 1 { return bytes[last] }
  return distinct.map { bytes[$0.element] }.joined(separator: Array(", ".utf8)).map { $0 }[...]
}

/// The number or letter behind a `\boxed` without braces: `\boxed 5`.
private func barelyBoxed(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  guard let marker = bytes.lastRange(of: #"\boxed "#) else { return nil }
  var word = bytes[marker.upperBound...].drop { $0 == 0x20 }
    .prefix { !$0.isBlank && $0 != UInt8(ascii: "$") && $0 != 0x2C && $0 != UInt8(ascii: ";") }
  if word.last == UInt8(ascii: ".") { word.removeLast() }
  return word.isEmpty || word.first == UInt8(ascii: "{") ? nil : word
}

private func textInLastTag(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  guard let end = bytes.lastRange(of: "</answer>"),
    let start = bytes[..<end.lowerBound].lastRange(of: "<answer>")
  else { return nil }
  let text = bytes[start.upperBound..<end.lowerBound].trimmed
  return text.isEmpty ? nil : text
}

private func textAfterLastMarker(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  var place: Int?
  if let range = bytes.lastRange(of: "####") { place = range.upperBound }
  var rest = bytes
  while let range = rest.lastRange(of: "A:") {
    // "A:" begins a word of its own; "DNA:" does not state an answer.
    let before = range.lowerBound > bytes.startIndex ? bytes[range.lowerBound - 1] : 0x20
    if !before.isLetter, before < 0x80 {
      place = max(place ?? range.upperBound, range.upperBound)
      break
    }
    rest = rest[..<range.lowerBound]
  }
  guard let place else { return nil }
  let answer = bytes[place...].prefix { $0 != 0x0A }.trimmed
  return answer.isEmpty ? nil : answer
}

/// The last number of a text, with its sign, thousands separators and decimals.
func lastNumber(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  guard let end = bytes.lastIndex(where: \.isDigit) else { return nil }
  var start = end
  while start > bytes.startIndex {
    let byte = bytes[start - 1]
    let joins = byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
    guard byte.isDigit || (joins && start - 1 > bytes.startIndex && bytes[start - 2].isDigit)
    else { break }
    start -= 1
  }
  if start > bytes.startIndex, bytes[start - 1] == UInt8(ascii: "-") { start -= 1 }
  return bytes[start...end]
}
