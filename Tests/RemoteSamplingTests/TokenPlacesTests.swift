import RandomStreams
import RemoteSampling
import Testing

@Suite("The bytes that tokens wrote")
struct TokenPlacesTests {
  private func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  private func ranges(
    _ tokens: [String], _ text: String, mayExceed: Bool = false
  ) -> [Range<Int>]? {
    tokenPlaces(bytes(tokens), in: Array(text.utf8), mayExceed: mayExceed)?.ranges
  }

  @Test("plain tokens stand where they stand, and what is not written has no bytes")
  func plain() {
    #expect(ranges(["a", " b", "<|im_end|>"], "a b") == [0..<1, 1..<3, 3..<3])
    #expect(ranges(["<think>", "a", "</think>", "b"], "ab") == [0..<0, 0..<1, 1..<1, 1..<2])
    #expect(ranges([], "") == [])
  }

  @Test("a character of several tokens is theirs together, however a server shows its parts")
  func split() {
    // "€" has three bytes.
    #expect(
      ranges(["a", "\u{FFFD}", "\u{FFFD}", "\u{FFFD}", "b"], "a€b")
        == [0..<1, 1..<2, 2..<3, 3..<4, 4..<5])
    #expect(ranges(["a", "", "", "€", "b"], "a€b") == [0..<1, 1..<2, 2..<3, 3..<4, 4..<5])
    #expect(ranges(["\u{FFFD}", "\u{FFFD}"], "€") == [0..<1, 1..<3])
    #expect(ranges(["", "", "", "", "é"], "é") == [0..<1, 1..<1, 1..<1, 1..<1, 1..<2])
    #expect(ranges(["a\u{FFFD}", "\u{FFFD}\n#"], "aé\n#") == [0..<2, 2..<5])
    // A model may write what is no UTF-8, which stays U+FFFD in the text.
    #expect(ranges(["a", "\u{FFFD}", "b"], "a\u{FFFD}b") == [0..<1, 1..<4, 4..<5])
  }

  @Test("a text that was cut behind a stop string gets what its last token wrote beyond it")
  func stop() throws {
    let found = try #require(
      tokenPlaces(bytes(["a ", "END."]), in: Array("a END".utf8), mayExceed: true))
    #expect(String(decoding: found.text, as: UTF8.self) == "a END.")
    #expect(found.ranges == [0..<2, 2..<6])
    #expect(ranges(["a ", "END."], "a END") == nil)
  }

  @Test("tokens that do not make up the text are refused")
  func mismatch() {
    #expect(ranges(["a", "c"], "ab") == nil)
    #expect(ranges(["a"], "ab") == nil)
    #expect(ranges(["\u{FFFD}"], "a long text") == nil)
    #expect(ranges([], "a") == nil)
  }

  @Test("text is never lost, and tokens of whole characters are exact", arguments: UInt64(0)..<300)
  func property(seed: UInt64) throws {
    var random = RandomStream(seed: seed, "places")
    let letters = ["a", "b", "\n", "#", " ", "é", "€", "\u{1F600}", "界", "\u{FFFD}"]
    let text = (0..<random.integer(in: 0..<40)).map { _ in random.element(of: letters) }.joined()
    let whole = Array(text.utf8)
    var pieces: [Range<Int>] = []
    while pieces.last?.upperBound ?? 0 < whole.count {
      let start = pieces.last?.upperBound ?? 0
      pieces.append(start..<min(whole.count, start + random.integer(in: 1...5)))
    }
    let shown = pieces.map { String(decoding: whole[$0], as: UTF8.self) }
    let found = try #require(
      tokenPlaces(bytes(shown), in: whole, mayExceed: false), "seed \(seed): \(shown) in \(text)")
    #expect(found.text == whole)
    #expect(
      found.ranges.first?.lowerBound ?? 0 == 0 && found.ranges.last?.upperBound ?? 0 == whole.count)
    for (one, next) in zip(found.ranges, found.ranges.dropFirst()) {
      #expect(one.upperBound == next.lowerBound && !one.isEmpty, "seed \(seed): \(shown)")
    }
    let hasRealReplacement = text.contains("\u{FFFD}")
    for (index, piece) in pieces.enumerated() where !hasRealReplacement {
      guard !shown[index].contains("\u{FFFD}") else { continue }
      #expect(found.ranges[index] == piece, "seed \(seed): token \(index) of \(shown)")
    }
  }

  @Test("a hostile list of tokens costs no more than it should")
  func hostile() {
    let tokens = [[UInt8]](repeating: [0xEF, 0xBF, 0xBD], count: 400) + [Array("x".utf8)]
    #expect(tokenPlaces(tokens, in: [UInt8](repeating: 0x61, count: 3000), mayExceed: false) == nil)
    let mixed: [[UInt8]] = (0..<600).map { $0 % 2 == 0 ? [] : [0x61] } + [[0x78]]
    #expect(tokenPlaces(mixed, in: [UInt8](repeating: 0x61, count: 900), mayExceed: false) == nil)
  }
}

