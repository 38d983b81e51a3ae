import Judging
import Records
import Rubrics
import Testing

@Suite("A panel of voters")
struct PanelTests {
  private func reply(_ verdicts: [(Int, Bool, Int)]) -> JudgeReply<Verdict> {
    JudgeReply(
      outcome: .entries(verdicts.map { Verdict(id: $0, isSatisfied: $1, step: $2) }), text: nil,
      attempts: 1, latencyMilliseconds: 10)
  }

  private let failed = JudgeReply<Verdict>(
    outcome: .failure(reason: "no reply"), text: nil, attempts: 6)

  @Test("decides by majority; a tie is not satisfied")
  func majority() {
    let decision = PanelDecision([
      reply([(1, true, 2), (2, true, 1), (3, false, 4)]),
      reply([(1, true, 3), (2, false, 1), (3, false, 4)]),
    ])
    #expect(
      decision.outcome
        == .entries([
          Verdict(id: 1, isSatisfied: true, step: 2), Verdict(id: 2, isSatisfied: false, step: 1),
          Verdict(id: 3, isSatisfied: false, step: 4),
        ]))
    #expect(decision.panel == PanelRecord(voters: 2, answered: 2, disagreement: 1.0 / 3))
    #expect(decision.attempts == 2 && decision.latencyMilliseconds == 20)
  }

  @Test(
    "takes the step that most of those name who are of its opinion, of several the earliest voter's",
    arguments: [
      ([(true, 2), (true, 3), (true, 3)], true, 3), ([(true, 2), (true, 3), (false, 3)], true, 2),
      ([(false, 1), (true, 5), (false, 1)], false, 1),
      ([(true, 4), (false, 2), (true, 4), (false, 1)], false, 2),
      ([(true, 0), (true, -1), (true, -1), (true, 0)], true, 0),
    ])
  func steps(votes: [(Bool, Int)], isSatisfied: Bool, step: Int) {
    let decision = PanelDecision(votes.map { reply([(1, $0.0, $0.1)]) })
    #expect(
      decision.outcome == .entries([Verdict(id: 1, isSatisfied: isSatisfied, step: step)]))
  }

  @Test("counts an item's votes only; who left it out has none")
  func missing() {
    let decision = PanelDecision([reply([(1, true, 1)]), reply([(2, true, 1)]), reply([])])
    #expect(
      decision.outcome
        == .entries([
          Verdict(id: 1, isSatisfied: true, step: 1), Verdict(id: 2, isSatisfied: true, step: 1),
        ]))
    // No item has two votes, so that nobody could disagree.
    #expect(decision.panel?.disagreement == nil)
  }

  @Test("fails unless more than half of its voters answer")
  func quorum() {
    let two = PanelDecision([reply([(1, true, 1)]), failed])
    #expect(two.outcome == .failure(reason: "1 of 2 voters failed: no reply"))
    #expect(two.panel == PanelRecord(voters: 2, answered: 1, disagreement: nil))
    let three = PanelDecision([reply([(1, true, 1)]), failed, reply([(1, true, 1)])])
    #expect(three.outcome == .entries([Verdict(id: 1, isSatisfied: true, step: 1)]))
    #expect(three.panel == PanelRecord(voters: 3, answered: 2, disagreement: 0))
  }

  @Test("of one voter is that voter")
  func alone() {
    let decision = PanelDecision([reply([(2, true, 9), (1, true, 1)])])
    #expect(decision.panel == nil)
    #expect(
      decision.outcome
        == .entries([
          Verdict(id: 2, isSatisfied: true, step: 9), Verdict(id: 1, isSatisfied: true, step: 1),
        ]))
  }
}
