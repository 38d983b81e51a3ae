// Headers `### Step N:`, found by a scanner over UTF-8, in time linear in the text.

import Thoughts

/// A step header of a response: `###`, `Step`, a number and a colon, with white space between allowed.
///
/// White space is Unicode's, line breaks included; digits are the decimal digits of any script; case matters.
package struct StepHeader: Equatable, Sendable {
  /// The number as written.
  package let label: String
  /// From the first `#` to the colon, half-open.
  package let bytes: Range<Int>
  /// How many `#` stand together there; the authors' pattern finds the last three of a longer run.
  package let hashCount: Int

  /// The number in the digits 0 to 9, whatever the script that it is written in.
  package var number: String {
    String(
      String.UnicodeScalarView(
        label.unicodeScalars.map { scalar in
          scalar.properties.numericType == .decimal
            ? scalar.properties.numericValue.flatMap { Unicode.Scalar(UInt32(48 + $0)) } ?? scalar
            : scalar
        }))
  }

  /// The headers of a text, in order: each begins a line, behind blanks and tabs at most, and stands outside of thoughts. One with
  /// more than three hashes begins at the first.
  package static func all(in text: String) -> [StepHeader] {
    all(in: text, outside: Thoughts(in: text))
  }

  /// The headers of a text whose thoughts are known.
  static func all(in text: String, outside thoughts: Thoughts) -> [StepHeader] {
    let bytes = Array(text.utf8)
    return marks(in: text).compactMap { mark in
      thoughts.contains(mark.runStart)
        || !beginsLine(at: mark.runStart, of: bytes, thoughts)
        ? nil
        : StepHeader(
          label: mark.header.label, bytes: mark.runStart..<mark.header.bytes.upperBound,
          hashCount: mark.header.hashCount)
    }
  }

  /// Everything that has the form of a header, wherever it stands: in a line, or in a thought (the authors' code). Of a longer run of
  /// hashes, the last three belong to the header.
  package static func anywhere(in text: String) -> [StepHeader] {
    marks(in: text).map(\.header)
  }

  /// What has the form of a header, with the place where its run of hashes begins.
  private static func marks(in text: String) -> [(header: StepHeader, runStart: Int)] {
    var marks: [(header: StepHeader, runStart: Int)] = []
    var scanner = ScalarScanner(text)
    while let start = scanner.skip(past: "###") {
      var begin = start
      while scanner.take("#") { begin += 1 }
      let resume = scanner.position
      if let label = scanner.headerLabel() {
        let header = StepHeader(
          label: label, bytes: begin..<scanner.position, hashCount: begin + 3 - start)
        marks.append((header, start))
      } else {
        scanner.position = resume
      }
    }
    return marks
  }

  /// Whether only blanks and tabs stand between a place and the beginning of its line, or the end of a thought.
  private static func beginsLine(at place: Int, of text: [UInt8], _ thoughts: Thoughts) -> Bool {
    var start = place
    while start > 0, text[start - 1] == 0x20 || text[start - 1] == 0x09 { start -= 1 }
    return start == 0 || text[start - 1] == 0x0A || text[start - 1] == 0x0D
      || thoughts.contains(start - 1)
  }
}

extension ScalarScanner {
  /// What follows the hashes of a header, up to and with the colon; the number as written.
  fileprivate mutating func headerLabel() -> String? {
    skipWhiteSpace()
    guard take("Step") else { return nil }
    skipWhiteSpace()
    let start = position
    while let scalar = peek(), scalar.properties.generalCategory == .decimalNumber { advance() }
    let label = text(from: start)
    skipWhiteSpace()
    guard !label.isEmpty, take(":") else { return nil }
    return label
  }
}
