extension Estimator {
  /// SRaR with merged advantages: RaR's scalar advantage, given only to the tokens of steps that were scored.
  ///
  /// A_i = GRPO's advantage of r_base + Σ_j δ_j on the tokens of every step of the response in G_k; 0 elsewhere
  ///                                                   SRaR (arXiv 2605.17291), appendix M
  ///
  /// Scores on step 0 or on missing steps place nothing here, whatever the options: there is one advantage to
  /// place, not one per score.
  static let srarMerged = Estimator(
    name: "srar-merged", summary: "RaR's advantage on the tokens of scored steps only",
    readsRubrics: true, scoresSteps: true
  ) { group, options in
    let advantages = outcomeAdvantages(
      group.map(\.scalarReward), scale: .deviation, options: options)
    return zip(group, advantages).map { rollout, advantage in
      let offsets = rollout.stepScores
        .filter { options.isMember($0) && (1...).contains($0.step) && $0.step <= rollout.stepCount }
        .map { StepOffset(step: $0.step, value: advantage) }
        .sorted { $0.step < $1.step }
      return RolloutAdvantage(outcome: 0, offsets: offsets)
    }
  }
}
