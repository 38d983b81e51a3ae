// Headers `### Step N:`, found by a scanner over UTF-8, in time linear in the text.

/// A step header of a response: `###`, `Step`, a number and a colon, with white space between allowed.
///
/// White space is Unicode's, line breaks included; digits are the decimal digits of any script; case matters; a header
/// may stand anywhere in a line.
package struct StepHeader: Equatable, Sendable {
  /// The number as written.
  package let label: String
  /// From the first `#` to the colon, half-open.
  package let bytes: Range<Int>

  /// The headers of a text, in order.
  package static func all(in text: String) -> [StepHeader] {
    var headers: [StepHeader] = []
    var scanner = ScalarScanner(text)
    while let start = scanner.skip(past: "###") {
      // Of a longer run of hashes, the last three count.
      var begin = start
      while scanner.take("#") { begin += 1 }
      let resume = scanner.position
      if let label = scanner.headerLabel() {
        headers.append(StepHeader(label: label, bytes: begin..<scanner.position))
      } else {
        scanner.position = resume
      }
    }
    return headers
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
