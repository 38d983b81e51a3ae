extension Estimator {
  /// SRaR without step normalisation: the offset is the step's rubric score d_k itself.
  ///
  /// The paper's ablation that collapses (mean 56.76 against 72.53): budgets are positive on average, so every
  /// scored step is pushed up. Also a step that only one rollout was judged on gets its score.
  static let srarUnnormalized = Estimator(
    name: "srar-unnormalized", summary: "outcome advantage plus the raw rubric score per step",
    readsRubrics: true, scoresSteps: true
  ) { group, options in
    let steps = StepGroups(group, options: options)
    let offsets = steps.offsets(rolloutCount: group.count) { $0 }
    return zip(stepwiseOutcomes(group, options), offsets).map { outcome, offsets in
      RolloutAdvantage(outcome: outcome, offsets: offsets)
    }
  }
}
