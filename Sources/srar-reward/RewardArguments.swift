import Advantages
public import Answers
public import ArgumentParser
import Filters
import Rewards
import Rubrics

/// How answers are found and compared.
struct AnswerArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How answers are compared: 'math' by what they mean; 'normalized' as text, as the authors' code does. \
      (default: math)
      """, valueName: "name"))
  var answers: AnswerChecker?

  @Option(
    help: ArgumentHelp(
      """
      How the answer is found, the first rule that finds one: 'boxed' in the last complete \\boxed{}, 'last-box' in the last \
      one that is opened, 'marker' behind the last '####' or 'A:', 'tag' in <answer> tags, 'statement' behind \
      "the answer is", 'last-number'. May be given several times. (default: boxed)
      """, valueName: "rule"))
  var extract: [ExtractionRule] = []

  @Option(
    help: ArgumentHelp(
      "Round numbers to so many decimals before comparing them. (default: decimals stand for their digits)",
      valueName: "count"))
  var decimalPlaces: Int?

  @Flag(help: "Score the answers alone; no judge is needed.")
  var answersOnly = false

  mutating func validate() throws {
    if let decimalPlaces, !(0...15).contains(decimalPlaces) {
      throw ValidationError("'--decimal-places' must be in 0 ... 15, but is \(decimalPlaces)")
    }
  }
}

/// The largest part of a reward that an option may ask for: statistics of larger numbers overflow.
private let largestReward = 1e9

/// How the parts of the reward are weighted.
struct RewardArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the paper and its authors' code differ: ours, the paper's or the authors' choices.",
      valueName: "name"))
  var preset: RewardPreset = .default

  @Option(
    help: ArgumentHelp(
      """
      When r_fmt is 1: a step header and a 'complete' \\boxed{}; the 'last-box' complete; one 'opened'; or 'numbered': complete, \
      and the headers count 1, 2, 3 … with no other line beginning with ###. (default: complete)
      """, valueName: "rule"))
  var format: FormatRule?

  @Option(
    help: ArgumentHelp(
      "λ, the weight of the format: 0 is the answer alone, 1 the format alone. (default: 0.1)",
      valueName: "weight"))
  var formatWeight: Double?

  @Option(
    help: ArgumentHelp(
      "What a rollout earns that satisfies every SUGGEST item. (default: 0.8)", valueName: "reward")
  )
  var suggestBudget: Double?

  @Option(
    help: ArgumentHelp(
      "What a rollout loses that makes every PITFALL. (default: 1.0)", valueName: "reward"))
  var pitfallBudget: Double?

  @Option(
    help: ArgumentHelp(
      "What a rollout earns that satisfies every BONUS item. (default: 1.0)", valueName: "reward"))
  var bonusBudget: Double?

  mutating func validate() throws {
    if let weight = formatWeight, !(0...1).contains(weight) {
      throw ValidationError("'--format-weight' must be in 0 ... 1, but is \(weight)")
    }
    for (name, budget) in [
      ("--suggest-budget", suggestBudget), ("--pitfall-budget", pitfallBudget),
      ("--bonus-budget", bonusBudget),
    ] {
      if let budget, !(0...largestReward).contains(budget) {
        throw ValidationError("'\(name)' must be in 0 ... 1e9, but is \(budget)")
      }
    }
  }

  /// The preset with what the other options override.
  func options(_ answers: AnswerArguments) -> RewardOptions {
    var options = preset.options
    if let format { options.format = format }
    if let formatWeight { options.formatWeight = formatWeight }
    if let suggestBudget { options.budgets.suggest = suggestBudget }
    if let pitfallBudget { options.budgets.pitfall = -pitfallBudget }
    if let bonusBudget { options.budgets.bonus = bonusBudget }
    if let checker = answers.answers { options.checker = checker }
    options.decimalPlaces = answers.decimalPlaces
    if !answers.extract.isEmpty { options.extraction = answers.extract }
    return options
  }
}

/// DAPO's punishment of responses that near the length limit.
struct OverlongArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The penalty grows over the last so many tokens before the limit; 0 turns it off.",
      valueName: "tokens"))
  var overlongBuffer = 0

  @Option(help: ArgumentHelp("What is lost at the limit.", valueName: "reward"))
  var overlongPenalty = 1.0

  @Option(
    help: ArgumentHelp("The limit; needed with '--overlong-buffer'.", valueName: "tokens"))
  var maxResponseTokens: Int?

  mutating func validate() throws {
    guard overlongBuffer >= 0 else {
      throw ValidationError("'--overlong-buffer' must be at least 0, but is \(overlongBuffer)")
    }
    guard (0...largestReward).contains(overlongPenalty) else {
      throw ValidationError(
        "'--overlong-penalty' must be in 0 ... 1e9, but is \(overlongPenalty)")
    }
    if overlongBuffer > 0 {
      guard let limit = maxResponseTokens else {
        throw ValidationError("'--overlong-buffer' needs '--max-response-tokens'")
      }
      guard limit >= overlongBuffer else {
        throw ValidationError(
          "'--max-response-tokens' must be at least '--overlong-buffer' \(overlongBuffer), but is \(limit)"
        )
      }
    }
  }

  /// nil where it is off. Beyond the limit the authors' code goes on punishing more.
  func shaping(_ preset: RewardPreset) -> OverlongShaping? {
    guard overlongBuffer > 0, let maxResponseTokens else { return nil }
    return OverlongShaping(
      maxResponseTokens: maxResponseTokens, bufferTokens: overlongBuffer,
      penalty: overlongPenalty, form: preset == .authors ? .uncapped : .capped)
  }
}

extension AnswerChecker: ExpressibleByArgument {}
extension ExtractionRule: ExpressibleByArgument {}
extension FormatRule: ExpressibleByArgument {}
extension RewardPreset: ExpressibleByArgument {}
