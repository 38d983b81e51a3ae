import Judging
import Steps
import Testing

@Suite("The step check")
struct StepCheckTests {
  private func check(_ steps: [String], pitfalls: Set<Int> = []) -> [StepVerdict] {
    let asked = request([], steps: steps)
    return StepCheck.byArithmetic(
      response: asked.response, steps: asked.steps
    ).calling(wrong: pitfalls).steps
  }

  @Test(
    "calls a step right when exact arithmetic has nothing against it",
    arguments: [
      ("3 * 4 = 12", true, 1), ("3 * 4 = 12 and 2 + 2 = 5", false, 2), ("100 / 3 = 33.33", true, 1),
      ("No calculation.", true, 0), ("1/2 hour = 30 minutes", true, 0), ("5 / 0 = 5", true, 0),
      ("3 * 4 = <<3*4=12>>12", true, 1), ("2x + 3 = 7", true, 0),
    ])
  func judgesSteps(text: String, isCorrect: Bool, equations: Int) {
    #expect(
      check([text])
        == [StepVerdict(number: 1, isCorrect: isCorrect, equationCount: equations)],
      "\(text)")
  }

  @Test("judges each step by its own equations")
  func stepsAreSeparate() {
    #expect(
      check(["1 + 1 = 2", "1 + 1 = 3", "1 + 1 = 2"]).map(\.isCorrect) == [true, false, true])
    #expect(check([]).isEmpty)
  }

  @Test("calls a step wrong where the judge saw a PITFALL")
  func pitfallsAreWrong() {
    #expect(
      check(["1 + 1 = 2", "2 + 2 = 4"], pitfalls: [2]).map(\.isCorrect) == [true, false])
  }
}
