import Advantages
import Testing

@Suite struct TokenAdvantagesTests {
  let advantage = RolloutAdvantage(
    outcome: 1,
    offsets: [
      StepOffset(step: 0, value: 0.125, placement: .wholeResponse), StepOffset(step: 1, value: 0.5),
      StepOffset(step: 2, value: -2),
    ])

  @Test("tokens outside every step get the outcome advantage and the whole response's offset alone")
  func placement() {
    #expect(
      advantage.tokenAdvantages(stepSpans: [1..<2, 2..<4], tokenCount: 5)
        == [1.125, 1.625, -0.875, -0.875, 1.125])
  }

  @Test("a step without tokens, or beyond the spans, places nothing")
  func missing() {
    #expect(advantage.tokenAdvantages(stepSpans: [nil], tokenCount: 2) == [1.125, 1.125])
  }

  @Test("spans are cut at the response's end")
  func cut() {
    #expect(
      advantage.tokenAdvantages(stepSpans: [0..<9, 9..<12], tokenCount: 2) == [1.625, 1.625])
  }

  @Test("a rollout teaches nothing only if all of its terms are 0")
  func zero() {
    #expect(RolloutAdvantage(outcome: 0, offsets: [StepOffset(step: 1, value: 0)]).isZero)
    #expect(!RolloutAdvantage(outcome: 0, offsets: [StepOffset(step: 1, value: 0.1)]).isZero)
    #expect(!RolloutAdvantage(outcome: -0.1).isZero)
  }
}
