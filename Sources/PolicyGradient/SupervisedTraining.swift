// The supervised warm start: a policy learns to continue prompts as reference solutions do.

internal import RandomStreams
internal import Transformer

/// One prompt and how it should go on.
package struct SupervisedExample: Sendable, Hashable {
  /// What errors call it.
  package var name: String
  package var promptTokens: [Int32]
  /// The end-of-sequence token included.
  package var solutionTokens: [Int32]

  package init(name: String, promptTokens: [Int32], solutionTokens: [Int32]) {
    self.name = name
    self.promptTokens = promptTokens
    self.solutionTokens = solutionTokens
  }
}

/// How a policy is trained on examples.
package struct SupervisedTrainingOptions: Sendable, Equatable {
  /// Times that every example is used.
  package var epochCount: Int
  /// Tokens, prompts included, of one optimizer step; an example that is longer makes a step alone.
  package var batchTokens: Int
  /// Tokens that are computed at a time, by memory alone.
  package var microBatchTokens: Int
  /// Whether the prompt's tokens are learned as well, its first excepted.
  package var learnsPrompts: Bool
  /// Of the order of examples.
  package var seed: UInt64
  /// Training ends early when the mean loss of the last `lossWindow` steps, in nats a token, is no higher than this.
  package var targetLoss: Double?

  /// How many steps the loss is averaged over.
  package static let lossWindow = 20

  package init(
    epochCount: Int, batchTokens: Int, microBatchTokens: Int, learnsPrompts: Bool, seed: UInt64,
    targetLoss: Double? = nil
  ) {
    self.epochCount = epochCount
    self.batchTokens = batchTokens
    self.microBatchTokens = microBatchTokens
    self.learnsPrompts = learnsPrompts
    self.seed = seed
    self.targetLoss = targetLoss
  }
}

/// Supervised training: cross-entropy of the solutions' tokens, averaged over the tokens of each batch.
///
/// Examples are shuffled from the seed in every epoch and cut into batches by tokens. The same examples and seed give the same
/// bytes.
package struct SupervisedTraining {
  package let options: SupervisedTrainingOptions
  private let examples: [SupervisedExample]
  /// Which examples make which step, over all epochs; epochs differ in how many batches they are cut into.
  private let batches: [(epoch: Int, indices: [Int])]

  /// What one batch did.
  package struct Report: Sendable, Equatable {
    /// Mean negative log-probability of the learned tokens, in nats, before the step.
    package let loss: Double
    /// Learned tokens.
    package let tokenCount: Int
    /// Tokens that went through the model.
    package let computedTokenCount: Int
    package let step: ModelOptimizer.Step
    /// The epoch, from 0.
    package let epoch: Int
  }

  package init(
    _ examples: [SupervisedExample], options: SupervisedTrainingOptions
  ) throws(PolicyGradientError) {
    for (option, value) in [
      ("epochs", options.epochCount), ("batch tokens", options.batchTokens),
      ("micro-batch tokens", options.microBatchTokens),
    ] where value < 1 {
      throw .optionOutOfRange(option: option, value: Double(value), requirement: "at least 1")
    }
    for example in examples where example.promptTokens.isEmpty {
      throw .emptyPrompt(sample: example.name)
    }
    self.options = options
    self.examples = examples
    batches = (0..<options.epochCount).flatMap { epoch in
      Self.batches(examples, options: options, epoch: epoch).map { (epoch, $0) }
    }
  }

  /// How many optimizer steps there will be at most: what a cosine schedule is laid over.
  package var stepCount: Int { batches.count }

  /// Trains the model, from the optimizer's step on: one that was restored goes on where it stopped.
  ///
  /// - Parameters:
  ///   - losses: of the steps before, at least of the last `lossWindow` where there were so many.
  ///   - progress: called after each step; what it throws ends the training.
  package func run(
    _ trainer: ModelOptimizer, after losses: [Double] = [],
    progress: (Report) throws -> Void = { _ in }
  ) throws -> [Report] {
    for example in examples {
      try checkTokens(
        example.promptTokens + example.solutionTokens, of: example.name,
        for: trainer.model.configuration)
    }
    var losses = losses
    var reports: [Report] = []
    for (epoch, indices) in batches.dropFirst(trainer.optimizer.stepCount) {
      if hasReachedTarget(losses) { break }
      let report = try learn(indices.map { examples[$0] }, trainer, epoch: epoch)
      reports.append(report)
      losses.append(report.loss)
      try progress(report)
    }
    return reports
  }

  private func hasReachedTarget(_ losses: [Double]) -> Bool {
    guard let target = options.targetLoss else { return false }
    return losses.count >= SupervisedTrainingOptions.lossWindow
      && Self.recentLoss(losses) <= target
  }

  /// The mean loss of the last steps.
  package static func recentLoss(_ losses: [Double]) -> Double {
    let recent = losses.suffix(SupervisedTrainingOptions.lossWindow)
    return recent.reduce(0.0, +) / Double(max(recent.count, 1))
  }

  private func learn(
    _ batch: [SupervisedExample], _ trainer: ModelOptimizer, epoch: Int
  ) throws -> Report {
    let sequences = batch.map { example in
      let tokens = example.promptTokens + example.solutionTokens
      let first = options.learnsPrompts ? 1 : example.promptTokens.count
      return (tokens: tokens, targets: first..<tokens.count)
    }
    let packs = try balancedPacks(
      lengths: sequences.map(\.tokens.count), maxTokens: options.microBatchTokens
    ).map { pack in try PackedSequences(pack.map { sequences[$0] }) }
    let tokenCount = packs.reduce(0) { $0 + $1.targetCount }
    let weight = Float(-1 / Double(max(tokenCount, 1)))
    let statistics = try trainer.pass.accumulateGradients(
      of: packs, temperature: 1, into: trainer.gradients
    ) { _, targets, _ in
      TargetGradients(logProbabilities: [Float](repeating: weight, count: targets.count))
    }
    let sum = statistics.reduce(0.0) { $1.logProbabilities.reduce($0) { $0 - Double($1) } }
    return Report(
      loss: sum / Double(max(tokenCount, 1)), tokenCount: tokenCount,
      computedTokenCount: packs.reduce(0) { $0 + $1.tokens.count }, step: try trainer.step(),
      epoch: epoch)
  }

  /// One epoch's batches: examples in random order, cut where the next would exceed the tokens of a batch.
  private static func batches(
    _ examples: [SupervisedExample], options: SupervisedTrainingOptions, epoch: Int
  ) -> [[Int]] {
    var random = RandomStream(seed: options.seed, "supervised", epoch)
    var batches: [[Int]] = []
    var tokens = 0
    for index in random.shuffled(Array(examples.indices)) {
      let count = examples[index].promptTokens.count + examples[index].solutionTokens.count
      if batches.isEmpty || tokens + count > options.batchTokens {
        batches.append([])
        tokens = 0
      }
      batches[batches.count - 1].append(index)
      tokens += count
    }
    return batches
  }
}
