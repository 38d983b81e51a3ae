// Where the steps of a response begin and end.

/// Parts a response into steps.
///
/// - `headers`: a step reaches from its header to the next or the end; text before the first is in no step, and a response
///   without headers has no steps.
/// - `lines`: every line that is not blank, its line feed included.
/// - `paragraphs`: every block of lines between blank ones, the blank lines behind it included.
/// - Returns: steps in order of appearance, with byte spans; no token spans yet.
package func steps(of response: String, style: StepStyle) -> [ResponseStep] {
  switch style {
  case .headers: stepsAtHeaders(of: response)
  case .lines: numbered(lineSpans(of: response).filter { !$0.isBlank }.map(\.bytes))
  case .paragraphs: numbered(paragraphSpans(of: response))
  }
}

/// The steps as the authors' code parts a response: without a header, the whole response is step 1.
package func stepsOfAuthors(of response: String) -> [ResponseStep] {
  let steps = stepsAtHeaders(of: response)
  return steps.isEmpty ? numbered([0..<response.utf8.count]) : steps
}

private func stepsAtHeaders(of response: String) -> [ResponseStep] {
  let headers = StepHeader.all(in: response)
  return headers.indices.map { index in
    let end =
      index + 1 < headers.count ? headers[index + 1].bytes.lowerBound : response.utf8.count
    return ResponseStep(
      number: index + 1, label: headers[index].label, bytes: headers[index].bytes.lowerBound..<end)
  }
}

private func numbered(_ spans: [Range<Int>]) -> [ResponseStep] {
  spans.enumerated().map { ResponseStep(number: $0 + 1, label: "", bytes: $1) }
}

private typealias LineSpan = (bytes: Range<Int>, isBlank: Bool)

/// Every line with its line feed.
private func lineSpans(of response: String) -> [LineSpan] {
  var spans: [LineSpan] = []
  var start = 0
  var position = 0
  var isBlank = true
  for scalar in response.unicodeScalars {
    position += UTF8.width(scalar)
    if scalar == "\n" {
      spans.append((start..<position, isBlank))
      start = position
      isBlank = true
    } else if !isWhiteSpace(scalar) {
      isBlank = false
    }
  }
  if start < position { spans.append((start..<position, isBlank)) }
  return spans
}

private func paragraphSpans(of response: String) -> [Range<Int>] {
  var spans: [Range<Int>] = []
  var start: Int?
  var wasBlank = true
  for line in lineSpans(of: response) {
    if !line.isBlank, wasBlank {
      if let start { spans.append(start..<line.bytes.lowerBound) }
      start = line.bytes.lowerBound
    }
    wasBlank = line.isBlank
  }
  if let start { spans.append(start..<response.utf8.count) }
  return spans
}
