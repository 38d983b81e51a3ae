import Advantages
import Judging
import Records
import Reporting
import Steps
import Testing

@Suite("Signals that contradict what a step is worth")
struct CreditAssignmentTests {
  /// A rollout of two steps.
  private func trajectory(_ index: Int, correct: Bool, steps: [Bool], deltas: [Double])
    -> Trajectory
  {
    Trajectory(
      rollout: Rollout(
        index: index, response: "ab", stepStyle: .headers,
        steps: [
          ResponseStep(number: 1, label: "1", bytes: 0..<1, tokens: nil),
          ResponseStep(number: 2, label: "2", bytes: 1..<2, tokens: nil),
        ]),
      stepCheck: StepCheck(
        judge: "test",
        steps.enumerated().map { .init(number: $0 + 1, isCorrect: $1) }),
      reward: Reward(
        answer: nil, answerRule: nil, isCorrect: correct, hasFormat: true,
        base: correct ? 1 : 0.1, rubric: deltas.reduce(0, +),
        steps: deltas.enumerated().map {
          .init(step: $0 + 1, delta: $1, judged: 1, satisfied: $1 > 0 ? 1 : 0)
        }, isLooping: false), isLooping: false)
  }

  private func group(_ trajectories: [Trajectory]) -> TrajectoryGroup {
    TrajectoryGroup(
      problem: ProblemText(id: "p", problem: "", groundTruth: nil, rubric: []),
      trajectories: trajectories)
  }

  @Test(
    "the outcome alone rewards every step of a right response and punishes every one of a wrong one"
  )
  func outcome() throws {
    var credit = CreditComparison()
    credit.add(
      group([
        trajectory(0, correct: true, steps: [false, true], deltas: [0, 0.4]),
        trajectory(1, correct: false, steps: [true, false], deltas: [0.4, 0]),
      ]))
    let grpo = try #require(credit["grpo"])
    #expect(grpo.wrongRewardedShare == 0.5 && grpo.rightPunishedShare == 0.5)
    // Under SRaR, outcome and offset are ±0.7071 each: the right step of the right response and the wrong step of the wrong one get
    // both, the other two get nearly 0, where the outcome alone gives them 0.7071 of the wrong sign.
    let srar = try #require(credit["srar"])
    let half = 0.5.squareRoot()
    #expect(abs(try #require(srar.meanRightSignal) - half) < 1e-5)
    #expect(abs(try #require(srar.meanWrongSignal) + half) < 1e-5)
    #expect(abs(try #require(grpo.meanRightSignal)) < 1e-12)
    let rar = try #require(credit["rar"])
    #expect(rar.wrongRewardedShare == 0.5)
  }

  @Test("a signal per step turns against a wrong step of a right response")
  func stepwise() throws {
    var credit = CreditComparison()
    // Three right answers and one wrong one: the outcome advantage of the right ones is 0.5. The second step is right in
    // all but the first rollout, whose offset there is −1.5.
    credit.add(
      group([
        trajectory(0, correct: true, steps: [true, false], deltas: [0.4, 0]),
        trajectory(1, correct: true, steps: [true, true], deltas: [0.4, 0.4]),
        trajectory(2, correct: true, steps: [true, true], deltas: [0.4, 0.4]),
        trajectory(3, correct: false, steps: [true, true], deltas: [0.4, 0.4]),
      ]))
    #expect(credit["grpo"]?.wrongRewarded == 1)
    #expect(credit["srar"]?.wrongRewarded == 0)
    #expect(credit["grpo"]?.stepsInCorrect == 6 && credit["grpo"]?.stepsInIncorrect == 2)
    let wrong = try #require(credit["srar"]?.meanWrongSignal)
    #expect(abs(wrong - (0.5 - 1.5)) < 1e-4, "\(wrong)")
  }

  @Test("a single rollout says nothing, and neither does a failed check")
  func silent() {
    var credit = CreditComparison()
    credit.add(group([trajectory(0, correct: true, steps: [false, true], deltas: [0, 0])]))
    #expect(credit["srar"]?.stepsInCorrect == 0)
    #expect(credit["srar"]?.wrongRewardedShare == nil)
    var failed = trajectory(1, correct: false, steps: [true, true], deltas: [0, 0])
    failed.stepCheck = StepCheck(judge: "test", [], error: "no reply")
    credit.add(group([failed, failed]))
    #expect(credit["grpo"]?.rightSteps == 0)
  }
}
