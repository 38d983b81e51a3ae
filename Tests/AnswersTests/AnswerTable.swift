import Answers
import Testing

/// An answer, texts that say the same, and texts that do not.
struct AnswerTable: Sendable, CustomTestStringConvertible {
  let answer: String
  let equal: [String]
  let different: [String]

  init(_ answer: String, equal: [String] = [], different: [String] = []) {
    self.answer = answer
    self.equal = equal
    self.different = different
  }

  var testDescription: String { answer }

  /// Checks every text in both directions.
  func check() {
    #expect(isEqual(answer, answer), "not equal to itself")
    for text in equal {
      #expect(isEqual(text, answer), "should be equal: \(text)")
      #expect(isEqual(answer, text), "should be equal, the other way round: \(text)")
    }
    for text in different {
      #expect(!isEqual(text, answer), "should be different: \(text)")
      #expect(!isEqual(answer, text), "should be different, the other way round: \(text)")
    }
  }

  private func isEqual(_ one: String, _ other: String) -> Bool {
    AnswerChecker.math.compare(one, with: other).isEqual
  }
}
