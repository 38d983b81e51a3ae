import Rubrics
import Testing

@Suite("Rubric scores")
struct RubricScoreTests {
  private let rubric = rubricItems(
    ofText: "<SUGGEST> a\n<SUGGEST> b\n<PITFALL> c\n<BONUS> d\n<ANSWER> e")

  private func score(
    _ verdicts: [(Int, Bool, Int)], repeated: RepeatedVerdicts = .equal
  ) -> RubricScore {
    rubricScore(
      rubric: rubric, verdicts: verdicts.map { Verdict(id: $0.0, isSatisfied: $0.1, step: $0.2) },
      budgets: .standard, repeated: repeated)
  }

  @Test("name every step that a verdict names, with its counts: 0, −1 and missing steps too")
  func countsPerStep() {
    let result = score([(1, true, 2), (2, false, 2), (3, true, 0), (4, false, -1)])
    #expect(result.steps.map(\.step) == [-1, 0, 2])
    #expect(result.steps.map(\.delta) == [0, -1, 0.4])
    #expect(result.steps.map(\.judged) == [1, 1, 2])
    #expect(result.steps.map(\.satisfied) == [0, 1, 1])
    #expect(result.suggest == 0.4 && result.pitfall == -1 && result.bonus == 0)
  }

  @Test("take nothing from ANSWER items and unknown items")
  func ignored() {
    let result = score([(5, true, 1), (9, true, 1), (0, true, 1)])
    #expect(result.steps.isEmpty && result.total == 0)
  }

  @Test(
    "count equal verdicts on an item once, contradictory ones not at all; the authors all of them")
  func repeats() {
    let verdicts = [(4, false, 1), (4, true, 2), (4, true, 3), (3, true, 1), (3, true, 1)]
    #expect(score(verdicts).total == -1)
    #expect(score(verdicts).steps.map(\.judged) == [1])
    #expect(score(verdicts).contradictions == 1)
    #expect(score(verdicts, repeated: .all).total == 0)
    #expect(score(verdicts, repeated: .all).contradictions == 0)
  }

  @Test("a contradiction in the step alone is one, on ANSWER items and unknown ones none")
  func contradictions() {
    let result = score([
      (1, true, 1), (1, true, 2), (5, true, 1), (5, false, 1), (9, true, 1), (9, false, 1),
    ])
    #expect(result.contradictions == 1 && !result.isJudged)
  }

  @Test("stay within the bounds of their rubric, whatever one verdict an item says")
  func bounds() {
    for bits in 0..<32 {
      let verdicts = (1...5).map { ($0, bits >> ($0 - 1) & 1 == 1, $0) }
      let range = RubricBudgets.standard.bounds(for: rubric)
      #expect(range == -1...1.8)
      #expect(range.contains(score(verdicts).total), "verdicts \(bits)")
    }
    #expect(RubricBudgets.standard.bounds(for: []) == 0...0)
  }
}
