import Advantages
import Diagnostics
import Filters
import Records
import Steps

/// The stage itself: a group of rewarded rollouts in, the same rollouts with advantages out.
struct AdvantageStage {
  let estimator: Estimator
  let options: AdvantageOptions
  let isDense: Bool
  let sampling: DynamicSamplingArguments

  private var counts = Counts()

  init(
    estimator: Estimator, options: AdvantageOptions, isDense: Bool,
    sampling: DynamicSamplingArguments
  ) {
    self.estimator = estimator
    self.options = options
    self.isDense = isDense
    self.sampling = sampling
  }

  /// What the summary and the metrics tell.
  private struct Counts {
    var groups = 0
    var uniformGroups = 0
    var surplusGroups = 0
    var keptGroups = 0
    var rollouts = 0
    var silentRollouts = 0
    var missingSteps = 0
    var withoutVerdicts = 0
    var absoluteOutcome = 0.0
    var offsets = 0
    var absoluteOffset = 0.0
  }

  /// Computes a group's advantages and writes its records, unless dynamic sampling drops it.
  mutating func process(_ group: GroupReader.Group, into writer: RecordWriter) throws {
    let rollouts = try group.records.map { try $0.read(Rollout.self) }
    let rewards = try group.records.map { try $0.read(Reward.self) }
    counts.groups += 1
    let accuracies = rewards.map { $0.isCorrect ? 1.0 : 0.0 }
    if !UniformGroupRule.paper.keeps(accuracies) {
      counts.uniformGroups += 1
      if sampling.dropUniformGroups { return }
    }
    if let limit = sampling.maxGroups, counts.keptGroups == limit {
      counts.surplusGroups += 1
      return
    }
    counts.keptGroups += 1
    let scores = zip(rewards, rollouts).map { RolloutScore($0, of: $1) }
    let advantages = estimator.advantages(scores, options)
    for (record, (rollout, advantage)) in zip(group.records, zip(rollouts, advantages)) {
      try writer.write(record, setting: placed(advantage, in: rollout))
    }
    count(rewards, scores, advantages)
  }

  /// An advantage with the tokens (or bytes) that each offset reaches.
  private func placed(_ advantage: RolloutAdvantage, in rollout: Rollout) -> Advantage {
    let spans = rollout.steps.map(\.tokens)
    let tokenCount = rollout.tokens?.count
    let offsets = advantage.offsets.map { offset in
      Advantage.StepOffset(
        step: offset.placement == .wholeResponse ? 0 : offset.step,
        tokens: tokenCount.flatMap { offset.tokens(stepSpans: spans, tokenCount: $0) },
        bytes: bytes(of: offset, in: rollout), value: offset.value)
    }
    return Advantage(
      estimator: estimator.name, outcome: advantage.outcome, offsets: offsets,
      tokens: isDense
        ? tokenCount.map { advantage.tokenAdvantages(stepSpans: spans, tokenCount: $0) } : nil)
  }

  /// The bytes that an offset reaches; nil for a step that the response does not have.
  private func bytes(of offset: StepOffset, in rollout: Rollout) -> Range<Int>? {
    switch offset.placement {
    case .wholeResponse: 0..<rollout.response.utf8.count
    case .step: rollout.steps.first { $0.number == offset.step }?.bytes
    }
  }

  private mutating func count(
    _ rewards: [Reward], _ scores: [RolloutScore], _ advantages: [RolloutAdvantage]
  ) {
    counts.rollouts += rewards.count
    counts.withoutVerdicts += rewards.count { $0.steps == nil }
    counts.missingSteps += scores.reduce(0) { $0 + $1.missingStepCount }
    for advantage in advantages {
      counts.silentRollouts += advantage.isZero ? 1 : 0
      counts.absoluteOutcome += abs(advantage.outcome)
      counts.offsets += advantage.offsets.count
      counts.absoluteOffset += advantage.offsets.reduce(0) { $0 + abs($1.value) }
    }
  }

  /// Says what was done.
  func report(to run: ToolRun) {
    let meanOutcome = mean(counts.absoluteOutcome, counts.rollouts)
    let meanOffset = mean(counts.absoluteOffset, counts.offsets)
    run.metrics["groups"] = counts.groups
    run.metrics["groups_kept"] = counts.keptGroups
    run.metrics["groups_uniform"] = counts.uniformGroups
    run.metrics["groups_surplus"] = counts.surplusGroups
    run.metrics["rollouts_without_signal"] = counts.silentRollouts
    run.metrics["rollouts_without_verdicts"] = counts.withoutVerdicts
    run.metrics["scores_on_missing_steps"] = counts.missingSteps
    run.metrics["mean_absolute_outcome"] = meanOutcome
    run.metrics["offsets"] = counts.offsets
    run.metrics["mean_absolute_offset"] = meanOffset
    var line =
      "\(counted(counts.rollouts, "rollout")) of \(counted(counts.keptGroups, "problem")) by \(estimator.name)"
    if counts.keptGroups < counts.groups {
      line += " (\(counts.groups - counts.keptGroups) groups dropped)"
    }
    line += ", mean |outcome| \(rounded(meanOutcome))"
    if counts.offsets > 0 {
      line += ", \(counts.offsets) step offsets, mean |offset| \(rounded(meanOffset))"
    }
    run.summarize(line)
    if counts.missingSteps > 0 {
      run.summarize("\(counts.missingSteps) scores name a step that the response does not have")
    }
  }

  private func mean(_ sum: Double, _ count: Int) -> Double {
    count == 0 ? 0 : sum / Double(count)
  }

  private func rounded(_ value: Double) -> String {
    ((value * 1000).rounded() / 1000).description
  }
}
