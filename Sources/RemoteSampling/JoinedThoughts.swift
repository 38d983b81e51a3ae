// Texts whose thoughts a server's reasoning parser has parted from the answer.

import Thoughts

/// Whether tokens show a thought that a text lacks.
func lackThoughts(_ text: [UInt8], _ tokens: [[UInt8]]) -> Bool {
  !Thoughts(in: Array(tokens.joined())).spans.isEmpty && Thoughts(in: text).spans.isEmpty
}

/// Thoughts and answer as one text, with the marks and blanks around the thoughts that the tokens show.
///
/// - Parameter tokens: the bytes that the server shows for each token.
/// - Returns: nil where the tokens do not show where the thoughts begin and end.
func joinedText(thoughts: [UInt8], answer: [UInt8], tokens: [[UInt8]]) -> [UInt8]? {
  let shown = Array(tokens.joined())
  let spans = Thoughts(in: shown).spans
  guard spans.count == 1, let span = spans.first, let start = start(of: thoughts, in: shown[span]),
    let end = end(of: thoughts, in: shown[start..<span.upperBound])
  else { return nil }
  let opening = Array(shown[..<start])
  if answer.isEmpty {
    // Thoughts that were cut off; blanks behind them are the model's, too.
    let blanks = shown[end..<span.upperBound].prefix(while: isBlank)
    return opening + thoughts + blanks
  }
  let blanks = shown[span.upperBound...].prefix(while: isBlank)
  let kept = answer.prefix(while: isBlank)
  guard blanks.suffix(kept.count).elementsEqual(kept) else { return nil }
  let closing = shown[end..<span.upperBound] + blanks.dropLast(kept.count)
  return opening + thoughts + closing + answer
}

/// So many bytes of the thoughts' ends are looked for; fewer in front of a character that tokens may show in parts.
private let edge = 12

private func isASCII(_ byte: UInt8) -> Bool { byte < 0x80 }

/// Where the thoughts begin in what the tokens show: near the front, behind no more than a mark and blanks.
private func start(of thoughts: [UInt8], in shown: ArraySlice<UInt8>) -> Int? {
  let plain = thoughts.prefix(edge).prefix(while: isASCII)
  let beginning = plain.isEmpty ? thoughts.prefix(edge) : plain
  return shown.indices.prefix(80).first { shown[$0...].starts(with: beginning) }
}

/// Where they end: the last place where their end is shown.
private func end(of thoughts: [UInt8], in shown: ArraySlice<UInt8>) -> Int? {
  let plain = thoughts.suffix(edge).reversed().prefix(while: isASCII).reversed()
  let ending = plain.isEmpty ? Array(thoughts.suffix(edge)) : Array(plain)
  return shown.indices.last { shown[$0...].starts(with: ending) }.map { $0 + ending.count }
}

private func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }
