package import Answers
package import Rubrics

/// When a response has the format that it was asked for.
package enum FormatRule: String, CaseIterable, Sendable {
  /// A step header and a complete `\boxed{}`.
  case complete
  /// A step header, and the last `\boxed{` is complete (the paper).
  case lastBox = "last-box"
  /// A step header and an opening `\boxed{`, even if it is cut off (the authors' code).
  case opened
  /// As `complete`, and the headers have three hashes and are numbered 1, 2, 3 … without a gap, and no other line begins with
  /// `###`, white space aside.
  ///
  /// Departs from the paper. Step scores are sums over the items tied to a step, so a response that writes later headers
  /// badly gathers the items of all its steps in the first one and outscores its siblings there; a small policy finds that
  /// within tens of steps.
  case numbered
}

/// What of a response is read for its answer and its format.
package enum ResponseReading: Sendable, Equatable {
  /// What stands outside of thoughts; a step header begins a line.
  case answer
  /// All of it, thoughts too; a step header may stand anywhere (the authors' code).
  case whole
}

/// All that a reward can be told.
package struct RewardOptions: Equatable, Sendable {
  /// λ, the weight of the format in r_base, 0 … 1.
  package var formatWeight: Double
  package var format: FormatRule
  package var reading = ResponseReading.answer
  /// How the answer is found; the first rule that finds one counts.
  package var extraction: [ExtractionRule]
  package var checker: AnswerChecker
  /// To how many decimals numbers are rounded before they are compared; nil takes decimals for their digits.
  package var decimalPlaces: Int?
  package var budgets: RubricBudgets
  package var repeatedVerdicts: RepeatedVerdicts

  package init(
    formatWeight: Double, format: FormatRule, extraction: [ExtractionRule],
    checker: AnswerChecker, budgets: RubricBudgets, repeatedVerdicts: RepeatedVerdicts
  ) {
    self.formatWeight = formatWeight
    self.format = format
    self.extraction = extraction
    self.checker = checker
    self.budgets = budgets
    self.repeatedVerdicts = repeatedVerdicts
  }

  /// Our choices. λ = 0.1 is the paper's.
  package static let `default` = RewardOptions(
    formatWeight: 0.1, format: .complete, extraction: [.boxed], checker: .math,
    budgets: .standard, repeatedVerdicts: .equal)

  /// The paper's; it does not say how answers are compared, so that stays ours.
  package static let paper = RewardOptions(
    formatWeight: 0.1, format: .lastBox, extraction: [.lastBox], checker: .math,
    budgets: .standard, repeatedVerdicts: .equal)

  /// What the authors' published code computes.
  package static let authors = {
    var options = RewardOptions(
      formatWeight: 0.1, format: .opened, extraction: [.lastBox], checker: .normalized,
      budgets: .standard, repeatedVerdicts: .all)
    options.reading = .whole
    return options
  }()
}

/// A named choice of all options.
package enum RewardPreset: String, CaseIterable, Sendable {
  case `default`, paper, authors

  /// The options that the name stands for.
  package var options: RewardOptions {
    switch self {
    case .default: .default
    case .paper: .paper
    case .authors: .authors
    }
  }
}
