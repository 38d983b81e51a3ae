// What a reply quotes of the words that it answers: the material, and the examples of the prompt.

import JSONLines

/// Tells quotations from the entries and codes of a judge.
final class ReplyQuotations<Entry: JudgementEntry> {
  private let text: [UInt8]
  private let material: String
  private let examples: [Entry]
  private let prompt: String
  private lazy var bareMaterial = withoutSpace(material.utf8)
  private lazy var materialEntries = entries(in: Array(material.utf8), of: Entry.self)

  /// - Parameters:
  ///   - text: the reply.
  ///   - material: what the model was shown and may quote.
  ///   - examples: the entries in the words of the prompt.
  ///   - prompt: those words.
  init(_ text: [UInt8], material: String, examples: [Entry], prompt: String) {
    self.text = text
    self.material = material
    self.examples = examples
    self.prompt = prompt
  }

  /// Whether the question has the same words, in its material or its prompt.
  func isKnown(_ bytes: Range<Int>) -> Bool {
    isInMaterial(bytes) || Array(prompt.utf8)[...].firstRange(ofBytes: Array(text[bytes])) != nil
  }

  /// Whether the material says the same, however it is spaced.
  func isInMaterial(_ bytes: Range<Int>) -> Bool {
    !material.isEmpty && bareMaterial.firstRange(ofBytes: withoutSpace(text[bytes])) != nil
  }

  /// Whether an entry is none of the judge's own.
  ///
  /// - Parameter isCoded: whether the reply has the code of its question. Then only what stands in a sentence can be a quotation.
  func isQuotation(_ object: ReplyScanner.Object, _ entry: Entry, isCoded: Bool) -> Bool {
    let isInSentence = object.isOutermost && standsInSentence(object.bytes)
    if isInSentence, examples.contains(entry) { return true }
    guard isInSentence || !isCoded, !material.isEmpty else { return false }
    return isInMaterial(object.bytes) || materialEntries.contains(entry)
  }

  /// Whether anything but brackets and commas stands beside an object on its line.
  private func standsInSentence(_ bytes: Range<Int>) -> Bool {
    func isWord(_ byte: UInt8) -> Bool { !",[]{}\n\r".utf8.contains(byte) }
    let before = text[..<bytes.lowerBound].last { $0 != 0x20 && $0 != 0x09 }
    let behind = text[bytes.upperBound...].first { $0 != 0x20 && $0 != 0x09 }
    return before.map(isWord) == true || behind.map(isWord) == true
  }
}

/// The entries in a text that is no reply, such as a prompt.
func entries<Entry: JudgementEntry>(in text: [UInt8], of type: Entry.Type) -> [Entry] {
  ReplyScanner(text, entryMembers: Entry.schema.map(\.member)).objects.compactMap { object in
    (try? JSONDocument(parsing: object.json).root).flatMap(Entry.init(reply:))
  }
}

private func withoutSpace(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  bytes.filter { !" \n\r\t".utf8.contains($0) }
}
