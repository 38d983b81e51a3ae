// Where the paper and its authors' code differ, and what is chosen where.

/// Which standard deviation σ is.
package enum Deviation: String, CaseIterable, Sendable {
  /// Divides by n − 1: the published runs, verl and TRL.
  case sample
  /// Divides by n: the paper's equations.
  case population
}

/// Which rollouts of a group are in G_k, the population that step k's scores are normalised over.
package enum StepMembership: String, CaseIterable, Sendable {
  /// Those with at least one item attributed to step k, satisfied or not.
  case judged
  /// Those with a satisfied item there; an item met by some and missed by others then gives equal scores, so no signal.
  case satisfied
}

/// What a score attributed to no step of the response does: to step 0, or to a step that the response lacks.
package enum StraySteps: String, CaseIterable, Sendable {
  /// Nothing: it is in no G_k.
  case ignored
  /// It is a member of G_k like any other, and its offset reaches every token of the response.
  case wholeResponse = "whole-response"
}

/// What the outcome advantage of a group of one rollout is.
package enum SingleRollout: String, CaseIterable, Sendable {
  /// 0, the reward minus its own mean.
  case zero
  /// The reward itself, as if μ were 0 and σ were 1 (verl); SRaR's own estimator gives 0 all the same.
  case reward
}

/// What a step's offset is where the scores hardly vary, σ ≤ ε.
package enum SmallDeviation: String, CaseIterable, Sendable {
  /// Exactly 0.
  case zero
  /// Divided by σ + ε like any other.
  case divided
}

/// The arithmetic of a group's statistics.
package enum Precision: String, CaseIterable, Sendable {
  /// Doubles, and exactly 0 where all values of a group are equal.
  case double
  /// Floats without that guard: a group of equal rewards can come out as ±0.06, rounding divided by ε.
  case single
}

/// All that an estimator can be told.
package struct AdvantageOptions: Sendable, Equatable {
  /// ε, added to every σ, in reward units.
  package var epsilon: Double
  /// Which σ.
  package var deviation: Deviation
  /// Who is in G_k.
  package var membership: StepMembership
  /// What a group of one rollout gets.
  package var singleRollout: SingleRollout
  /// What a score on step 0, the whole solution, does.
  package var stepZero: StraySteps
  /// What a score on a step that the response lacks does. Step −1 is always ignored.
  package var missingSteps: StraySteps
  /// What a step of nearly equal scores gets.
  package var smallDeviation: SmallDeviation
  /// How statistics are computed.
  package var precision: Precision
  /// Which groups dynamic sampling keeps.
  package var uniformGroups = UniformGroupRule.paper
}

extension AdvantageOptions {
  /// Our choices: sample σ, whoever was judged on a step counts, and no credit to tokens that no verdict is about.
  ///
  /// ε = 1e-6 is the authors' code's; the paper names no value.
  package static let `default` = AdvantageOptions(
    epsilon: 1e-6, deviation: .sample, membership: .judged, singleRollout: .zero,
    stepZero: .ignored, missingSteps: .ignored, smallDeviation: .zero, precision: .double)

  /// The paper's equations.
  package static let paper = AdvantageOptions(
    epsilon: 1e-6, deviation: .population, membership: .judged, singleRollout: .zero,
    stepZero: .ignored, missingSteps: .ignored, smallDeviation: .divided, precision: .double)

  /// What the authors' published code computes, its rounding included.
  package static let authors = AdvantageOptions(
    epsilon: 1e-6, deviation: .sample, membership: .satisfied, singleRollout: .reward,
    stepZero: .wholeResponse, missingSteps: .wholeResponse, smallDeviation: .zero,
    precision: .single, uniformGroups: .authors)
}

/// A named choice of all options.
package enum AdvantagePreset: String, CaseIterable, Sendable {
  case `default`, paper, authors

  /// The options that the name stands for.
  package var options: AdvantageOptions {
    switch self {
    case .default: .default
    case .paper: .paper
    case .authors: .authors
    }
  }
}
