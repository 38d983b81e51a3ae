// The paper's signs of a response that goes in circles.

import Thoughts

/// What was counted to find out whether a response loops.
///
/// A response loops when any of four criteria holds (SRaR, arXiv 2605.17291, on looping). Headings count outside of thoughts alone:
/// steps that were drafted before they were written are not written twice.
package struct Looping: Equatable, Sendable {
  /// How often the response corrects itself. The paper prints no list of phrases; `selfCorrectionPhrases` is ours.
  package let selfCorrectionCount: Int
  /// How often `### Step 1` stands in it.
  package let firstStepCount: Int
  /// Headings: lines of at least three hashes, then `Step` and digits.
  package let headingCount: Int
  /// Whether two headings are the same but for white space, case and closing punctuation.
  package let repeatsHeading: Bool
  /// Blocks of text between blank lines.
  package let paragraphCount: Int
  /// Paragraphs that repeat an earlier one.
  package let duplicateParagraphCount: Int

  /// The share of paragraphs that repeat an earlier one.
  package var duplicateRatio: Double {
    paragraphCount == 0 ? 0 : Double(duplicateParagraphCount) / Double(paragraphCount)
  }

  /// Whether any criterion holds: more than 20 self-corrections, a second first step, a repeated heading, more than 10 %
  /// duplicate paragraphs.
  package var isLooping: Bool {
    selfCorrectionCount > 20 || firstStepCount > 1 || repeatsHeading || duplicateRatio > 0.1
  }

  package init(_ response: String) {
    selfCorrectionCount = countSelfCorrections(in: response)
    let answer = withoutThoughts(response)
    firstStepCount = countFirstSteps(in: answer)
    let headings = headings(of: answer)
    headingCount = headings.count
    repeatsHeading = Set(headings).count < headings.count
    let bytes = Array(response.utf8)
    let paragraphs = paragraphSpans(of: response).map { span in
      collapsingWhiteSpace(String(decoding: bytes[span], as: UTF8.self))
    }
    paragraphCount = paragraphs.count
    duplicateParagraphCount = paragraphs.count - Set(paragraphs).count
  }
}

/// Phrases with which a response takes back what it said; longer ones before those that they begin with.
package let selfCorrectionPhrases = [
  "wait", "hold on", "hmm", "oops", "actually", "let me recheck", "let me re-check",
  "let me double-check", "let me double check", "let me reconsider", "let me rethink",
  "let me re-examine", "let me try again", "let's reconsider", "let's recheck",
  "let's double-check", "on second thought", "scratch that", "i made a mistake", "i made an error",
  "that's not right", "that is not right", "that can't be right", "that's wrong",
].sorted { $0.utf8.count > $1.utf8.count }

/// Counts phrases as whole words, from left to right and without overlap, the longest first.
private func countSelfCorrections(in response: String) -> Int {
  let lowered = response.lowercased().replacing("\u{2019}", with: "'")
  let text = Array(collapsingWhiteSpace(lowered).unicodeScalars)
  let phrases = selfCorrectionPhrases.map { Array($0.unicodeScalars) }
  var count = 0
  var position = 0
  while position < text.count {
    let isWordStart = position == 0 || !isWordScalar(text[position - 1])
    if isWordStart, let phrase = phrases.first(where: { stands($0, in: text, at: position) }) {
      count += 1
      position += phrase.count
    } else {
      position += 1
    }
  }
  return count
}

private func stands(_ phrase: [Unicode.Scalar], in text: [Unicode.Scalar], at start: Int) -> Bool {
  let end = start + phrase.count
  guard end <= text.count, text[start..<end].elementsEqual(phrase) else { return false }
  return end == text.count || !isWordScalar(text[end])
}

private func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
  scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
}

/// Counts `### Step 1` anywhere; the colon may be missing, but no further digit may follow.
private func countFirstSteps(in response: String) -> Int {
  var count = 0
  var scanner = ScalarScanner(response)
  while scanner.skip(past: "###") != nil {
    let resume = scanner.position
    scanner.skipWhiteSpace()
    if scanner.take("Step") {
      scanner.skipWhiteSpace()
      if scanner.take("1"), scanner.peek()?.properties.generalCategory != .decimalNumber {
        count += 1
        continue
      }
    }
    scanner.position = resume
  }
  return count
}

/// The headings of a response in the form in which two are compared.
private func headings(of response: String) -> [String] {
  response.unicodeScalars.split(separator: "\n").compactMap { line in
    let heading = collapsingWhiteSpace(String(line))
    var scanner = ScalarScanner(heading)
    guard scanner.take("###") else { return nil }
    while scanner.take("#") {}
    scanner.skipWhiteSpace()
    guard scanner.take("Step") else { return nil }
    scanner.skipWhiteSpace()
    guard scanner.peek()?.properties.generalCategory == .decimalNumber else { return nil }
    var compared = heading.lowercased()
    while let last = compared.last, [" ", ".", ":"].contains(last) { compared.removeLast() }
    return compared
  }
}

/// Runs of white space become one blank; none at the ends.
private func collapsingWhiteSpace(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  var pendingBlank = false
  for scalar in text.unicodeScalars {
    if isWhiteSpace(scalar) {
      pendingBlank = !result.isEmpty
    } else {
      if pendingBlank { result.append(" ") }
      pendingBlank = false
      result.append(scalar)
    }
  }
  return String(result)
}
