// How the authors' published code parts a response: the oracle of the golden vectors. No tool does it so.

import Steps

/// The steps at headers wherever they stand in a line; without a header, the whole response is step 1.
func stepsOfAuthors(of response: String) -> [ResponseStep] {
  let steps = stepsAtHeadersAnywhere(of: response)
  return steps.isEmpty
    ? [ResponseStep(number: 1, label: "", bytes: 0..<response.utf8.count)] : steps
}

/// The steps at headers wherever they stand in a line.
func stepsAtHeadersAnywhere(of response: String) -> [ResponseStep] {
  let headers = StepHeader.anywhere(in: response)
  let ends = headers.dropFirst().map(\.bytes.lowerBound) + [response.utf8.count]
  return zip(headers, ends).enumerated().map { index, step in
    ResponseStep(
      number: index + 1, label: step.0.label, bytes: step.0.bytes.lowerBound..<step.1)
  }
}

/// The token spans of the authors' code, which knows no offsets: characters scaled to tokens by proportion.
///
/// A boundary at character c of C becomes ⌊(c / C) · T⌋ in double precision, the division first.
///
/// - Parameters:
///   - characters: the steps' spans in Unicode scalars.
///   - characterCount: C, of the whole response.
///   - tokenCount: T, the end-of-sequence token included.
func proportionalTokenSpans(
  _ characters: [Range<Int>], characterCount: Int, tokenCount: Int
) -> [Range<Int>] {
  guard characterCount > 0 else { return characters.isEmpty ? [] : [0..<tokenCount] }
  func token(_ character: Int) -> Int {
    let scaled = Int(Double(character) / Double(characterCount) * Double(tokenCount))
    return min(max(scaled, 0), tokenCount)
  }
  return characters.map { span in
    let start = token(span.lowerBound)
    return start..<max(start, token(span.upperBound))
  }
}
