// How a response is shown to a judge.

import Steps

/// The whole response between lines that carry a code, each step between lines that say its number.
///
/// - Parameter marker: a code that the response cannot contain, so that it can imitate none of the lines.
func markedSteps(_ response: String, _ steps: [ResponseStep], marker: String) -> String {
  let bytes = Array(response.utf8)
  var lines = ["[\(marker) solution begins]"]
  var end = 0
  func append(_ range: Range<Int>) {
    let text = String(decoding: bytes[range], as: UTF8.self)
    if text.contains(where: { !$0.isWhitespace }) { lines.append(text) }
  }
  for step in steps {
    let range = step.bytes.clamped(to: 0..<bytes.count)
    if end < range.lowerBound { append(end..<range.lowerBound) }
    lines.append("[\(marker) step \(step.number)]")
    append(range)
    lines.append("[\(marker) end of step \(step.number)]")
    end = max(end, range.upperBound)
  }
  if end < bytes.count { append(end..<bytes.count) }
  lines.append("[\(marker) solution ends]")
  return lines.joined(separator: "\n")
}

/// A text between lines that carry a code.
func marked(_ text: String, as name: String, marker: String) -> String {
  "[\(marker) \(name) begins]\n\(text)\n[\(marker) \(name) ends]"
}
