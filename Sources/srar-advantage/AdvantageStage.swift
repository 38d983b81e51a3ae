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

  private var counts = AdvantageCounts()

  init(
    estimator: Estimator, options: AdvantageOptions, isDense: Bool,
    sampling: DynamicSamplingArguments
  ) {
    self.estimator = estimator
    self.options = options
    self.isDense = isDense
    self.sampling = sampling
  }

  /// A record of a group, with what the stage reads of it.
  private struct Member {
    let record: Record
    let rollout: Rollout
    let reward: Reward

    /// Whether the rollout is a sample of the policy: one that something else ended has a reward that says nothing of the policy.
    var isSample: Bool {
      if case .other? = rollout.finishReason { false } else { true }
    }
  }

  /// Computes a group's advantages and writes its records, unless dynamic sampling drops it.
  ///
  /// Rollouts that are no samples of the policy are in no statistics and get no advantage.
  mutating func process(_ group: GroupReader.Group, into writer: RecordWriter) throws {
    let members = try group.records.map { record in
      Member(
        record: record, rollout: try record.read(Rollout.self), reward: try record.read(Reward.self)
      )
    }
    let samples = members.filter(\.isSample)
    counts.groups += 1
    counts.groupsWithoutSample += samples.isEmpty ? 1 : 0
    let accuracies = samples.map { $0.reward.isCorrect ? 1.0 : 0.0 }
    if !options.uniformGroups.keeps(accuracies) {
      counts.uniformGroups += 1
      if sampling.dropUniformGroups { return }
    }
    if let limit = sampling.maxGroups, counts.keptGroups == limit {
      counts.surplusGroups += 1
      return
    }
    let scores = samples.map { RolloutScore($0.reward, of: $0.rollout) }
    var advantages = estimator.advantages(scores, options)[...]
    counts.add(samples.map(\.reward), scores, advantages, unsampled: members.count - samples.count)
    let placed = try members.map { member in
      let advantage =
        member.isSample ? advantages.removeFirst() : RolloutAdvantage(outcome: 0, offsets: [])
      try checkPlaces(of: advantage, in: member)
      return self.placed(advantage, in: member.rollout)
    }
    for (member, advantage) in zip(members, placed) {
      try writer.write(member.record, setting: advantage)
    }
  }

  /// - Throws: where advantages of tokens are to be written, and a step with an offset does not say which tokens it has.
  private func checkPlaces(of advantage: RolloutAdvantage, in member: Member) throws(RecordError) {
    guard isDense, member.rollout.tokens != nil else { return }
    for offset in advantage.offsets where offset.placement == .step {
      guard let step = member.rollout.steps.first(where: { $0.number == offset.step }),
        step.tokens == nil
      else { continue }
      throw .missingField(
        "rollout.steps[\(step.number - 1)].tokens", record: member.record.id,
        member.record.position, writtenBy: "srar-rollout")
    }
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

  /// Why the estimator has no effect on what was read, and what to do; nil where it has one.
  var complaint: String? { counts.complaint(about: estimator) }

  /// Says what was done.
  func report(to run: ToolRun) { counts.report(estimator, to: run) }
}
