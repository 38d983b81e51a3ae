// Eq. 4: the rubric score of a step, normalised over the rollouts judged on it.

/// The offset that step k's tokens get: its rubric score, normalised over the rollouts judged on it.
///
/// d̄ᵢ = (dᵢ − μ) / (σ + ε)          SRaR (arXiv 2605.17291), eq. 4
///
/// - Parameters:
///   - scores: d of one step, one per judged rollout, in reward units (−1 … 1.8).
///   - deviation: which σ.
///   - epsilon: ε, in reward units.
/// - Returns: one offset per score, without unit; sums to 0; all 0 for fewer than two scores or σ ≤ ε;
///   |d̄| ≤ (m − 1)/√m with `.sample`, √(m − 1) with `.population`, m the number of scores.
/// - Departs from the paper with `.sample` (the published runs, verl, TRL); its σ is `.population`.
package func rubricOffsets(
  _ scores: [Double], deviation: Deviation, epsilon: Double
) -> [Double] {
  var options = AdvantageOptions.default
  options.deviation = deviation
  options.epsilon = epsilon
  return rubricOffsets(scores, options: options)
}

/// The same, with what else the published variants do differently.
package func rubricOffsets(_ scores: [Double], options: AdvantageOptions) -> [Double] {
  let none = [Double](repeating: 0, count: scores.count)
  guard scores.count > 1 else { return none }
  let statistics = options.statistics(scores)
  switch options.smallDeviation {
  case .zero where statistics.deviation <= options.epsilon: return none
  case .zero, .divided: return options.standardized(scores, statistics)
  }
}
