// Entries in the reply of a language model: lenient about what is around them, strict about what they are.

import ChatCompletions
import JSONLines

/// The entries of a reply.
package struct ReadEntries<Entry: JudgementEntry>: Equatable, Sendable {
  /// One for each thing asked about at most, in the order of the reply; none for one that the reply contradicts itself on.
  package var entries: [Entry] = []
  /// How many entries said nothing on what was asked about: of a wrong type, unknown, or given twice.
  package var dropped = 0
  /// The first of them, shortened.
  package var firstDropped: String?
  /// How many of them are about ids that were not asked about.
  package var unknown = 0
  /// The ids of which the reply says different things, rising.
  package var contradicted: [Int] = []
  /// Whether the reply carries a code, but not its question's; it then has no entries.
  package var hasForeignCode = false
  /// Whether the reply, without its thoughts, is longer than what is read; it then has no entries.
  package var isTooLong = false
  /// Whether the ids look counted from another number than those that were asked about.
  package var hasShiftedIDs = false
  /// Whether an entry of the answer cannot be read to its end.
  package var hasFragment = false
  /// Whether something behind the answer may be another answer.
  package var isUnsettled = false
  /// Whether anything is said behind the answer, so that a reply that is cut off may lack its final part.
  package var hasTextBehind = false
  /// Whether a mark of a thought may hide the answer.
  package var mayHideAnswer = false

  package init() {}

  /// Reads a reply.
  ///
  /// An entry is an object whose members have exactly the types that they should: `"2"` and `2.5` are no integers, `"true"` is no
  /// truth value. Around the entries anything may stand: fences, prose, several arrays, an array that is cut off. `ReplyScanner`
  /// says which slips of JSON are forgiven, and `Thoughts` which parts of a reply a model only thought.
  ///
  /// What is read is what belongs to the last code of the question, which nobody else knows (see `AnsweredObjects`): drafts and
  /// quotations do not. A reply with another code alone is another question's, and has no entries, also where the code has no name (see
  /// `bareCodes`). A reply without any code is read whole. `ReplyQuotations` says what of it is none of the judge's own, `SpokenPart` what
  /// the model only thought, and `ReplyEnd` what may be another answer behind the one that is read.
  ///
  /// - Parameters:
  ///   - ids: what was asked about.
  ///   - code: the code of the question.
  ///   - material: what the model was shown and may quote.
  ///   - examples: the entries in the words of the prompt.
  ///   - prompt: those words, which may hold words that look like codes.
  package init(
    reply: String, ids: Set<Int>, code: String, material: String = "", examples: [Entry] = [],
    prompt: String = ""
  ) {
    let members = Entry.schema.map(\.member)
    let spoken = SpokenPart(
      of: Array((unwrapped(reply) ?? reply).utf8), entryMembers: members, code: code)
    let answer = spoken.text
    guard answer.count <= longestAnswer else {
      isTooLong = true
      return
    }
    mayHideAnswer = spoken.mayHideAnswer
    let scanner = ReplyScanner(answer, entryMembers: members)
    let quotations = ReplyQuotations(
      answer, material: material, examples: examples, prompt: prompt)
    let codes = ReplyCodes(in: answer, scanner, code: code) { quotations.isKnown($0) }
    guard !codes.areForeign else {
      hasForeignCode = true
      return
    }
    let document = JSONDocument()
    let objects = scanner.objects.compactMap { ReadObject<Entry>($0, document) }
    var unsaid: [Range<Int>] = []
    let own = objects.filter { object in
      guard let entry = object.entry,
        quotations.isQuotation(object.object, entry, isCoded: codes.isCoded)
      else { return true }
      unsaid.append(object.bytes)
      drop(object)
      return false
    }
    let answered = AnsweredObjects(own, codes: codes.codes, code: code).answer
    collect(answered.objects, ids: ids)
    let lastCode = codes.codes.last { $0.isSame(as: code) }
    for fragment in scanner.fragments where fragment.start > lastCode?.bytes.lowerBound ?? -1 {
      hasFragment = true
      // Whether the rest of it is part of its text or another entry, nobody can say.
      if let id = fragment.id,
        answered.objects.contains(where: {
          $0.entry?.id == id && $0.bytes.lowerBound > fragment.start
        })
      {
        contradicted.append(id)
      }
    }
    let disputed = Set(contradicted)
    contradicted = disputed.sorted()
    entries.removeAll { disputed.contains($0.id) }

    let end = ReplyEnd(
      of: answer, behind: answered.end, without: unsaid + codes.signs(in: answer),
      openEnd: scanner.openEnd, fragments: answered.isCarried ? [] : scanner.fragments,
      code: answered.isFollowedByCode ? nil : lastCode?.bytes.lowerBound)
    isUnsettled =
      answered.isAmbiguous
      || answered.isFollowedByCode && !end.isSignOff
      || codes.isCoded && end.mayAnswer(ids: ids, members: members)
    hasTextBehind = spoken.endsInThought || !end.isSignOff
  }

  private mutating func drop(_ object: ReadObject<Entry>) {
    dropped += 1
    guard firstDropped == nil else { return }
    firstDropped = String(
      String(decoding: object.object.json.prefix(500), as: UTF8.self).prefix(120))
  }

  /// Takes the entries of an answer.
  private mutating func collect(_ answer: [ReadObject<Entry>], ids: Set<Int>) {
    var found: [Int: Entry] = [:]
    var unknownIDs: Set<Int> = []
    var mistyped: Set<Int> = []
    for object in answer {
      guard let entry = object.entry else {
        drop(object)
        if object.object.isComplete, let id = object.id { mistyped.insert(id) }
        continue
      }
      guard ids.contains(entry.id) else {
        drop(object)
        unknown += 1
        unknownIDs.insert(entry.id)
        continue
      }
      if object.repeatsMember { contradicted.append(entry.id) }
      if let first = found[entry.id] {
        drop(object)
        if first != entry { contradicted.append(entry.id) }
      } else {
        found[entry.id] = entry
        entries.append(entry)
      }
    }
    // The same said once more in another type may mean anything.
    contradicted += mistyped.filter { found[$0] != nil }
    hasShiftedIDs = isShifted(unknownIDs, missing: ids.subtracting(found.keys), asked: ids)
  }

  /// Why the reply cannot be used as it is; nil where it can.
  ///
  /// - Parameter isCutOff: whether the server says that the reply came to its longest.
  package func fault(isCutOff: Bool) -> ReplyFault? {
    if isTooLong { return .tooLong }
    if hasForeignCode { return .foreignCode }
    if mayHideAnswer, !isCutOff || !entries.isEmpty { return .hiddenAnswer }
    if hasShiftedIDs { return .shiftedIDs }
    if !contradicted.isEmpty, !isUnsettled { return .contradiction(on: contradicted) }
    if isUnsettled, !entries.isEmpty || !contradicted.isEmpty { return .unsettled }
    guard entries.isEmpty else { return isCutOff && hasTextBehind ? .cutOffBehind : nil }
    if isCutOff { return .cutOff }
    return unknown > 0 ? .unknownIDs : .noEntry
  }

  /// Why a reply whose entries only make sense together cannot be used, as far as its form tells; nil where it can.
  ///
  /// - Parameter isCutOff: whether the server says that the reply came to its longest.
  package func faultOfWhole(isCutOff: Bool) -> ReplyFault? {
    isCutOff ? .cutOffInside : hasFragment ? .fragment : nil
  }
}

/// Whether unknown ids look like a count from another number.
///
/// That is a 0, or an id beside or between the asked ones while an asked one is missing.
private func isShifted(_ unknown: Set<Int>, missing: Set<Int>, asked: Set<Int>) -> Bool {
  if unknown.contains(0) { return true }
  guard !missing.isEmpty, let first = asked.min(), let last = asked.max() else { return false }
  return unknown.contains { (first - 1...last + 1).contains($0) }
}

/// The text inside a reply that is one string of JSON, or a list of parts of content; nil for other replies.
private func unwrapped(_ reply: String) -> String? {
  let text = Array(reply.utf8)
  guard let first = text.first(where: { $0 > 0x20 }), [0x22, 0x5B].contains(first),
    let root = try? JSONDocument(parsing: replacingBrokenUnicode(in: text)).root
  else { return nil }
  if let inner = root.string { return inner }
  guard let parts = root.elements, !parts.isEmpty else { return nil }
  let texts = parts.compactMap { $0["type"]?.string == "text" ? $0["text"]?.string : nil }
  return texts.isEmpty ? nil : texts.joined()
}
