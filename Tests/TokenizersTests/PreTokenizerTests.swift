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

  @Test("words partition the text", arguments: UInt64(0)..<200)
  func partition(seed: UInt64) {
    let text = randomText(seed: seed)
    for separatesDigits in [false, true] {
      let words = PreTokenizer(separatesDigits: separatesDigits).words(of: text)
      var end = 0
      for word in words {
        #expect(word.lowerBound == end && !word.isEmpty, "seed \(seed)")
        end = word.upperBound
      }
      #expect(end == text.utf8.count, "seed \(seed)")
    }
  }
}