@Suite("Where tokens end")
struct TokenEndsTests {
  private let part: [UInt8] = [0xEF, 0xBF, 0xBD]

  /// A text, tokens that make it up or nearly do, and how they are shown.
  private func draw(_ seed: UInt64) -> (tokens: [[UInt8]], text: [UInt8]) {
    var random = RandomStream(seed: seed, "ends")
    let letters = ["a", "a", "b", "é", "€", "\u{1F600}", "界", "\u{FFFD}"]
    let count = random.integer(in: 0..<24)
    let text = Array((0..<count).map { _ in random.element(of: letters) }.joined().utf8)
    var tokens: [[UInt8]] = []
    var position = 0
    while position < text.count {
      let end = min(text.count, position + random.integer(in: 1...5))
      tokens.append(Array(String(decoding: text[position..<end], as: UTF8.self).utf8))
      position = end
      switch random.integer(in: 0..<20) {
      case 0: tokens.append([])
      case 1: tokens.append(Array("<|x|>".utf8))
      case 2: tokens.append(Array("a".utf8))
      case 3: tokens.removeLast()
      case 4: tokens.append(part)
      default: break
      }
    }
    if random.integer(in: 0..<3) == 0 { tokens.append((tokens.popLast() ?? []) + Array("ab".utf8)) }
    return (tokens, text)
  }

  @Test("the ends are those of the plain search", arguments: UInt64(0)..<1000)
  func agreement(seed: UInt64) {
    let (tokens, text) = draw(seed)
    for mayExceed in [false, true] {
      for isStrict in [false, true] {
        let expected = searchedEnds(tokens, in: text, mayExceed: mayExceed, isStrict: isStrict)
        let found = tokenEnds(tokens, in: text, mayExceed: mayExceed, isStrict: isStrict)
        #expect(found == expected, "seed \(seed): \(tokens) in \(text), \(mayExceed), \(isStrict)")
      }
    }
  }

  @Test(
    "thousands of parts of characters are found at once, whether they fit or not",
    arguments: [2000, 8000])
  func long(count: Int) {
    let tokens = [[UInt8]](repeating: part, count: count)
    let whole = [UInt8](repeating: 0xE7, count: 3 * count)
    for length in [count, 2 * count, 3 * count] {
      let found = tokenEnds(
        tokens, in: Array(whole.prefix(length)), mayExceed: false, isStrict: true)
      #expect(found?.count == count && found?.last == length)
    }
    #expect(tokenEnds(tokens, in: whole + [0xE7], mayExceed: false, isStrict: true) == nil)
    // A run with room in front of one without.
    let text = [UInt8](repeating: 0xE7, count: 3 * count) + [0x61] + whole.prefix(count)
    let two = tokens + [[0x61]] + tokens
    #expect(tokenEnds(two, in: text, mayExceed: false, isStrict: true)?[count] == 3 * count + 1)
    #expect(tokenPlaces(two, in: [0x62] + text, mayExceed: true) == nil)
  }
}
