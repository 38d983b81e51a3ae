// What stands behind the answer of a reply: whether it may be another one that nobody can read.

/// The text behind an answer.
struct ReplyEnd {
  private let text: [UInt8]

  /// - Parameters:
  ///   - reply: the text of the reply.
  ///   - end: where its answer ends.
  ///   - unsaid: ranges that say nothing: quotations and codes.
  ///   - openEnd: where an object begins that is open at the end.
  ///   - fragments: entries that may go on with the list of the answer, where no object carries the code.
  ///   - code: where the code of the answer stands.
  init(
    of reply: [UInt8], behind end: Int, without unsaid: [Range<Int>], openEnd: Int?,
    fragments: [ReplyScanner.Fragment], code: Int?
  ) {
    if let openEnd, let code, openEnd <= code {
      // The answer goes on to the end.
      text = []
      return
    }
    var start = endOfComment(in: reply, behind: end) ?? end
    var limit = reply.count
    let next = reply[start...].firstIndex { !" \n\r\t,[]".utf8.contains($0) }
    if let next, fragments.contains(where: { $0.start == next }) {
      let last = reply[next...].lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") }
      if openEnd == next { limit = next } else { start = last.map { $0 + 1 } ?? reply.count }
    }
    var rest = reply
    for range in unsaid where range.upperBound > start {
      for byte in max(start, range.lowerBound)..<range.upperBound { rest[byte] = 0x20 }
    }
    text = Array(rest[start..<max(start, limit)])
  }

  /// Whether nothing is said but a code: no word, no number, no object.
  var isSignOff: Bool {
    let words = text.split { !isWordByte($0) && $0 < 0x80 && $0 != UInt8(ascii: "{") }
    return words.allSatisfy { word in
      let word = String(decoding: word, as: UTF8.self).lowercased()
      return ["code", "json", "data", "done", "answer", "return", "end"].contains(word)
        || word.unicodeScalars.allSatisfy { !$0.properties.isAlphabetic && !$0.isASCII }
    }
  }

  /// Whether the text may be another answer, in a form that is not read: with an object, with members of entries, with a statement on two
  /// of the ids, or in words that take the answer back.
  func mayAnswer(ids: Set<Int>, members: [String]) -> Bool {
    if text.contains(UInt8(ascii: "{")) || text.split(separator: 0x0A).contains(where: isRow) {
      return true
    }
    // A mark of a thought is no draft.
    let said = String(decoding: text, as: UTF8.self).lowercased().replacing("<draft>", with: "")
    for member in members where member.utf8.count > 2 {
      guard let range = said.firstRange(of: member) else { continue }
      if let next = said[range.upperBound...].first(where: { !"\"'”* ".contains($0) }),
        ":=：".contains(next)
      {
        return true
      }
    }
    let numbers = said.split { !$0.isNumber && !$0.isLetter }.compactMap { Int($0) }
    if Set(numbers).intersection(ids).count > 1 { return true }
    return takesBack(said)
  }
}

/// Whether a line may be the row of a table.
private func isRow(_ line: ArraySlice<UInt8>) -> Bool {
  let bars = line.count { $0 == UInt8(ascii: "|") }
  return bars > 1 && (line.contains(where: isDigit) || line.first == UInt8(ascii: "|"))
}

/// Whether a text has words by which a model corrects itself.
private func takesBack(_ text: String) -> Bool {
  let words = text.split { !$0.isLetter && $0 != "-" }.map(String.init)
  if words.contains(where: correcting.contains) { return true }
  if (text.split(separator: "\n").contains { line in
    line.drop { !$0.isLetter }.hasPrefix("final")
  }) {
    return true
  }
  return [
    "second thought", "let me", "should be", "should have", "after all", "in fact", "my mistake",
  ]
  .contains { text.contains($0) }
}

private let correcting: Set<String> = [
  "draft", "wait", "actually", "reflection", "revised", "revision", "correction", "corrected",
  "scratch", "instead", "recheck", "re-check", "reconsider", "reconsidering", "hmm", "hm",
  "updated", "amended", "oops", "sorry", "mistaken", "rather",
]
