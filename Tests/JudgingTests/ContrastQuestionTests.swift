import Judging
import Rubrics
import Testing

@Suite("A rubric by contrast")
struct ContrastQuestionTests {
  private let question = ContrastQuestion(
    problem: "1 + 2?", groundTruth: "3", rightSolutions: ["3"], flawedSolutions: ["4"])

  @Test(
    "is numbered from 1, has a SUGGEST item and one ANSWER item",
    arguments: [
      ([(1, .suggest), (2, .answer)], nil),
      ([(1, .suggest), (2, .pitfall), (3, .bonus), (4, .answer)], nil),
      ([(1, .suggest), (3, .answer)], "not numbered from 1"), ([(1, .answer)], "no SUGGEST item"),
      ([(1, .suggest)], "0 ANSWER items"),
      ([(1, .answer), (2, .suggest), (3, .answer)], "2 ANSWER items"),
    ] as [([(Int, RubricItemType)], String?)])
  func complaints(items: [(Int, RubricItemType)], complaint: String?) {
    let found = question.complaint(
      about: items.map { RubricItem(id: $0, type: $1, text: "Something.") })
    if let complaint {
      #expect(found?.contains(complaint) == true, "\(String(describing: found))")
    } else {
      #expect(found == nil)
    }
  }

  @Test("shows both sides between markers")
  func shows() throws {
    let values = question.values(asking: question.ids, marker: "m")
    #expect(values["right"] == "[m right solution 1 begins]\n3\n[m right solution 1 ends]")
    #expect(values["flawed"] == "[m flawed solution 1 begins]\n4\n[m flawed solution 1 ends]")
  }
}

@Suite("The words of a question")
struct JudgePromptTests {
  @Test("must have the marks without which nothing can be decided")
  func marks() {
    #expect(JudgePrompt<RubricQuestion>(template: "{{steps}} {{items}}") != nil)
    #expect(JudgePrompt<RubricQuestion>(template: "{{steps}} {items}") == nil)
    #expect(JudgePrompt<StepQuestion>(template: "{{steps}}") != nil)
    #expect(JudgePrompt<ContrastQuestion>(template: "{{problem}} {{right}}") == nil)
  }
}
