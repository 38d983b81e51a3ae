// Which bytes of a response each token wrote, from what a server says of its tokens.

/// A response and the bytes of it that each of its tokens wrote.
package struct TokenPlaces: Equatable {
  /// The response, with what the last token wrote beyond a text that ended it.
  package let text: [UInt8]
  /// Half-open, one range a token; empty for a token that wrote nothing, such as the end of the sequence.
  package let ranges: [Range<Int>]
}

/// Finds the tokens of a text in it.
///
/// A token wrote the bytes that it is shown with, where they stand at its place. U+FFFD stands for part of a character: one to three bytes
/// that are no ASCII. A token that is shown as nothing is part of the character that a token after it is shown with, and has a byte of it.
/// A marker such as `<|im_end|>` that does not stand at its place wrote nothing; of other tokens that is believed only where there is
/// no other way to make up the text.
///
/// - Parameters:
///   - tokens: the bytes that the server shows for each token.
///   - mayExceed: whether the text may end within a token's bytes, as it does where it was cut behind a stop string.
///   - mayLoseTokens: whether tokens that are no markers may have written nothing, where there is no other way.
/// - Returns: nil where the tokens do not make up the text.
package func tokenPlaces(
  _ tokens: [[UInt8]], in text: [UInt8], mayExceed: Bool, mayLoseTokens: Bool = true
) -> TokenPlaces? {
  for isStrict in mayLoseTokens ? [true, false] : [true] {
    let ends = tokenEnds(tokens, in: text, mayExceed: mayExceed, isStrict: isStrict)
    if let ends { return places(of: tokens, ends: ends, in: text) }
  }
  return nil
}

/// The tokens' ranges, those shown as nothing with their share, and the text with what the last token wrote beyond it.
private func places(of tokens: [[UInt8]], ends: [Int], in text: [UInt8]) -> TokenPlaces {
  var text = text
  var start = 0
  var ranges: [Range<Int>] = []
  for (token, end) in zip(tokens, ends) {
    if end > text.count { text += token.suffix(end - text.count) }
    ranges.append(start..<end)
    start = end
  }
  var index = 0
  while index < tokens.count {
    let first = index
    while index < tokens.count, tokens[index].isEmpty { index += 1 }
    defer { index += 1 }
    guard index > first, index < tokens.count, !ranges[index].isEmpty else { continue }
    let whole = ranges[index]
    let shared = min(index - first, characterLength(text[whole.lowerBound]) - 1)
    for part in first..<index {
      // The last of them, where there are more than bytes.
      let position = whole.lowerBound + min(part - first, shared)
      ranges[part] = position..<min(position + 1, whole.lowerBound + shared)
    }
    ranges[index] = whole.lowerBound + shared..<whole.upperBound
  }
  return TokenPlaces(text: text, ranges: ranges)
}

/// How many bytes the character has that begins with this one.
private func characterLength(_ first: UInt8) -> Int {
  first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
}
