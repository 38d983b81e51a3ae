// How a response is shown to a judge.

import Steps

/// The whole response between lines that carry a code, each step between lines that say its number.
///
/// - Parameter marker: a code that the response cannot contain, so that it can imitate none of the lines.
func markedSteps(_ response: String, _ steps: [ResponseStep], marker: String) -> String {
  let bytes = Array(response.utf8)
  var text = "[\(marker) solution begins]\n"
  text.reserveCapacity(bytes.count + 80 * (steps.count + 1))
  var end = 0
  func append(_ range: Range<Int>) {
    let piece = String(decoding: bytes[range], as: UTF8.self)
    guard piece.contains(where: { !$0.isWhitespace }) else { return }
    text += piece
    text += "\n"
  }
  for step in steps {
    let range = step.bytes.clamped(to: 0..<bytes.count)
    if end < range.lowerBound { append(end..<range.lowerBound) }
    text += "[\(marker) step \(step.number)]\n"
    append(range)
    text += "[\(marker) end of step \(step.number)]\n"
    end = max(end, range.upperBound)
  }
  if end < bytes.count { append(end..<bytes.count) }
  text += "[\(marker) solution ends]"
  return text
}

/// A text between lines that carry a code.
func marked(_ text: String, as name: String, marker: String) -> String {
  "[\(marker) \(name) begins]\n\(text)\n[\(marker) \(name) ends]"
}
