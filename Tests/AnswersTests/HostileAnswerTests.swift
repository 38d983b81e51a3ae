import Answers
import Foundation
import TestSupport
import Testing

@Suite("Texts that hang other checkers")
struct HostileAnswerTests {
  private struct Line: Decodable {
    struct Piece: Decodable {
      let text: String
      let count: Int
    }

    let hostile: String
    let pieces: [Piece]

    var text: String { pieces.map { String(repeating: $0.text, count: $0.count) }.joined() }
  }

  @Test("are compared, with anything, and come to an end")
  func hostile() throws {
    let data = try Data(contentsOf: Fixtures.url("answers/hostile.jsonl"))
    let lines = try data.split(separator: UInt8(ascii: "\n")).map { line in
      try JSONDecoder().decode(Line.self, from: line)
    }
    #expect(lines.count > 90)
    let start = ContinuousClock.now
    for line in lines {
      let text = line.text
      #expect(!AnswerChecker.math.compare(text, with: "3").isEqual, "\(line.hostile)")
      #expect(!AnswerChecker.math.compare("3", with: text).isEqual, "\(line.hostile)")
      let isBlank = text.allSatisfy { $0 == " " }
      #expect(
        AnswerChecker.math.compare(text, with: text).isEqual != isBlank, "\(line.hostile)")
      // Whatever is found here, it must be found.
      _ = AnswerChecker.math.compare(text, with: text + "+0")
      _ = answer(in: text, rules: ExtractionRule.allCases)
    }
    // Ten minutes are no speed limit: a hang would not end.
    #expect(ContinuousClock.now - start < .seconds(600))
  }

  @Test(
    "that divide by zero are equal to no number",
    arguments: [
      "1/0", #"\frac{5}{0}"#, #"\frac{0}{0}"#, "0^{-1}", #"\frac{3}{1-1}"#, #"3 \div 0"#,
      #"\log 0"#,
    ])
  func divisionByZero(text: String) {
    for number in ["0", "1", "3", "5", #"\infty"#, "-1", "undefined"] {
      #expect(!AnswerChecker.math.compare(text, with: number).isEqual, "\(text) \(number)")
    }
  }

  @Test("that were no UTF-8 are compared as what is left of them")
  func invalidBytes() {
    for bytes: [UInt8] in [
      [0xC3, 0x28], [0xFF, 0xFE, 0x33], [0x33, 0xE2, 0x82], [0xF0, 0x9F, 0x98],
    ] {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!AnswerChecker.math.compare(text, with: "3").isEqual, "\(bytes)")
      #expect(AnswerChecker.math.compare(text, with: text).isEqual, "\(bytes)")
    }
  }
}
