// The rule by which tokens are found in a text, as plainly as it can be said: what `tokenPlaces` must agree with.

/// Where each token ends, by trying all places depth first; nil where the tokens do not make up the text.
func searchedEnds(
  _ tokens: [[UInt8]], in text: [UInt8], mayExceed: Bool, isStrict: Bool
) -> [Int]? {
  var search = PlaceSearch(tokens: tokens, text: text, mayExceed: mayExceed, isStrict: isStrict)
  return search.ends()
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
