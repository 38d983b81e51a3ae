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
/// - Returns: nil where the tokens do not make up the text.
package func tokenPlaces(_ tokens: [[UInt8]], in text: [UInt8], mayExceed: Bool) -> TokenPlaces? {
  for isStrict in [true, false] {
    var search = PlaceSearch(tokens: tokens, text: text, mayExceed: mayExceed, isStrict: isStrict)
    guard let ends = search.ends() else { continue }
    return places(of: tokens, ends: ends, in: text)
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

/// A search for where each token ends, depth first, every place of every token tried once.
private struct PlaceSearch {
  let tokens: [[UInt8]]
  let text: [UInt8]
  let mayExceed: Bool
  /// Whether only markers may write nothing.
  let isStrict: Bool
  private var tried: Set<Int> = []

  init(tokens: [[UInt8]], text: [UInt8], mayExceed: Bool, isStrict: Bool) {
    self.tokens = tokens
    self.text = text
    self.mayExceed = mayExceed
    self.isStrict = isStrict
  }

  mutating func ends() -> [Int]? {
    // The ends of the tokens so far, each with those that are still to be tried.
    var path: [(end: Int, others: ArraySlice<Int>)] = []
    while true {
      let position = path.last?.end ?? 0
      if path.count == tokens.count, position >= text.count { return path.map(\.end) }
      var options: ArraySlice<Int> = []
      if path.count < tokens.count,
        tried.insert(path.count * (text.count + 1) + min(position, text.count)).inserted
      {
        options = possibleEnds(of: tokens[path.count], from: position)[...]
      }
      while options.isEmpty {
        guard let last = path.popLast() else { return nil }
        options = last.others
      }
      path.append((options[options.startIndex], options.dropFirst()))
    }
  }

  /// Where a token may end that begins there, the likeliest first.
  private func possibleEnds(of token: [UInt8], from position: Int) -> [Int] {
    if token.isEmpty { return [position] }
    var ends = [position]
    var rest = token[...]
    while let byte = rest.first, !ends.isEmpty {
      if rest.starts(with: replacement) {
        rest = rest.dropFirst(replacement.count)
        var longer: Set<Int> = []
        for end in ends {
          for length in 1...3 where end + length <= text.count && text[end + length - 1] >= 0x80 {
            guard text[end..<end + length].allSatisfy({ $0 >= 0x80 }) else { break }
            longer.insert(end + length)
          }
        }
        ends = longer.sorted()
      } else {
        rest = rest.dropFirst()
        ends = ends.compactMap { $0 < text.count && text[$0] == byte ? $0 + 1 : nil }
      }
    }
    if mayExceed, position < text.count, token.starts(with: text[position...]),
      token.count > text.count - position
    {
      ends.append(position + token.count)
    }
    if !isStrict || isMarker(token) { ends.append(position) }
    return ends
  }

  private func isMarker(_ token: [UInt8]) -> Bool {
    let brackets: [(UInt8, UInt8)] = [
      (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "["), UInt8(ascii: "]")),
    ]
    return brackets.contains { token.first == $0.0 && token.last == $0.1 }
  }
}

private let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
