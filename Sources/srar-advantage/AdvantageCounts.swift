import Advantages
import Diagnostics
import Filters
import Records

/// What the summary and the metrics of a run tell, and whether its estimator did anything.
struct AdvantageCounts {
  var groups = 0
  var uniformGroups = 0
  var surplusGroups = 0
  /// Groups without a sample of the policy, whether kept or not.
  var groupsWithoutSample = 0
  private(set) var keptGroups = 0
  private var silentGroups = 0
  private var singleGroups = 0
  private var rollouts = 0
  private var unsampled = 0
  private var silentRollouts = 0
  private var withoutSteps = 0
  private var withoutVerdicts = 0
  private var missingSteps = 0
  private var absoluteOutcome = 0.0
  private var offsets = 0
  private var zeroOffsets = 0
  private var absoluteOffset = 0.0

  /// Counts a group that is kept.
  ///
  /// - Parameter unsampled: how many of its rollouts are no samples of the policy, and are in none of the lists.
  mutating func add(
    _ rewards: [Reward], _ scores: [RolloutScore], _ advantages: ArraySlice<RolloutAdvantage>,
    unsampled: Int
  ) {
    keptGroups += 1
    singleGroups += rewards.count <= 1 ? 1 : 0
    silentGroups += advantages.allSatisfy(\.isZero) ? 1 : 0
    rollouts += rewards.count + unsampled
    self.unsampled += unsampled
    withoutSteps += scores.count { $0.stepCount == 0 }
    withoutVerdicts += rewards.count { reward in
      reward.steps.map { $0.allSatisfy { $0.judged == 0 } } ?? true
    }
    missingSteps += scores.reduce(0) { $0 + $1.missingStepCount }
    for advantage in advantages {
      silentRollouts += advantage.isZero ? 1 : 0
      absoluteOutcome += abs(advantage.outcome)
      offsets += advantage.offsets.count
      zeroOffsets += advantage.offsets.count { $0.value == 0 }
      absoluteOffset += advantage.offsets.reduce(0) { $0 + abs($1.value) }
    }
  }

  /// Why an estimator has no effect on what was read, and what to do; nil where it has one, or nothing was read.
  func complaint(about estimator: Estimator) -> String? {
    guard groups > 0 else { return nil }
    guard groupsWithoutSample < groups else {
      return
        "every rollout ended neither by the policy nor at the limit (\"finish_reason\"), so that none is a sample to learn from; "
        + "see in the sampler's log what ended them"
    }
    guard keptGroups > 0 else {
      return
        "dynamic sampling keeps none of \(counted(groups, "group")), since the answers of each are all right or all wrong; "
        + "sample more rollouts of each problem, or problems of another difficulty"
    }
    let samples = rollouts - unsampled
    if estimator.readsRubrics, samples > 0, withoutVerdicts == samples {
      return
        "no rubric item was judged in any rollout, so that '\(estimator.name)' has no rubric scores to work with; "
        + "\(EffectOptions.judgeByModel), take '--estimator grpo'"
    }
    if estimator.scoresSteps, samples > 0, withoutSteps == samples {
      return
        "no rollout has a step, so that '\(estimator.name)' can score none; ask for headers '### Step N:' in the prompt, "
        + "part the responses with 'srar-rollout --steps lines', take '--estimator grpo'"
    }
    if silentGroups == keptGroups {
      let omission =
        unsampled == 0
        ? ""
        : ", besides \(counted(unsampled, "rollout")) that ended neither by the policy nor at the limit"
      return "no group has any advantage, since "
        + (singleGroups == keptGroups
          ? "each has one rollout\(omission); sample several of each problem"
          : "the rewards in each are equal\(omission); sample more rollouts of each problem, or problems of another difficulty")
    }
    if estimator.scoresSteps, zeroOffsets == offsets {
      return
        "every step offset is 0, so that '\(estimator.name)' gives what 'grpo' would; see that the judge ties items to steps, "
        + "and that several rollouts of a problem are judged on the same step"
    }
    return nil
  }

  /// Notes the metrics, and says what was done.
  func report(_ estimator: Estimator, to run: ToolRun) {
    let meanOutcome = mean(absoluteOutcome, rollouts)
    let meanOffset = mean(absoluteOffset, offsets)
    run.metrics["groups"] = groups
    run.metrics["groups_kept"] = keptGroups
    run.metrics["groups_uniform"] = uniformGroups
    run.metrics["groups_surplus"] = surplusGroups
    run.metrics["groups_without_advantage"] = silentGroups
    run.metrics["rollouts"] = rollouts
    run.metrics["ended_otherwise"] = unsampled
    run.metrics["rollouts_without_signal"] = silentRollouts
    run.metrics["rollouts_without_steps"] = withoutSteps
    run.metrics["rollouts_without_verdicts"] = withoutVerdicts
    run.metrics["scores_on_missing_steps"] = missingSteps
    run.metrics["mean_absolute_outcome"] = meanOutcome
    run.metrics["offsets"] = offsets
    run.metrics["zero_offsets"] = zeroOffsets
    run.metrics["mean_absolute_offset"] = meanOffset
    var line =
      "\(counted(rollouts, "rollout")) of \(counted(keptGroups, "problem")) by \(estimator.name)"
    if keptGroups < groups { line += " (\(counted(groups - keptGroups, "group")) dropped)" }
    line += ", mean |outcome| \(rounded(meanOutcome))"
    if offsets > 0 {
      line += ", \(counted(offsets, "step offset")), mean |offset| \(rounded(meanOffset))"
    }
    run.summarize(line)
    for remark in remarks(on: estimator) { run.summarize(remark) }
  }

  /// Shares that are low without being nothing.
  private func remarks(on estimator: Estimator) -> [String] {
    var remarks: [String] = []
    if silentGroups > 0 {
      remarks.append(
        counted(silentGroups, of: keptGroups, "group", "has", "have") + " no advantage")
    }
    if estimator.scoresSteps, withoutSteps > 0 {
      remarks.append(counted(withoutSteps, of: rollouts, "rollout", "has", "have") + " no step")
    }
    if estimator.readsRubrics, withoutVerdicts > 0 {
      remarks.append(
        counted(withoutVerdicts, of: rollouts, "rollout", "has", "have") + " no verdict")
    }
    if zeroOffsets > 0 {
      remarks.append(counted(zeroOffsets, of: offsets, "step offset", "is", "are") + " 0")
    }
    var lines = remarks.isEmpty ? [] : [remarks.joined(separator: ", ")]
    if missingSteps > 0 {
      lines.append(
        counted(missingSteps, "score", "names", "name") + " a step that the response does not have")
    }
    if unsampled > 0 {
      lines.append(
        "\(counted(unsampled, "rollout")) ended neither by the policy nor at the limit: in no statistics, without advantage"
      )
    }
    return lines
  }

  private func mean(_ sum: Double, _ count: Int) -> Double {
    count == 0 ? 0 : sum / Double(count)
  }

  private func rounded(_ value: Double) -> String {
    ((value * 1000).rounded() / 1000).description
  }
}
