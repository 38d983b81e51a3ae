package import Judging
package import Records
package import Rubrics
import Steps

/// What the rollouts of one problem have in common.
package struct ProblemText: Equatable, Sendable {
  package var id: String
  package var problem: String
  package var groundTruth: String?
  package var rubric: [RubricItem]

  package init(id: String, problem: String, groundTruth: String?, rubric: [RubricItem]) {
    self.id = id
    self.problem = problem
    self.groundTruth = groundTruth
    self.rubric = rubric
  }
}

/// One rollout and all that the stages so far have said of it; what no stage has written yet is nil.
package struct Trajectory: Equatable, Sendable {
  /// Without its token ids and log-probabilities, which a report does not look at.
  package var rollout: Rollout
  /// Tokens of the response, the end-of-sequence token included; nil where the engine gave none.
  package var tokenCount: Int?
  package var judgement: Judgement?
  package var stepCheck: StepCheck?
  package var reward: Reward?
  package var advantage: Advantage?
  /// As the reward says, or, before there is one, by the paper's criteria.
  package var isLooping: Bool

  package init(
    rollout: Rollout, tokenCount: Int? = nil, judgement: Judgement? = nil,
    stepCheck: StepCheck? = nil, reward: Reward? = nil, advantage: Advantage? = nil,
    isLooping: Bool
  ) {
    self.rollout = rollout
    self.tokenCount = tokenCount
    self.judgement = judgement
    self.stepCheck = stepCheck
    self.reward = reward
    self.advantage = advantage
    self.isLooping = isLooping
  }

  /// What a record of any stage after `srar-rollout` holds.
  package init(_ record: Record) throws {
    rollout = try record.read(Rollout.self)
    tokenCount = rollout.tokens?.count
    rollout.promptTokens = nil
    rollout.tokens = nil
    rollout.logProbabilities = nil
    rollout.rawLogProbabilities = nil
    judgement = try record.readIfPresent(Judgement.self)
    stepCheck = try record.readIfPresent(StepCheck.self)
    try stepCheck?.checkNumbers(stepCount: rollout.steps.count, of: record)
    reward = try record.readIfPresent(Reward.self)
    advantage = try record.readIfPresent(Advantage.self)
    isLooping = reward?.isLooping ?? Looping(rollout.response).isLooping
  }

  /// Whether each step is right, as far as the check says; nil where nobody checked or the check failed.
  package var stepsCorrect: [Bool]? {
    guard let stepCheck, stepCheck.error == nil else { return nil }
    return stepCheck.steps.map(\.isCorrect)
  }

  /// What the check says of each step, nil of a step that it could not check; nil as a whole where nobody checked.
  ///
  /// Here a step without an equation is not right, as in `stepsCorrect`, but not checked.
  package var checkedSteps: [Bool?]? {
    guard let stepCheck else { return nil }
    var checked = [Bool?](repeating: nil, count: rollout.steps.count)
    for step in stepCheck.error == nil ? stepCheck.steps : []
    where step.isChecked && checked.indices.contains(step.number - 1) {
      checked[step.number - 1] = step.isCorrect
    }
    return checked
  }

  /// Whether the answer's and the steps' verdicts disagree; nil where one of them is missing.
  package var isMisaligned: Bool? {
    guard let reward, let steps = stepsCorrect, !steps.isEmpty else { return nil }
    return reward.isCorrect != steps.allSatisfy { $0 }
  }

  package var judgeFailed: Bool { judgement?.status == .failed }
}

/// Rollouts of one problem that stand together in a stream.
package struct TrajectoryGroup: Equatable, Sendable {
  package var problem: ProblemText
  package var trajectories: [Trajectory]

  package init(problem: ProblemText, trajectories: [Trajectory]) {
    self.problem = problem
    self.trajectories = trajectories
  }
}
