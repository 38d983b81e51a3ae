extension Estimator {
  /// Step-wise Rubrics as Rewards: the outcome advantage on r_base plus one normalised offset per step.
  ///
  /// A_i,t = (r_i − μ)/(σ + ε) + (d_k,i − μ_k)/(σ_k + ε), k the step that holds t
  ///                                                   SRaR (arXiv 2605.17291), eq. 1, 4, 5 and 6
  ///
  /// A group of one rollout gets 0 in every preset: here the authors' code does so, too.
  package static let srar = Estimator(
    name: "srar", summary: "outcome advantage plus a normalised rubric offset per step",
    readsRubrics: true, scoresSteps: true
  ) { group, options in
    let steps = StepGroups(group, options: options)
    let offsets = steps.offsets(rolloutCount: group.count) { rubricOffsets($0, options: options) }
    return zip(stepwiseOutcomes(group, options), offsets).map { outcome, offsets in
      RolloutAdvantage(outcome: outcome, offsets: offsets)
    }
  }
}

/// The outcome term of the step-wise estimators: Eq. 1 on r_base, and 0 for a group of one rollout in every preset.
func stepwiseOutcomes(_ group: [RolloutScore], _ options: AdvantageOptions) -> [Double] {
  var options = options
  options.singleRollout = .zero
  return outcomeAdvantages(group.map(\.baseReward), scale: .deviation, options: options)
}
