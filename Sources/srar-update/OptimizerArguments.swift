import ArgumentParser
import Checkpoints
import Filters
import Kernels
import PolicyGradient
import Transformer

/// AdamW and how the work is parted. The learning rate is each command's own, since good values differ.
struct OptimizerArguments: ParsableArguments {
  @Option(help: "β₁ of AdamW, the memory of the gradient.")
  var adamBeta1 = 0.9

  @Option(help: "β₂ of AdamW, the memory of its square.")
  var adamBeta2 = 0.999

  @Option(help: "ε of AdamW.")
  var adamEpsilon = 1e-8

  @Option(
    help: "What each parameter loses per unit of learning rate; 0 turns it off (the paper: 0.1).")
  var weightDecay = 0.1

  @Option(help: "Gradients are cut to this norm; 0 leaves them (the paper: 1).")
  var maxGradientNorm = 1.0

  @Option(
    help: ArgumentHelp(
      "Tokens that are computed at a time; by default \(defaultMicroBatchTokens).",
      valueName: "tokens"))
  var microBatchTokens: Int?

  @Option(
    help: ArgumentHelp(
      "Compute as many tokens at a time as fit into so much memory, such as 3G or 500M.",
      valueName: "size"))
  var memory: MemorySize?

  @Flag(
    help:
      "Compute activations anew for the gradient: a fraction of their memory, a third more work.")
  var recompute = false

  @Option(
    help: """
      What is multiplied in projections and attention, 'f32' or 'bf16' numbers, the former by oneDNN with 'bf16-onednn'; sums and \
      parameters are float32.
      """
  )
  var compute: ProductPrecision = .float32

  @Option(help: "How many threads; only with '--memory' results depend on it.")
  var threads = ProcessorCount.available

  mutating func validate() throws {
    try check(["--micro-batch-tokens": microBatchTokens], in: tokenCounts)
    try check(["--threads": threads], in: 1...4096)
    if let hindrance = compute.hindrance {
      throw ValidationError("'--compute \(compute.rawValue)': \(hindrance)")
    }
    if memory != nil && microBatchTokens != nil {
      throw ValidationError("give '--memory' or '--micro-batch-tokens', not both")
    }
    for (name, value) in [("--adam-beta1", adamBeta1), ("--adam-beta2", adamBeta2)]
    where !(0..<1).contains(value) {
      throw ValidationError("'\(name)' must be in 0 ..< 1, but is \(value)")
    }
    for (name, value) in [
      ("--weight-decay", weightDecay), ("--max-gradient-norm", maxGradientNorm),
    ] where !(value >= 0 && value.isFinite) {
      throw ValidationError("'\(name)' must be at least 0, but is \(value)")
    }
    guard adamEpsilon > 0, adamEpsilon.isFinite else {
      throw ValidationError("'--adam-epsilon' must be positive, but is \(adamEpsilon)")
    }
  }

  private static let defaultMicroBatchTokens = 2048

  /// Tokens that are computed at a time, once it is clear that the process may take the memory for them.
  ///
  /// - Parameters:
  ///   - lengths: tokens of each rollout or example, which is never parted.
  ///   - stepTokens: of one optimizer step at most.
  ///   - recomputesLogProbabilities: whether passes without a gradient go over all of them.
  /// - Throws: `UsageError` where the memory that was allowed, or that the process may take, is too little.
  func microBatchTokens(
    for configuration: ModelConfiguration, lengths: [Int], stepTokens: Int = .max,
    recomputesLogProbabilities: Bool = false, hasReference: Bool = false
  ) throws -> Int {
    let tokenCount = lengths.reduce(0, +)
    let budget = TrainingBudget(
      arguments: self, configuration: configuration, longest: lengths.max() ?? 1,
      stepTokens: min(stepTokens, tokenCount), sampleTokens: tokenCount,
      recomputesLogProbabilities: recomputesLogProbabilities, hasReference: hasReference)
    let tokens =
      try memory.map(budget.tokens(within:)) ?? microBatchTokens ?? Self.defaultMicroBatchTokens
    try budget.check(microBatchTokens: tokens, allowance: .now(besideThreads: threads))
    return tokens
  }

  var adamW: AdamW.Options {
    AdamW.Options(
      firstDecay: adamBeta1, secondDecay: adamBeta2, epsilon: adamEpsilon,
      weightDecay: weightDecay)
  }

  /// Every parameter decays, norms too, as PyTorch's AdamW and verl do.
  func segments(of weights: Weights) -> [AdamW.Segment] {
    AdamW.segments(of: weights.tensors, decaysVectors: true)
  }

  /// A model that computes as the options say.
  func model(_ weights: Weights) -> Model { Model(weights: weights, precision: compute) }

  /// Says in the metrics, and to the user where that is surprising, what is multiplied.
  func tellPrecision(to run: ToolRun) {
    run.metrics["compute"] = compute.rawValue
    if let remark = compute.remark { run.note(remark) }
  }

  /// A model in training.
  func trainer(
    _ model: Model, optimizer: AdamW, schedule: LearningRateSchedule
  ) throws -> ModelOptimizer {
    try ModelOptimizer(
      model: model, optimizer: optimizer, schedule: schedule,
      maxGradientNorm: maxGradientNorm == 0 ? nil : maxGradientNorm,
      threadCount: threads, recomputesActivations: recompute)
  }
}

/// As many tokens as an option may ask for.
let tokenCounts = 1...1 << 30

/// Checks a learning rate and its warm-up.
func checkSchedule(learningRate: Double, warmUpSteps: Int) throws {
  guard learningRate >= 0, learningRate.isFinite else {
    throw ValidationError("'--learning-rate' must be at least 0, but is \(learningRate)")
  }
  try check(["--warm-up-steps": warmUpSteps], in: 0...1_000_000_000)
}

extension ProductPrecision: ExpressibleByArgument {}
