import Advantages
import ArgumentParser
import Filters

/// Which advantages to compute.
struct AdvantageArguments: ParsableArguments {
  @Option(help: ArgumentHelp("How rewards become advantages (see above).", valueName: "name"))
  var estimator: Estimator = .srar

  @Option(
    help: ArgumentHelp(
      "Where the paper and its authors' code differ: ours, the paper's or the authors' choices.",
      valueName: "name"))
  var preset: AdvantagePreset = .default

  @Option(help: "Which standard deviation σ is; overrides the preset.")
  var deviation: Deviation?

  @Option(
    help: "Whose scores step k is normalised over: the rollouts 'judged' or 'satisfied' there.")
  var membership: StepMembership?

  @Option(help: "What a score on step 0, the whole solution, does.")
  var stepZero: StraySteps?

  @Option(help: "What a score on a step that the response does not have does.")
  var missingSteps: StraySteps?

  @Option(help: "What is added to every σ, in reward units; overrides the preset's 1e-6.")
  var epsilon: Double?

  @Flag(help: "Also write one advantage per response token.")
  var dense = false

  mutating func validate() throws {
    if let epsilon, !(epsilon > 0 && epsilon.isFinite) {
      throw ValidationError("'--epsilon' must be positive, but is \(epsilon)")
    }
  }

  /// The preset with what the other options override.
  var options: AdvantageOptions {
    var options = preset.options
    if let deviation { options.deviation = deviation }
    if let membership { options.membership = membership }
    if let stepZero { options.stepZero = stepZero }
    if let missingSteps { options.missingSteps = missingSteps }
    if let epsilon { options.epsilon = epsilon }
    return options
  }
}

/// Which groups to keep.
struct DynamicSamplingArguments: ParsableArguments {
  @Flag(help: "Drop the groups whose answers are all right or all wrong (DAPO).")
  var dropUniformGroups = false

  @Option(
    help: ArgumentHelp("Keep the first so many groups and drop the rest.", valueName: "count"))
  var maxGroups: Int?

  mutating func validate() throws {
    if let maxGroups, maxGroups < 1 {
      throw ValidationError("'--max-groups' must be at least 1, but is \(maxGroups)")
    }
  }
}

extension Estimator: ExpressibleByArgument {
  init?(argument: String) { self.init(named: argument) }
  var defaultValueDescription: String { name }
  static var allValueStrings: [String] { all.map(\.name) }
}

extension AdvantagePreset: ExpressibleByArgument {}
extension Deviation: ExpressibleByArgument {}
extension StepMembership: ExpressibleByArgument {}
extension StraySteps: ExpressibleByArgument {}
