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
