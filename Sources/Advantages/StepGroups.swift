// G_k: which rollouts of a group are compared on step k.

/// One rollout's membership in G_k.
struct StepMember: Equatable {
  /// The rollout, from 0 in the group.
  let rolloutIndex: Int
  /// d_k.
  let score: Double
  /// Where its offset goes.
  let placement: StepOffset.Placement
}

/// G_k for each step number that some rollout of the group is judged on.
struct StepGroups {
  /// By rising step number; members by rising rollout.
  let steps: [(step: Int, members: [StepMember])]

  init(_ group: [RolloutScore], options: AdvantageOptions) {
    // Sorting triples, not a dictionary: the order of offsets must not depend on hashing.
    var entries: [(step: Int, member: StepMember)] = []
    for (index, rollout) in group.enumerated() {
      for score in rollout.stepScores where options.isMember(score) {
        guard let placement = options.placement(step: score.step, of: rollout) else { continue }
        let member = StepMember(
          rolloutIndex: index, score: score.score, placement: placement)
        entries.append((score.step, member))
      }
    }
    entries.sort { ($0.step, $0.member.rolloutIndex) < ($1.step, $1.member.rolloutIndex) }
    var steps: [(step: Int, members: [StepMember])] = []
    for entry in entries {
      if let last = steps.last, last.step == entry.step {
        steps[steps.count - 1].members.append(entry.member)
      } else {
        steps.append((entry.step, [entry.member]))
      }
    }
    self.steps = steps
  }

  /// The offsets of each rollout, where `value` turns the scores of one G_k into its offsets.
  func offsets(rolloutCount: Int, _ value: ([Double]) -> [Double]) -> [[StepOffset]] {
    var offsets = [[StepOffset]](repeating: [], count: rolloutCount)
    for (step, members) in steps {
      for (member, offset) in zip(members, value(members.map(\.score))) {
        offsets[member.rolloutIndex].append(
          StepOffset(step: step, value: offset, placement: member.placement))
      }
    }
    return offsets
  }
}

extension AdvantageOptions {
  /// Whether a score puts its rollout in G_k.
  func isMember(_ score: StepScore) -> Bool {
    switch membership {
    case .judged: score.judgedCount > 0
    case .satisfied: score.satisfiedCount > 0
    }
  }

  /// Where the offset of a step goes in a response; nil where it goes nowhere.
  func placement(step: Int, of rollout: RolloutScore) -> StepOffset.Placement? {
    if step >= 1 && step <= rollout.stepCount { return .step }
    if step == -1 { return nil }
    return switch step == 0 ? stepZero : missingSteps {
    case .ignored: nil
    case .wholeResponse: .wholeResponse
    }
  }
}
