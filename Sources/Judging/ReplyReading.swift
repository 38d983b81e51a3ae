// Entries in the reply of a language model: lenient about what is around them, strict about what they are.

import JSONLines

/// The entries of a reply.
package struct ReadEntries<Entry: JudgementEntry>: Equatable, Sendable {
  /// One for each thing asked about at most, in the order of the reply; the first counts.
  package var entries: [Entry] = []
  /// How many entries said nothing on what was asked about: of a wrong type, unknown, or given twice.
  package var dropped = 0

  package init() {}

  /// Reads a reply.
  ///
  /// An entry is an object whose members have exactly the types that they should: `"2"` and `2.0` are no integers, `"true"` is no
  /// truth value. Around the entries anything may stand: fences, prose, several arrays, an array that is cut off. What a model
  /// thought between `<think>` and `</think>` is not its reply.
  ///
  /// Nor is what it quotes: where the reply gives the code that it was asked to begin its answer with, which nobody else knows, only
  /// what follows the code is read; where it does not, an object that stands in the material as well is taken for a quotation and
  /// dropped.
  ///
  /// - Parameters:
  ///   - ids: what was asked about.
  ///   - code: the code of the question.
  ///   - material: what the model was shown and may quote.
  package init(reply: String, ids: Set<Int>, code: String, material: String = "") {
    var bytes = withoutThoughts(reply.utf8.prefix(maximumReplyBytes))
    let start = endOfCode(code, in: bytes)
    if let start { bytes.removeFirst(start) }
    let quotable = start == nil ? withoutSpace(material.utf8) : []
    var seen: Set<Int> = []
    let document = JSONDocument()
    for range in flatObjects(in: bytes) {
      let text = bytes[range]
      let isJSON = text.withUnsafeBytes { (try? document.parse($0)) != nil }
      guard isJSON, document.root[Entry.schema[0].member] != nil else { continue }
      guard let entry = Entry(reply: document.root), ids.contains(entry.id),
        quotable.firstRange(ofBytes: withoutSpace(text)) == nil, seen.insert(entry.id).inserted
      else {
        dropped += 1
        continue
      }
      entries.append(entry)
    }
  }
}

/// Enough for a hundred entries with reasons; what comes behind is not read.
private let maximumReplyBytes = 256 << 10

/// A reply without its thoughts; one that never stopped thinking is empty.
private func withoutThoughts(_ reply: some Sequence<UInt8>) -> [UInt8] {
  var text = Array(reply)
  // The opening mark may stand in the prompt, so that a reply has the closing one alone.
  var end = 0
  while let closing = text[end...].firstRange(ofBytes: closingMark) { end = closing.upperBound }
  text.removeFirst(end)
  if let opening = text.firstRange(ofBytes: openingMark) {
    text.removeLast(text.count - opening.lowerBound)
  }
  return text
}

private let openingMark = Array("<think>".utf8)
private let closingMark = Array("</think>".utf8)

/// Where the member `"code"` with that value ends.
private func endOfCode(_ code: String, in bytes: [UInt8]) -> Int? {
  let value = Array("\"\(code)\"".utf8)
  var rest = bytes[...]
  while let found = rest.firstRange(ofBytes: value) {
    let before = withoutSpace(bytes[..<found.lowerBound].suffix(32))
    if before.suffix(7).elementsEqual("\"code\":".utf8) { return found.upperBound }
    rest = bytes[found.upperBound...]
  }
  return nil
}

private func withoutSpace(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  bytes.filter { !" \n\r\t".utf8.contains($0) }
}

/// Where the objects without inner objects stand, in order.
private func flatObjects(in bytes: [UInt8]) -> [Range<Int>] {
  // An entry is short; without a bound, quotes that never close would make this quadratic.
  let longest = 2048
  var objects: [Range<Int>] = []
  var start = 0
  search: while let opening = bytes[start...].firstIndex(of: UInt8(ascii: "{")) {
    var isInString = false
    var position = opening + 1
    while position < min(bytes.count, opening + longest) {
      switch bytes[position] {
      case UInt8(ascii: "\\") where isInString: position += 1
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "{") where !isInString:
        start = position
        continue search
      case UInt8(ascii: "}") where !isInString:
        objects.append(opening..<position + 1)
        start = position + 1
        continue search
      default: break
      }
      position += 1
    }
    start = opening + 1
  }
  return objects
}
