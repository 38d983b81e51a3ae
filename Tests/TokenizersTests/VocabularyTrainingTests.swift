import Testing
import Tokenizers

struct VocabularyTrainingTests {
  private let texts =
    (0..<40).map { randomText(seed: $0) } + [
      "aaa aaaa aaaaa aab aab", "banana bandana cabana", "the theme then there these",
    ]

  /// Byte-pair encoding without any bookkeeping: all pairs are counted anew for each merge.
  private func plainMerges(_ texts: [String], count: Int) -> [[Int]] {
    var words: [[Int]] = []
    for text in texts {
      let bytes = Array(text.utf8)
      words += PreTokenizer(separatesDigits: true).words(of: text).map { bytes[$0].map(Int.init) }
    }
    var merges: [[Int]] = []
    while merges.count < count {
      var counts: [[Int]: Int] = [:]
      for word in words {
        for (left, right) in zip(word, word.dropFirst()) { counts[[left, right], default: 0] += 1 }
      }
      let best = counts.max { one, other in
        one.value != other.value
          ? one.value < other.value : other.key.lexicographicallyPrecedes(one.key)
      }
      guard let best, best.value >= 2 else { break }
      let result = 259 + merges.count
      merges.append(best.key + [result])
      for index in words.indices {
        var merged: [Int] = []
        for token in words[index] {
          // A token just merged cannot be the left part of the pair again.
          if merged.last == best.key[0], token == best.key[1] {
            merged[merged.count - 1] = result
          } else {
            merged.append(token)
          }
        }
        words[index] = merged
      }
    }
    return merges
  }

  @Test("merges are those of the plain algorithm")
  func plainAlgorithm() throws {
    let tokenizer = try Tokenizer.learned(from: texts, vocabularySize: 259 + 60)
    let merges = tokenizer.vocabulary.merges.map { [$0.left, $0.right, $0.result] }
    #expect(merges == plainMerges(texts, count: 60))
    #expect(merges.count > 30)
  }

  @Test("the order of the texts does not matter")
  func orderOfTexts() throws {
    let one = try Tokenizer.learned(from: texts, vocabularySize: 330)
    let other = try Tokenizer.learned(from: texts.reversed(), vocabularySize: 330)
    #expect(one.vocabulary == other.vocabulary)
  }

  @Test("bytes come first, then the special tokens, then merges; digits are never merged")
  func layout() throws {
    let tokenizer = try Tokenizer.learned(
      from: Array(repeating: "12 12 1212 word word", count: 5), vocabularySize: 512)
    let tokens = tokenizer.vocabulary.tokens
    #expect(tokens[65] == [65])
    #expect(tokenizer.tokenID(of: "<|endoftext|>") == 256)
    #expect(tokenizer.tokenID(of: "<|im_start|>") == 257)
    #expect(tokenizer.tokenID(of: "<|im_end|>") == 258)
    #expect(tokens.dropFirst(259).allSatisfy { !($0 ?? []).contains(UInt8(ascii: "1")) })
    #expect(tokens.contains(Array(" word".utf8)))
    #expect(tokenizer.vocabularySize < 512)
  }

  @Test("no text gives the bytes and the special tokens")
  func noText() throws {
    #expect(try Tokenizer.learned(from: [], vocabularySize: 512).vocabularySize == 259)
    #expect(throws: TokenizerError.vocabularyTooSmall(size: 258, minimum: 259)) {
      try Tokenizer.learned(from: [], vocabularySize: 258)
    }
  }
}
