// The answer of a text that may be more than the answer.

/// The answer within a text.
struct AnswerText {
  /// The answer: of the last boxes where the text has some, of the formula or statement where it is a sentence, else the text
  /// without white space around it.
  let answer: ArraySlice<UInt8>
  /// The whole text where it is a sentence of which `answer` is a part.
  let prose: ArraySlice<UInt8>?

  /// A box that stands farther from a text's end than so many bytes is not looked for. (`ExtractionRule` finds those.)
  private static let longestWithBoxes = 200_000

  init(_ text: String) {
    let bytes = Array(text.utf8)[...].trimmed
    let end = bytes.suffix(Self.longestWithBoxes)
    if end.contains("box"), let boxed = boxedAnswer(in: end) {
      answer = (statementBehindBoxes(end) ?? boxed).trimmed
      prose = nil
    } else if looksLikeProse(bytes), let found = statedAnswer(in: bytes) {
      answer = found.trimmed
      prose = bytes
    } else {
      answer = bytes
      prose = nil
    }
  }

  /// What the answer says; nil where the grammar has no reading of it.
  var parsed: ParsedAnswer? {
    AnswerParser.parse(answer) ?? prose.flatMap { AnswerParser.parse($0) }
  }
}

/// Whether there are at least two words, or one beside a formula in delimiters.
private func looksLikeProse(_ bytes: ArraySlice<UInt8>) -> Bool {
  guard bytes.count > 8, bytes.count <= 100_000 else { return false }
  var words = 0
  var start = bytes.startIndex
  var isCommand = false
  var hasFormula = false
  for (place, byte) in zip(bytes.indices, bytes) where !byte.isLetter {
    let word = bytes[start..<place]
    if word.count >= 2, !isCommand, !word.equals("and"), !word.equals("or") { words += 1 }
    start = place + 1
    isCommand = byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "{")
    let next = place + 1 < bytes.endIndex ? bytes[place + 1] : 0
    hasFormula =
      hasFormula || byte == UInt8(ascii: "$")
      || (byte == UInt8(ascii: "\\") && (next == UInt8(ascii: "(") || next == UInt8(ascii: "[")))
  }
  return words >= (hasFormula ? 1 : 2) || bytes.lastRange(of: "answer", ignoringCase: true) != nil
}
