import Testing
import Tokenizers

struct PreTokenizerTests {
  private func words(_ text: String, separatesDigits: Bool) -> [String] {
    let bytes = Array(text.utf8)
    return PreTokenizer(separatesDigits: separatesDigits).words(of: text)
      .map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test(
    "the GPT-2 pattern, case by case",
    arguments: [
      ("it's we'll 'tis", ["it", "'s", " we", "'ll", " '", "tis"]),
      ("a  b", ["a", " ", " b"]), ("a \n b", ["a", " \n", " b"]), ("a  ", ["a", "  "]),
      ("12 345", ["12", " 345"]), ("x=-5.", ["x", "=-", "5", "."]),
      ("\t\tx", ["\t", "\t", "x"]), ("\u{3000}字", ["\u{3000}", "字"]),
      ("² ½", ["²", " ½"]), ("'re'R'", ["'re", "'", "R", "'"]),
    ])
  func pattern(text: String, expected: [String]) {
    #expect(words(text, separatesDigits: false) == expected)
  }

  @Test(
    "every number character is a word of its own; space before it stays whole",
    arguments: [
      ("12 345", ["1", "2", " ", "3", "4", "5"]), ("a  7", ["a", "  ", "7"]),
      ("x²½", ["x", "²", "½"]), ("3's", ["3", "'s"]),
    ])
  func digits(text: String, expected: [String]) {
    #expect(words(text, separatesDigits: true) == expected)
  }

  @Test(
    "the patterns of Llama 3 and Qwen2 differ in numbers only",
    arguments: [
      ("It'S 12345", ["It", "'S", " ", "123", "45"], ["It", "'S", " ", "1", "2", "3", "4", "5"]),
      ("a\r\n\n b", ["a", "\r\n\n", " b"], ["a", "\r\n\n", " b"]),
      ("x =\n\ty(z)", ["x", " =\n", "\ty", "(z", ")"], ["x", " =\n", "\ty", "(z", ")"]),
      ("  a\u{00A0}b", [" ", " a", "\u{00A0}b"], [" ", " a", "\u{00A0}b"]),
      ("'ſo 'll", ["'ſ", "o", " '", "ll"], ["'ſ", "o", " '", "ll"]),
    ])
  func newerPatterns(text: String, llama3: [String], qwen2: [String]) {
    let bytes = Array(text.utf8)
    for (pattern, expected) in [(WordPattern.llama3, llama3), (.qwen2, qwen2)] {
      let words = PreTokenizer(pattern: pattern, separatesDigits: false).words(of: text)
      #expect(words.map { String(decoding: bytes[$0], as: UTF8.self) } == expected, "\(pattern)")
    }
  }

  @Test("words partition the text", arguments: UInt64(0)..<200)
  func partition(seed: UInt64) {
    let text = randomText(seed: seed)
    for (pattern, separatesDigits) in [
      (WordPattern.gpt2, false), (.gpt2, true), (.llama3, false), (.qwen2, false),
    ] {
      let words = PreTokenizer(pattern: pattern, separatesDigits: separatesDigits).words(of: text)
      var end = 0
      for word in words {
        #expect(word.lowerBound == end && !word.isEmpty, "seed \(seed)")
        end = word.upperBound
      }
      #expect(end == text.utf8.count, "seed \(seed)")
    }
  }
}
