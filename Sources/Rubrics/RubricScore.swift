// From verdicts to step scores: Eq. 3 of SRaR (arXiv 2605.17291).

/// What the items of each type share out among themselves, in reward units.
package struct RubricBudgets: Equatable, Sendable {
  /// R_SUG ≥ 0.
  package var suggest: Double
  /// R_PIT; its sign does not matter, a pitfall always costs.
  package var pitfall: Double
  /// R_BON ≥ 0.
  package var bonus: Double

  package init(suggest: Double, pitfall: Double, bonus: Double) {
    self.suggest = suggest
    self.pitfall = pitfall
    self.bonus = bonus
  }

  /// The paper's and the authors' budgets.
  package static let standard = RubricBudgets(suggest: 0.8, pitfall: -1.0, bonus: 1.0)

  /// What Σδ can be for a rubric: −|R_PIT| … R_SUG + R_BON, without the types that the rubric lacks (Prop. O.5).
  package func bounds(for rubric: [RubricItem]) -> ClosedRange<Double> {
    func has(_ type: RubricItemType) -> Bool { rubric.contains { $0.type == type } }
    let lowest = has(.pitfall) ? -abs(pitfall) : 0
    let highest = (has(.suggest) ? suggest : 0) + (has(.bonus) ? bonus : 0)
    return lowest...max(lowest, highest)
  }
}

/// What the verdicts on one rollout are worth, step by step and by type.
package struct RubricScore: Equatable, Sendable {
  /// The score of one step that a verdict named.
  package struct Step: Equatable, Sendable {
    /// As the judge numbered it; 0 is the whole solution, −1 is nowhere, and the response may lack it.
    package let step: Int
    /// d_k = Σ δ_j over the items attributed to it.
    package var delta: Double
    /// Items attributed to it.
    package var judged: Int
    /// Those of them that are satisfied.
    package var satisfied: Int
  }

  /// Every step that a verdict names, by rising number.
  package var steps: [Step] = []
  /// Σ δ over the satisfied SUGGEST items, 0 … R_SUG.
  package var suggest = 0.0
  /// Σ δ over the satisfied PITFALL items, −|R_PIT| … 0.
  package var pitfall = 0.0
  /// Σ δ over the satisfied BONUS items, 0 … R_BON.
  package var bonus = 0.0
  /// Items whose verdicts contradict each other, and which count as not judged.
  package var contradictions = 0
  /// RaR's Σ_j δ_j, over all of them, whatever their step.
  package var total: Double { suggest + pitfall + bonus }
}

/// Which of several verdicts on the same item count.
package enum RepeatedVerdicts: String, CaseIterable, Sendable {
  /// One, where all of them are equal; none, where they contradict each other.
  case equal
  /// All of them (the authors' code); the bounds of the scores are then lost.
  case all
}

/// The score of a rollout's verdicts.
///
/// δ_j = R_SUG/N_SUG, −|R_PIT|/N_PIT or R_BON/N_BON for a satisfied item of that type, else 0          SRaR, Eq. 3
///
/// N counts the items of the type in the rubric. ANSWER items, verdicts on unknown items and contradictory ones count for nothing.
package func rubricScore(
  rubric: [RubricItem], verdicts: [Verdict], budgets: RubricBudgets, repeated: RepeatedVerdicts
) -> RubricScore {
  var score = RubricScore()
  let contradicted = repeated == .equal ? contradictedItems(verdicts) : []
  score.contradictions = rubric.count { $0.type != .answer && contradicted.contains($0.id) }
  var judged: Set<Int> = []
  for verdict in verdicts where !contradicted.contains(verdict.id) {
    guard let item = rubric.first(where: { $0.id == verdict.id }), item.type != .answer,
      judged.insert(item.id).inserted || repeated == .all
    else { continue }
    let delta =
      verdict.isSatisfied ? rubricDelta(of: item.type, rubric: rubric, budgets: budgets) : 0
    switch item.type {
    case .suggest: score.suggest += delta
    case .pitfall: score.pitfall += delta
    case .bonus: score.bonus += delta
    case .answer: continue
    }
    score.add(delta, isSatisfied: verdict.isSatisfied, to: verdict.step)
  }
  score.steps.sort { $0.step < $1.step }
  return score
}

/// The ids on which verdicts differ.
package func contradictedItems(_ verdicts: [Verdict]) -> Set<Int> {
  var first: [Int: Verdict] = [:]
  var contradicted: Set<Int> = []
  for verdict in verdicts {
    if let earlier = first[verdict.id] {
      if earlier != verdict { contradicted.insert(verdict.id) }
    } else {
      first[verdict.id] = verdict
    }
  }
  return contradicted
}

extension RubricScore {
  /// Whether a verdict on one of the rubric's items counts.
  package var isJudged: Bool { !steps.isEmpty }

  fileprivate mutating func add(_ delta: Double, isSatisfied: Bool, to step: Int) {
    let index =
      steps.firstIndex { $0.step == step }
      ?? {
        steps.append(Step(step: step, delta: 0, judged: 0, satisfied: 0))
        return steps.count - 1
      }()
    steps[index].delta += delta
    steps[index].judged += 1
    steps[index].satisfied += isSatisfied ? 1 : 0
  }
}

/// δ of a satisfied item of a type in a rubric: the type's budget, shared by the rubric's items of that type.
package func rubricDelta(
  of type: RubricItemType, rubric: [RubricItem], budgets: RubricBudgets
) -> Double {
  let count = Double(rubric.count { $0.type == type })
  return switch type {
  case .suggest: budgets.suggest / count
  case .pitfall: -abs(budgets.pitfall) / count
  case .bonus: budgets.bonus / count
  case .answer: 0
  }
}
