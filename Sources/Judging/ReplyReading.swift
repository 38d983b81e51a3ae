// Entries in the reply of a language model: lenient about what is around them, strict about what they are.

import JSONLines
import Thoughts

/// The entries of a reply.
package struct ReadEntries<Entry: JudgementEntry>: Equatable, Sendable {
  /// One for each thing asked about at most, in the order of the reply; none for one that the reply contradicts itself on.
  package var entries: [Entry] = []
  /// How many entries said nothing on what was asked about: of a wrong type, unknown, or given twice.
  package var dropped = 0
  /// How many of them are about ids that were not asked about.
  package var unknown = 0
  /// The ids of which the reply says different things, rising.
  package var contradicted: [Int] = []
  /// Whether the reply carries a code, but not its question's; it then has no entries.
  package var hasForeignCode = false
  /// Whether the reply, without its thoughts, is longer than what is read; it then has no entries.
  package var isTooLong = false

  package init() {}

  /// Reads a reply.
  ///
  /// An entry is an object whose members have exactly the types that they should: `"2"` and `2.0` are no integers, `"true"` is no
  /// truth value. Around the entries anything may stand: fences, prose, several arrays, an array that is cut off. `ReplyScanner`
  /// says which slips of JSON are forgiven, and `Thoughts` which parts of a reply a model only thought.
  ///
  /// What is read is what follows the last code of the question, which nobody else knows: drafts and quotations stand in front of
  /// it. It ends at a code with another value, if one follows. A reply with another code alone is another question's, and has no entries. A
  /// reply without any code is read whole, and an object or a code that stands in the material as well is taken for a quotation.
  ///
  /// - Parameters:
  ///   - ids: what was asked about.
  ///   - code: the code of the question.
  ///   - material: what the model was shown and may quote.
  package init(reply: String, ids: Set<Int>, code: String, material: String = "") {
    let answer = withoutThoughts(Array((unwrapped(reply) ?? reply).utf8))
    guard answer.count <= longestAnswer else {
      isTooLong = true
      return
    }
    let scanner = ReplyScanner(answer, entryMember: Entry.schema[0].member)
    let own = scanner.codes.lastIndex { isSame($0.value, as: code) }
    let others = scanner.codes[(own.map { $0 + 1 } ?? 0)...]
    let quotable = own == nil || !others.isEmpty ? withoutSpace(material.utf8) : []
    func isQuoted(_ bytes: Range<Int>) -> Bool {
      quotable.firstRange(ofBytes: withoutSpace(answer[bytes])) != nil
    }
    let start = own.map { scanner.codes[$0].bytes.upperBound } ?? 0
    let foreign = others.first { !isQuoted($0.bytes) }
    if own == nil, foreign != nil {
      hasForeignCode = true
      return
    }
    let end = foreign?.bytes.lowerBound ?? answer.count
    var found: [Int: Entry] = [:]
    var disputed: Set<Int> = []
    let document = JSONDocument()
    for object in scanner.objects where object.bytes.upperBound > start {
      guard object.bytes.upperBound <= end else { break }
      let isJSON = object.json.withUnsafeBytes { (try? document.parse($0)) != nil }
      guard isJSON, document.root[Entry.schema[0].member] != nil else { continue }
      guard let entry = Entry(reply: document.root), own != nil || !isQuoted(object.bytes)
      else {
        dropped += 1
        continue
      }
      guard ids.contains(entry.id) else {
        dropped += 1
        unknown += 1
        continue
      }
      if repeatsMember(document.root) { disputed.insert(entry.id) }
      if let first = found[entry.id] {
        dropped += 1
        if first != entry { disputed.insert(entry.id) }
      } else {
        found[entry.id] = entry
        entries.append(entry)
      }
    }
    contradicted = disputed.sorted()
    entries.removeAll { disputed.contains($0.id) }
  }

  /// Why the reply cannot be used as it is; nil where it can.
  ///
  /// - Parameter isCutOff: whether the server says that the reply came to its longest.
  package func fault(isCutOff: Bool) -> ReplyFault? {
    if isTooLong { return .tooLong }
    if hasForeignCode { return .foreignCode }
    if !contradicted.isEmpty { return .contradiction(on: contradicted) }
    guard entries.isEmpty else { return nil }
    if isCutOff { return .cutOff }
    return unknown > 0 ? .unknownIDs : .noEntry
  }

  /// Whether a member of an entry is given twice, with different values.
  private func repeatsMember(_ entry: JSONValue) -> Bool {
    guard let members = entry.members else { return false }
    return Entry.schema.contains { (member, _) in
      let values = members.filter { $0.key == member }.map(\.value)
      return values.dropFirst().contains { value in
        value.kind != values[0].kind || value.integer != values[0].integer
          || value.boolean != values[0].boolean || value.string != values[0].string
      }
    }
  }
}

/// The text inside a reply that is one string of JSON, or a list of parts of content; nil for other replies.
private func unwrapped(_ reply: String) -> String? {
  let text = Array(reply.utf8)
  guard let first = text.first(where: { $0 > 0x20 }), [0x22, 0x5B].contains(first),
    let root = try? JSONDocument(parsing: text).root
  else { return nil }
  if let inner = root.string { return inner }
  guard let parts = root.elements, !parts.isEmpty else { return nil }
  let texts = parts.compactMap { $0["type"]?.string == "text" ? $0["text"]?.string : nil }
  return texts.isEmpty ? nil : texts.joined()
}

/// Whether the value of a code is that code, whatever the case of its letters.
private func isSame(_ value: String, as code: String) -> Bool {
  value.lowercased().filter { !$0.isWhitespace } == code.lowercased()
}

private func withoutSpace(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  bytes.filter { !" \n\r\t".utf8.contains($0) }
}
