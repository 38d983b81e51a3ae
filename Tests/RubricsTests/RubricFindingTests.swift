import Rubrics
import Testing

@Suite("Rubric lint")
struct RubricFindingTests {
  private func findings(_ text: String) -> [RubricFinding] {
    rubricFindings(in: rubricLines(ofText: text), itemLimit: 12)
  }

  @Test("finds nothing in a sound rubric")
  func sound() {
    #expect(findings("<SUGGEST> a\n<SUGGEST> b\n\n<PITFALL> c\n<BONUS> d\n<ANSWER> e") == [])
  }

  @Test(
    "finds each fault",
    arguments: [
      ("", [RubricFinding.empty]),
      ("just prose", [.empty, .noTag(line: 1)]),
      ("<SUGGEST> a", [.noAnswer]),
      ("<ANSWER> a", [.noSuggest]),
      ("<SUGGEST> a\n<ANSWER> b\n<ANSWER> c", [.severalAnswers(count: 2)]),
      ("<SUGGEST> a\n<HINT> b\n<ANSWER> c", [.unknownTag("HINT", line: 2)]),
      ("<SUGGEST> a\n<bonus> b\n<ANSWER> c", [.unknownTag("bonus", line: 2)]),
      ("<SUGGEST> a\n- <BONUS> b\n<ANSWER> c", [.noTag(line: 2)]),
      ("<SUGGEST> a\n<BONUS>\n<ANSWER> c", [.emptyText(.bonus, line: 2)]),
      ("<SUGGEST> a\n<BONUS> \u{C}rac{1}{2}\n<ANSWER> 2 x 3", [.lostBackslash(line: 2)]),
      ("<SUGGEST> 2 \t\t imes\n<BONUS> 3\times\n<ANSWER> c", [.lostBackslash(line: 2)]),
      ("<SUGGEST> Adds 2.\n<ANSWER> c\n\n<BONUS> adds  2", [.duplicate(line: 4, of: 1)]),
    ])
  func faults(text: String, expected: [RubricFinding]) {
    #expect(findings(text) == expected)
  }

  @Test("finds more than twelve items, and no twelve")
  func tooMany() {
    func rubric(_ count: Int) -> String {
      (1..<count).map { "<SUGGEST> item \($0)\n" }.joined() + "<ANSWER> x"
    }
    #expect(findings(rubric(12)) == [])
    #expect(findings(rubric(13)) == [.tooManyItems(count: 13, limit: 12)])
  }

  @Test("names every kind of fault once, in words without a line break")
  func names() {
    let all: [RubricFinding] = [
      .empty, .noAnswer, .noSuggest, .severalAnswers(count: 2), .unknownTag("X", line: 1),
      .noTag(line: 1), .emptyText(.bonus, line: 1), .duplicate(line: 2, of: 1),
      .lostBackslash(line: 3), .tooManyItems(count: 13, limit: 12),
    ]
    #expect(all.map(\.name) == RubricFinding.names)
    #expect(all.allSatisfy { !$0.description.contains("\n") && !$0.description.hasSuffix(".") })
  }
}
