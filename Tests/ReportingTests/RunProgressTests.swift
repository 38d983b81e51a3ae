import Judging
import Records
import Reporting
import Steps
import Testing

@Suite("What \"before → after\" may be said of")
struct RunProgressTests {
  private func evaluation(_ label: String, step: Int? = nil, problems: [String])
    -> RunReport.Evaluation
  {
    var summary = StreamSummary(label: label)
    for text in problems {
      let problem = ProblemText(id: "1", problem: text, groundTruth: "3", rubric: [])
      let rollout = Rollout(index: 0, response: "", stepStyle: .headers, steps: [])
      summary.add(
        TrajectoryGroup(
          problem: problem, trajectories: [Trajectory(rollout: rollout, isLooping: false)]))
    }
    return RunReport.Evaluation(label: label, step: step, summary: summary)
  }

  private func pair(_ evaluations: [RunReport.Evaluation]) -> [Int]? {
    RunProgress(evaluations).map { [$0.first, $0.last] }
  }

  @Test("two policies of a run, in order, on the same problems, in whatever order they were read")
  func samePolicies() {
    let before = evaluation("before", problems: ["a", "b"])
    let middle = evaluation("after step 5", step: 5, problems: ["a", "b"])
    let after = evaluation("after", problems: ["b", "a"])
    #expect(pair([before, after]) == [0, 1])
    #expect(pair([after, before, middle]) == [1, 0])
    #expect(pair([before, middle]) == [0, 1])
    #expect(pair([middle, after]) == [0, 1])
  }

  @Test("not policies on other problems that have the same ids, nor one with fewer problems")
  func otherProblems() {
    #expect(
      pair([evaluation("before", problems: ["a"]), evaluation("after", problems: ["b"])]) == nil)
    #expect(
      pair([evaluation("before", problems: ["a", "b"]), evaluation("after", problems: ["a"])])
        == nil)
  }

  @Test("not evaluations whose names say nothing of when their policy came")
  func unordered() {
    #expect(
      pair([evaluation("math", problems: ["a"]), evaluation("other", problems: ["a"])]) == nil)
    #expect(
      pair([evaluation("before", problems: ["a"]), evaluation("test", problems: ["a"])]) == nil)
    #expect(pair([evaluation("after", problems: ["a"])]) == nil)
  }

  @Test("the latest policy that has an earlier one to be compared with")
  func latest() {
    let evaluations = [
      evaluation("before", problems: ["a"]), evaluation("after", problems: ["b"]),
      evaluation("after step 1", step: 1, problems: ["a"]),
      evaluation("after step 2", step: 2, problems: ["a"]),
    ]
    #expect(pair(evaluations) == [0, 3])
  }

  @Test("a step without an equation, and a step of a failed check, are not checked")
  func checkedSteps() {
    let steps = (0..<3).map {
      ResponseStep(number: $0 + 1, label: "\($0 + 1)", bytes: $0..<($0 + 1), tokens: nil)
    }
    func checked(_ check: StepCheck?) -> [Bool?]? {
      Trajectory(
        rollout: Rollout(index: 0, response: "abc", stepStyle: .headers, steps: steps),
        stepCheck: check, isLooping: false
      ).checkedSteps
    }
    let verdicts = [
      StepVerdict(number: 1, isCorrect: true, equationCount: 1),
      StepVerdict(number: 2, isCorrect: true, equationCount: 0),
      StepVerdict(number: 3, isCorrect: false, equationCount: 0),
    ]
    #expect(checked(StepCheck(judge: "equations", verdicts)) == [true, nil, false])
    #expect(checked(StepCheck(judge: "m", [], error: "no reply")) == [nil, nil, nil])
    #expect(
      checked(StepCheck(judge: "m", [StepVerdict(number: 1, isCorrect: true)])) == [true, nil, nil])
    #expect(checked(nil) == nil)

    var summary = StreamSummary(label: "")
    let rollout = Rollout(index: 0, response: "abc", stepStyle: .headers, steps: steps)
    summary.add(
      TrajectoryGroup(
        problem: ProblemText(id: "p", problem: "", groundTruth: nil, rubric: []),
        trajectories: [
          Trajectory(
            rollout: rollout, stepCheck: StepCheck(judge: "equations", verdicts), isLooping: false)
        ]))
    #expect(
      summary.measures.first { $0.name == "steps_not_checked" }?.value == 1.0 / 3)
  }
}
