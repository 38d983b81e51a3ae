import Rubrics
import Testing

@Suite("Rubric texts")
struct RubricTextTests {
  @Test("come back the same from their items")
  func roundTrip() {
    let text = "<SUGGEST> Computes 2 + 3 = 5.\n<PITFALL> Says a > b.\n<ANSWER> States 5."
    let items = rubricItems(ofText: text)
    #expect(items.map(\.id) == [1, 2, 3])
    #expect(items.map(\.type) == [.suggest, .pitfall, .answer])
    #expect(items[1].text == "Says a > b.")
    #expect(rubricText(of: items) == text)
  }

  @Test("number items one by one, or by their lines as the authors do")
  func numbering() {
    let text = "\n  Some prose.\n<SUGGEST> a\r\n\r\n<BONUS> b  \n"
    #expect(rubricItems(ofText: text).map(\.id) == [1, 2])
    #expect(rubricItems(ofText: text, numbering: .lines).map(\.id) == [2, 4])
    #expect(rubricItems(ofText: text).map(\.text) == ["a", "b"])
  }

  @Test("have lines that keep unknown tags and untagged text")
  func lines() {
    #expect(
      rubricLines(ofText: "<HINT> x\n\n- <SUGGEST> y\n<BONUS>\n<no end") == [
        RubricLine(number: 1, tag: "HINT", text: "x"),
        RubricLine(number: 3, tag: nil, text: "- <SUGGEST> y"),
        RubricLine(number: 4, tag: "BONUS", text: ""),
        RubricLine(number: 5, tag: nil, text: "<no end"),
      ])
    #expect(rubricLines(ofText: " \n\t\n").isEmpty)
  }
}
