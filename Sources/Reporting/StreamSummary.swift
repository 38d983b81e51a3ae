/// One rewarded rollout, as far as a summary looks at it.
package struct RolloutOutcome: Equatable, Sendable {
  package var isCorrect: Bool
  package var hasFormat: Bool
  package var isLooping: Bool
  package var baseReward: Double
  /// RaR's Σδ; nil where the judge gave no verdicts.
  package var rubricReward: Double?
  package var responseTokens: Int?
  /// Whether each step is right; nil where nobody checked.
  package var stepsCorrect: [Bool]?
  package var judgeFailed: Bool
  /// Whether the check of its steps failed, which says nothing about them.
  package var stepCheckFailed: Bool

  package init(
    isCorrect: Bool, hasFormat: Bool, isLooping: Bool, baseReward: Double, rubricReward: Double?,
    responseTokens: Int?, stepsCorrect: [Bool]?, judgeFailed: Bool,
    stepCheckFailed: Bool = false
  ) {
    self.isCorrect = isCorrect
    self.hasFormat = hasFormat
    self.isLooping = isLooping
    self.baseReward = baseReward
    self.rubricReward = rubricReward
    self.responseTokens = responseTokens
    self.stepsCorrect = stepsCorrect
    self.judgeFailed = judgeFailed
    self.stepCheckFailed = stepCheckFailed
  }
}

/// All that is counted over a stream of rewarded rollouts.
package struct StreamSummary: Equatable, Sendable {
  /// What to call it in a table.
  package let label: String
  package private(set) var rollouts = 0
  package private(set) var judgeFailures = 0
  package private(set) var stepCheckFailures = 0
  package private(set) var trajectories = TrajectoryMeasures()
  private var format = 0
  private var looping = 0
  private var base = 0.0
  private var rubric = Mean()
  private var tokens = Mean()
  private var hasStepCheck = false

  package init(label: String) { self.label = label }

  package mutating func add(_ outcome: RolloutOutcome) {
    rollouts += 1
    format += outcome.hasFormat ? 1 : 0
    looping += outcome.isLooping ? 1 : 0
    judgeFailures += outcome.judgeFailed ? 1 : 0
    stepCheckFailures += outcome.stepCheckFailed ? 1 : 0
    base += outcome.baseReward
    if let reward = outcome.rubricReward { rubric.add(reward) }
    if let count = outcome.responseTokens { tokens.add(Double(count)) }
    hasStepCheck = hasStepCheck || outcome.stepsCorrect != nil
    trajectories.add(
      isAnswerCorrect: outcome.isCorrect,
      steps: outcome.stepCheckFailed ? nil : outcome.stepsCorrect ?? [])
  }

  /// The measures by their names in JSON, in the order of a table; nil where there is nothing to measure.
  package var measures: [(name: String, title: String, value: Double?, isShare: Bool)] {
    [
      ("accuracy", "accuracy", trajectories.answerAccuracy, true),
      ("faithful", "faithful reasoning (FRR)", checked(trajectories.faithfulReasoningRate), true),
      ("misaligned", "misaligned (MTR)", checked(trajectories.misalignedTrajectoryRate), true),
      ("step_accuracy", "step accuracy", trajectories.stepAccuracy, true),
      (
        "wrong_steps_in_correct", "wrong steps in right responses",
        trajectories.wrongStepShareInCorrect, true
      ),
      (
        "correct_steps_in_incorrect", "right steps in wrong responses",
        trajectories.correctStepShareInIncorrect, true
      ),
      ("format", "in format", share(format), true),
      ("looping", "looping", share(looping), true),
      ("base", "mean r_base", rollouts == 0 ? nil : base / Double(rollouts), false),
      ("rubric", "mean rubric score", rubric.value, false),
      ("response_tokens", "mean response tokens", tokens.value, false),
    ]
  }

  private func share(_ count: Int) -> Double? {
    rollouts == 0 ? nil : Double(count) / Double(rollouts)
  }

  private func checked(_ value: Double?) -> Double? { hasStepCheck ? value : nil }
}

/// A running mean.
private struct Mean: Equatable, Sendable {
  private var sum = 0.0
  private var count = 0

  mutating func add(_ value: Double) {
    sum += value
    count += 1
  }

  var value: Double? { count == 0 ? nil : sum / Double(count) }
}
