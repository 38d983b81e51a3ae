import Judging
package import Records
import Steps

/// All that is counted over a stream of rollouts, whatever stages they have been through.
package struct StreamSummary: Equatable, Sendable {
  /// What to call it in a table.
  package let label: String
  package private(set) var rollouts = 0
  package private(set) var problems = 0
  package private(set) var problemSet = ProblemSet()
  package private(set) var judgeFailures = 0
  package private(set) var stepCheckFailures = 0
  package private(set) var trajectories = TrajectoryMeasures()
  package private(set) var credit = CreditComparison()
  /// How the responses were sampled, as far as they say.
  package private(set) var sampling = SamplingSettings()
  private var looping = 0
  private var rewarded = 0
  private var judged = 0
  private var format = 0
  private var cutOff = Mean()
  private var base = Mean()
  private var scalar = Mean()
  private var rubric = Mean()
  private var suggest = Mean()
  private var pitfall = Mean()
  private var bonus = Mean()
  private var tokens = Mean()
  private var steps = Mean()
  private var offsetSize = Mean()
  private var hasStepCheck = false
  /// Steps of responses that somebody was to check, and those of them that nothing could be said of.
  private var stepsToCheck = 0
  private var stepsNotChecked = 0
  private var withoutSteps = 0
  private var notJudged = 0
  private var judgements = 0
  private var offsets = 0
  private var zeroOffsets = 0
  private var advantagedGroups = 0
  private var silentGroups = 0

  package init(label: String) { self.label = label }

  /// Counts the rollouts of one problem.
  package mutating func add(_ group: TrajectoryGroup) {
    problems += 1
    problemSet.insert(group.problem)
    for trajectory in group.trajectories { add(trajectory) }
    let advantages = group.trajectories.compactMap(\.advantage)
    if !advantages.isEmpty {
      advantagedGroups += 1
      let isSilent = advantages.allSatisfy { advantage in
        advantage.outcome == 0 && advantage.offsets.allSatisfy { $0.value == 0 }
      }
      silentGroups += isSilent ? 1 : 0
    }
    credit.add(group)
  }

  private mutating func add(_ trajectory: Trajectory) {
    rollouts += 1
    sampling.add(trajectory.rollout.sampling, model: trajectory.rollout.model)
    looping += trajectory.isLooping ? 1 : 0
    judgeFailures += trajectory.judgeFailed ? 1 : 0
    judged += trajectory.judgement.map { $0.status == .skipped ? 0 : 1 } ?? 0
    let checkFailed = trajectory.stepCheck?.error != nil
    stepCheckFailures += checkFailed ? 1 : 0
    hasStepCheck = hasStepCheck || trajectory.stepCheck != nil
    if let checked = trajectory.checkedSteps {
      stepsToCheck += checked.count
      stepsNotChecked += checked.count { $0 == nil }
    }
    if let reason = trajectory.rollout.finishReason { cutOff.add(reason == .length ? 1 : 0) }
    if let count = trajectory.tokenCount { tokens.add(Double(count)) }
    steps.add(Double(trajectory.rollout.steps.count))
    withoutSteps += trajectory.rollout.steps.isEmpty ? 1 : 0
    if let judgement = trajectory.judgement {
      judgements += 1
      notJudged += judgement.status == .skipped ? 1 : 0
    }
    offsets += trajectory.advantage?.offsets.count ?? 0
    zeroOffsets += trajectory.advantage?.offsets.count { $0.value == 0 } ?? 0
    for offset in trajectory.advantage?.offsets ?? [] { offsetSize.add(abs(offset.value)) }
    guard let reward = trajectory.reward else { return }
    rewarded += 1
    format += reward.hasFormat ? 1 : 0
    base.add(reward.base)
    if let score = reward.rubric {
      rubric.add(score)
      scalar.add(reward.base + score)
    }
    if let score = reward.suggest { suggest.add(score) }
    if let score = reward.pitfall { pitfall.add(score) }
    if let score = reward.bonus { bonus.add(score) }
    trajectories.add(
      isAnswerCorrect: reward.isCorrect,
      steps: checkFailed ? nil : trajectory.stepsCorrect ?? [])
  }

  /// The measures in the order of a table; nil where there is nothing to measure.
  package var measures: [Measure] {
    [
      Measure("accuracy", "accuracy", .share, trajectories.answerAccuracy),
      Measure(
        "faithful", "faithful reasoning (FRR)", .share,
        checked(trajectories.faithfulReasoningRate)),
      Measure(
        "misaligned", "misaligned (MTR)", .share, checked(trajectories.misalignedTrajectoryRate)),
      Measure("step_accuracy", "step accuracy", .share, trajectories.stepAccuracy),
      Measure(
        "steps_not_checked", "steps not checked", .share, share(stepsNotChecked, of: stepsToCheck)),
      Measure(
        "wrong_steps_in_correct", "wrong steps in right responses", .share,
        trajectories.wrongStepShareInCorrect),
      Measure(
        "correct_steps_in_incorrect", "right steps in wrong responses", .share,
        trajectories.correctStepShareInIncorrect),
      Measure("format", "in format", .share, share(format, of: rewarded)),
      Measure("looping", "looping", .share, share(looping, of: rollouts)),
      Measure("cut_off", "cut off at the limit", .share, cutOff.value),
      Measure("judge_failed", "judge failed", .share, share(judgeFailures, of: judged)),
      Measure("base", "mean r_base", .number, base.value),
      Measure("rubric", "mean rubric score", .number, rubric.value),
      Measure("reward", "mean r_base + rubric score", .number, scalar.value),
      Measure("suggest", "mean SUGGEST score", .number, suggest.value),
      Measure("pitfall", "mean PITFALL score", .number, pitfall.value),
      Measure("bonus", "mean BONUS score", .number, bonus.value),
      Measure("response_tokens", "mean response tokens", .number, tokens.value),
      Measure("response_steps", "mean response steps", .number, steps.value),
      Measure("absolute_offset", "mean |step offset|", .number, offsetSize.value),
    ] + lacks + creditMeasures
  }

  /// What the method lacks to have an effect; 0 where it lacks nothing.
  private var lacks: [Measure] {
    [
      Measure("without_steps", "without a step", .share, share(withoutSteps, of: rollouts)),
      Measure("not_judged", "nothing to judge", .share, share(notJudged, of: judgements)),
      Measure("zero_offsets", "step offsets of 0", .share, share(zeroOffsets, of: offsets)),
      Measure(
        "groups_without_advantage", "groups without advantage", .share,
        share(silentGroups, of: advantagedGroups)),
    ]
  }

  /// What signals each estimator would have given, from the same records.
  private var creditMeasures: [Measure] {
    CreditComparison.estimators.flatMap { name -> [Measure] in
      let credit = credit[name]
      return [
        Measure(
          "wrong_rewarded_\(name)", "wrong steps rewarded by \(name)", .share,
          credit?.wrongRewardedShare),
        Measure(
          "right_punished_\(name)", "right steps punished by \(name)", .share,
          credit?.rightPunishedShare),
      ]
    }
  }

  private func share(_ count: Int, of total: Int) -> Double? {
    total == 0 ? nil : Double(count) / Double(total)
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
