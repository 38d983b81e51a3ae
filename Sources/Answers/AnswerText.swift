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

  /// What else the answer may say, where its text can be read in several ways.
  var otherReadings: [ParsedAnswer] {
    var readings: [ParsedAnswer] = []
    if hasGroups { readings += AnswerParser.parse(answer, as: .commasInLists).map { [$0] } ?? [] }
    if hasUnitLetter { readings += AnswerParser.parse(answer, as: .unitLetters).map { [$0] } ?? [] }
    if let prose { readings += AnswerParser.parse(prose).map { [$0] } ?? [] }
    return readings
  }

  /// Whether a comma stands between digits, of which the next is no 0.
  private var hasGroups: Bool {
    answer.count <= AnswerParser.maximumBytes
      && answer.indices.dropFirst().dropLast().contains { place in
        answer[place] == UInt8(ascii: ",") && answer[place - 1].isDigit
          && answer[place + 1].isDigit && answer[place + 1] != 0x30
      }
  }

  /// Whether a single letter stands behind a blank.
  private var hasUnitLetter: Bool {
    answer.count <= 200
      && answer.indices.dropFirst().contains { place in
        answer[place].isLetter && answer[place - 1] == 0x20
          && (place + 1 == answer.endIndex || !answer[place + 1].isLetter)
      }
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
