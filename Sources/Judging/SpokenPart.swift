// What a model says after thinking, and which marks of thoughts it only speaks of.

import JSONLines
import Thoughts

/// A reply without its thoughts.
struct SpokenPart {
  let text: [UInt8]
  /// Whether the reply ends while it thinks.
  let endsInThought: Bool
  /// Whether a mark may hide the answer: the code or an entry stands in a thought that never ends, or behind a mark in a sentence and not
  /// behind the end of that thought.
  let mayHideAnswer: Bool

  /// A mark of a thought is text inside a string of an entry, in quotation marks, and in the middle of a sentence: "It opens with
  /// <think> and …". One that ends a thought counts in a sentence, too, where a thought is open or a word follows; one that begins a
  /// thought does where its thought ends.
  init(of reply: [UInt8], entryMembers: [String], code: String) {
    guard !Thoughts(in: reply).spans.isEmpty else {
      text = reply
      endsInThought = false
      mayHideAnswer = false
      return
    }
    let strings = ReplyScanner(reply, entryMembers: entryMembers).strings
    let marks = thoughtMarks(in: reply, passingOver: strings)
    var passedOver = strings + marks.filter { isQuoted($0.bytes, in: reply) }.map(\.bytes)
    let inSentence = marks.filter { isInSentence($0, in: reply) }
    let lastMark = marks.last { !$0.isOpening && !isQuoted($0.bytes, in: reply) }?.bytes.lowerBound
    let firstMark = marks.first(where: \.isOpening)?.bytes.lowerBound ?? reply.count
    for mark in inSentence
    where mark.isOpening
      ? mark.bytes.lowerBound >= lastMark ?? 0 : mark.bytes.lowerBound < firstMark
    {
      passedOver.append(mark.bytes)
    }
    passedOver = ascending(passedOver)
    let thoughts = Thoughts(in: reply, passingOver: passedOver)
    text = withoutThoughts(reply, passingOver: passedOver)
    let doubtful = Set(inSentence.map(\.bytes.lowerBound))
    endsInThought = thoughts.isUnclosed
    let codeBytes = Array(code.utf8)
    func hasAnswer(_ range: Range<Int>) -> Bool {
      let thought = Array(reply[range].suffix(longestAnswer))
      return thought[...].firstRange(ofBytes: codeBytes) != nil
        || ReplyScanner(thought, entryMembers: entryMembers).objects.contains(where: \.isComplete)
    }
    mayHideAnswer = thoughts.spans.enumerated().contains { number, span in
      if thoughts.isUnclosed, number == thoughts.spans.count - 1 { return hasAnswer(span) }
      return doubtful.contains(span.lowerBound) && hasAnswer(span)
        && reply[span.upperBound...].firstRange(ofBytes: codeBytes) == nil
    }
  }
}

private func ascending(_ ranges: [Range<Int>]) -> [Range<Int>] {
  var result: [Range<Int>] = []
  for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound })
  where range.lowerBound >= result.last?.upperBound ?? 0 {
    result.append(range)
  }
  return result
}

/// Whether a range stands right between quotation marks.
private func isQuoted(_ bytes: Range<Int>, in text: [UInt8]) -> Bool {
  guard bytes.lowerBound > 0, bytes.upperBound < text.count else { return false }
  // The last byte of a curly quotation mark in front, the first of one behind.
  let before = text[bytes.lowerBound - 1]
  let behind = text[bytes.upperBound]
  return "\"'`".utf8.contains(before) && before == behind
    || text[..<bytes.lowerBound].hasCurlyQuote(atEnd: true)
      && text[bytes.upperBound...].hasCurlyQuote(atEnd: false)
}

extension ArraySlice<UInt8> {
  fileprivate func hasCurlyQuote(atEnd: Bool) -> Bool {
    let three = atEnd ? suffix(3) : prefix(3)
    let two = atEnd ? suffix(2) : prefix(2)
    return three.starts(with: [0xE2, 0x80]) && (0x98...0x9F).contains(three.last ?? 0)
      || two.elementsEqual([0xC2, 0xAB]) || two.elementsEqual([0xC2, 0xBB])
  }
}

/// Whether a mark stands in the middle of a sentence: behind a word and a blank, and in front of a word that goes on or of a sign.
private func isInSentence(_ mark: ThoughtMarkPlace, in text: [UInt8]) -> Bool {
  let before = text[..<mark.bytes.lowerBound]
  guard before.last == UInt8(ascii: " "), let last = before.last(where: { $0 != 0x20 }),
    isLetter(last) || last >= 0x80 || last == UInt8(ascii: ",")
  else { return false }
  var behind = text[mark.bytes.upperBound...]
  // The name of a channel belongs to its mark.
  if text[mark.bytes.upperBound - 2] == UInt8(ascii: "|") {
    behind = behind.drop(while: isLetter)
  }
  guard let next = behind.first else { return false }
  if ",.;:!?)".utf8.contains(next) || behind.starts(with: "…".utf8) { return true }
  guard mark.isOpening, next == UInt8(ascii: " "), let word = behind.dropFirst().first else {
    return false
  }
  return (0x61...0x7A).contains(word) || word == UInt8(ascii: "(")
}

private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
