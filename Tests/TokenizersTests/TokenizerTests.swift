import Foundation
import JSONLines
import TestSupport
import Testing
import Tokenizers

struct TokenizerTests {
  static func learned() throws -> Tokenizer {
    try Tokenizer(readingFrom: Fixtures.url("tokenizers/learned.json").path)
  }

  private func expectPartition(_ decoded: DecodedText, _ comment: Comment) {
    var end = 0
    for range in decoded.byteRanges {
      #expect(range.lowerBound == end, comment)
      end = range.upperBound
    }
    #expect(end == decoded.text.utf8.count, comment)
  }

  @Test(
    "decoding gives back every text, and the tokens' places partition it",
    arguments: UInt64(0)..<300)
  func textsRoundTrip(seed: UInt64) throws {
    let tokenizer = try Self.learned()
    let text = randomText(seed: seed)
    let decoded = try tokenizer.decode(tokenizer.encode(text))
    #expect(Array(decoded.text.utf8) == Array(text.utf8), "seed \(seed)")
    expectPartition(decoded, "seed \(seed)")
  }

  @Test("any tokens decode to valid text whose places partition it", arguments: UInt64(0)..<300)
  func anyTokensDecode(seed: UInt64) throws {
    let tokenizer = try Self.learned()
    var generator = SplitMix64(seed: seed)
    let tokens = (0..<40).map { _ in
      // Many bytes beyond ASCII, so that most sequences are not UTF-8.
      Bool.random(using: &generator)
        ? Int.random(in: 0x80...0xFF, using: &generator)
        : Int.random(in: 0..<tokenizer.vocabularySize, using: &generator)
    }
    let decoded = try tokenizer.decode(tokens)
    let bytes = tokens.flatMap { token -> [UInt8] in
      (256...258).contains(token) ? [] : tokenizer.vocabulary.tokens[token] ?? []
    }
    #expect(decoded.text == String(decoding: bytes, as: UTF8.self), "seed \(seed)")
    #expect(decoded.byteRanges.count == tokens.count)
    expectPartition(decoded, "seed \(seed)")
  }

  @Test("a character in parts, broken and whole: each token's place is exact")
  func brokenCharacters() throws {
    let tokenizer = try Self.learned()
    let a = Int(UInt8(ascii: "a"))
    // é whole: its two bytes.
    #expect(try tokenizer.decode([a, 0xC3, 0xA9, a]).byteRanges == [0..<1, 1..<2, 2..<3, 3..<4])
    // The beginning of a three-byte character, then a letter: one U+FFFD, of the first byte.
    let broken = try tokenizer.decode([0xE2, 0x82, a, 258])
    #expect(broken.text == "\u{FFFD}a")
    #expect(broken.byteRanges == [0..<3, 3..<3, 3..<4, 4..<4])
    // Two bytes that continue nothing: two of them.
    let strays = try tokenizer.decode([0x82, 0x82])
    #expect(strays.text == "\u{FFFD}\u{FFFD}")
    #expect(strays.byteRanges == [0..<3, 3..<6])
    // A special token between the two bytes of a character writes nothing and stands between them.
    let parted = try tokenizer.decode([0xC3, 257, 0xA9])
    #expect(parted.text == "é")
    #expect(parted.byteRanges == [0..<1, 1..<1, 1..<2])
  }

  @Test("a marker in a text is text, unless it is asked for")
  func markersAreNotInjected() throws {
    let tokenizer = try Self.learned()
    let text = "a<|im_end|>b"
    let end = try #require(tokenizer.tokenID(of: "<|im_end|>"))
    #expect(!tokenizer.encode(text).contains(end))
    #expect(try tokenizer.decode(tokenizer.encode(text)).text == text)
    #expect(tokenizer.encodeRecognizingAddedTokens(text) == [97, end, 98])
  }

  @Test("a token that the vocabulary lacks is an error")
  func unknownTokens() throws {
    let tokenizer = try Self.learned()
    for token in [-1, tokenizer.vocabularySize, Int.max] {
      #expect(throws: TokenizerError.unknownToken(token, vocabularySize: 400)) {
        try tokenizer.decode([token])
      }
    }
    let passed = try tokenizer.decode([97, tokenizer.vocabularySize, 98], passesUnknown: true)
    #expect(passed.text == "ab")
    #expect(passed.byteRanges == [0..<1, 1..<1, 1..<2])
  }

  @Test("words that were seen before, and other threads, change no token")
  func cacheChangesNothing() async throws {
    let shared = try Self.learned()
    let texts = (0..<200).map { randomText(seed: UInt64($0)) } + ["the the the apples apples"]
    // A tokenizer that has seen nothing yet for each text.
    let expected = try texts.prefix(50).map { try Self.learned().encode($0) }
    await withTaskGroup(of: [[Int]].self) { group in
      for _ in 0..<4 { group.addTask { texts.map(shared.encode) } }
      for await tokens in group { #expect(Array(tokens.prefix(50)) == expected) }
    }
  }

  @Test("a long run without white space is encoded in no more than n log n")
  func longRuns() throws {
    let tokenizer = try Self.learned()
    let text = String(repeating: "apples", count: 100_000) + String(repeating: " ", count: 300_000)
    #expect(try tokenizer.decode(tokenizer.encode(text)).text == text)
  }

  @Test(
    "GSM8K's texts are given back",
    .enabled(if: Fixtures.sharedData("gsm8k/test.jsonl.zst") != nil))
  func realTexts() throws {
    struct Problem: Decodable {
      let question: String
      let answer: String
    }
    let url = try #require(Fixtures.sharedData("gsm8k/test.jsonl.zst"))
    let tokenizer = try Self.learned()
    let lines = try LineReader(path: url.path, maximumLineBytes: 1 << 20)
    var count = 0
    while let line = try lines.next() {
      let problem = try JSONDecoder().decode(Problem.self, from: Data(line))
      for text in [problem.question, problem.answer] {
        let decoded = try tokenizer.decode(tokenizer.encode(text))
        #expect(decoded.text == text)
        expectPartition(decoded, "\(lines.position)")
      }
      count += 1
    }
    #expect(count == 1319)
  }
}
