// Where the steps of a response begin and end.

import Thoughts

/// Splits a response into steps. Thoughts (`Thoughts`) hold no steps: they are drafts of the solution, not parts of it.
///
/// - `headers`: a step reaches from its header to the next header, to a thought, or to the end. Text before the first header is in
///   no step, and a response without headers has no steps. A header with nothing behind it is a step, too.
/// - `lines`: each line that is not blank is a step, with its line feed.
/// - `paragraphs`: each block of lines between blank lines is a step, with the blank lines behind it.
/// - Returns: steps in order of appearance, with byte spans; no token spans yet.
package func steps(of response: String, style: StepStyle) -> [ResponseStep] {
  let thoughts = Thoughts(in: response)
  let spans: (String) -> [Range<Int>]
  switch style {
  case .headers: return stepsAtHeaders(of: response, thoughts)
  case .lines: spans = { lineSpans(of: $0).filter { !$0.isBlank }.map(\.bytes) }
  case .paragraphs: spans = paragraphSpans
  }
  if thoughts.spans.isEmpty { return numbered(spans(response)) }
  let bytes = Array(response.utf8)
  return numbered(
    thoughts.answerSpans(count: bytes.count).flatMap { part in
      spans(String(decoding: bytes[part], as: UTF8.self)).map { span in
        part.lowerBound + span.lowerBound..<part.lowerBound + span.upperBound
      }
    })
}

private func stepsAtHeaders(of response: String, _ thoughts: Thoughts) -> [ResponseStep] {
  let headers = StepHeader.all(in: response, outside: thoughts)
  let bytes = Array(response.utf8)
  return headers.indices.map { index in
    let next = index + 1 < headers.count ? headers[index + 1].bytes.lowerBound : bytes.count
    let start = headers[index].bytes.lowerBound
    return ResponseStep(
      number: index + 1, label: headers[index].label,
      bytes: start..<answerEnd(of: start..<next, in: bytes, thoughts))
  }
}

/// Where a step ends: before the thoughts that only white space follows.
private func answerEnd(of step: Range<Int>, in text: [UInt8], _ thoughts: Thoughts) -> Int {
  var end = step.upperBound
  for thought in thoughts.spans(in: step).reversed() {
    let rest = text[thought.upperBound..<end]
    guard rest.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) else { break }
    end = thought.lowerBound
  }
  return end
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

/// Every block of lines between blank ones, with the blank lines behind it.
func paragraphSpans(of text: String) -> [Range<Int>] {
  var spans: [Range<Int>] = []
  var start: Int?
  var wasBlank = true
  for line in lineSpans(of: text) {
    if !line.isBlank, wasBlank {
      if let start { spans.append(start..<line.bytes.lowerBound) }
      start = line.bytes.lowerBound
    }
    wasBlank = line.isBlank
  }
  if let start { spans.append(start..<text.utf8.count) }
  return spans
}
