// The policy update: epochs over mini-batches of rollouts, one optimizer step each.

internal import RandomStreams
package import Transformer

/// The policy update of one RL step.
///
/// A mini-batch is one gradient, whatever its packs: every response's weight comes from the whole mini-batch's extent.
/// Tokens whose advantage is 0 are not computed where no other term needs them, unless a later trained token attends to
/// them; they count in the extent all the same. A prompt is computed once for the rollouts of a mini-batch that begin with it.
/// The same samples and seed give the same bytes.
package final class PolicyUpdate {
  package let trainer: ModelOptimizer
  package let options: PolicyUpdateOptions
  private let reference: Model?

  /// - Parameters:
  ///   - reference: the frozen policy that the KL penalty is measured from; nil where samples bring its
  ///     log-probabilities, or no penalty is wanted.
  package init(
    trainer: ModelOptimizer, reference: Model?, options: PolicyUpdateOptions
  ) throws(PolicyGradientError) {
    try options.check()
    self.trainer = trainer
    self.reference = reference
    self.options = options
  }

  /// What one mini-batch did.
  package struct Report: Sendable, Equatable {
    /// Over the trained tokens.
    package var sums: PolicyLossSums
    /// The optimizer's step; nil where no token had anything to teach, so that none was made.
    package var step: ModelOptimizer.Step?
    /// Rollouts that were computed, and those that cost nothing.
    package var trainedRolloutCount: Int
    package var silentRolloutCount: Int
    /// Response tokens of all its rollouts: what token-mean divides by.
    package var responseTokenCount: Int
    /// Tokens that went through the model, prompts included.
    package var computedTokenCount: Int
  }

  /// Trains on a batch of rollouts.
  ///
  /// - Parameter progress: called after each mini-batch; what it throws ends the update.
  /// - Returns: one report per mini-batch, in order.
  package func run(
    _ samples: [PolicySample], progress: (Report) throws -> Void = { _ in }
  ) throws -> [Report] {
    let batchCount = miniBatches(of: samples, epoch: 0).count
    let isOneStep = batchCount * options.epochCount <= 1
    let prepared = try prepare(samples, oldIsCurrent: isOneStep)
    var reports: [Report] = []
    for epoch in 0..<options.epochCount {
      for indices in miniBatches(of: samples, epoch: epoch) {
        var report = try accumulateGradient(indices.map { prepared[$0] })
        if report.trainedRolloutCount > 0 { report.step = try trainer.step() }
        reports.append(report)
        try progress(report)
      }
    }
    return reports
  }

  /// Adds the gradient of all samples as one mini-batch to the trainer's, and makes no step.
  package func accumulateGradient(of samples: [PolicySample]) throws -> Report {
    try accumulateGradient(try prepare(samples, oldIsCurrent: true))
  }

  /// Samples of each mini-batch: in their order where there is one, else shuffled anew in each epoch, prompt by prompt, so that
  /// those of one prompt share it.
  private func miniBatches(of samples: [PolicySample], epoch: Int) -> [[Int]] {
    let count = samples.count
    guard let size = options.miniBatchSize, size < count else {
      return count == 0 ? [] : [Array(0..<count)]
    }
    var random = RandomStream(
      seed: options.seed, "mini-batches", trainer.optimizer.stepCount, epoch)
    var groups: [[Int]] = []
    var groupOfPrompt: [[Int32]: Int] = [:]
    for (index, sample) in samples.enumerated() {
      if let group = groupOfPrompt[sample.promptTokens] {
        groups[group].append(index)
      } else {
        groupOfPrompt[sample.promptTokens] = groups.count
        groups.append([index])
      }
    }
    let order = random.shuffled(groups).flatMap { $0 }
    return stride(from: 0, to: count, by: size).map { Array(order[$0..<min($0 + size, count)]) }
  }

  private func accumulateGradient(_ batch: [TrainedSample]) throws -> Report {
    let extent = BatchExtent(
      tokenCounts: batch.map(\.responseTokenCount), lengthScale: options.lengthScale)
    let packs = try TrainedPack.packs(batch, maxTokens: options.microBatchTokens)
    var sums = PolicyLossSums()
    _ = try trainer.pass.accumulateGradients(
      of: packs.map(\.sequences), temperature: Float(options.temperature), into: trainer.gradients
    ) { index, targets, statistics in
      packs[index].gradients(
        of: options.loss, statistics, targets: targets, in: extent, adding: &sums)
    }
    return Report(
      sums: sums, step: nil, trainedRolloutCount: batch.count { $0.isTrained },
      silentRolloutCount: batch.count { !$0.isTrained }, responseTokenCount: extent.tokenCount,
      computedTokenCount: packs.reduce(0) { $0 + $1.sequences.tokens.count })
  }

  // MARK: Before the first step

  /// Checks samples, keeps what the loss depends on, and computes the log-probabilities that stay constant.
  ///
  /// - Parameter oldIsCurrent: whether the policy is not going to move before it is compared with itself; then old
  ///   log-probabilities need no pass of their own.
  private func prepare(_ samples: [PolicySample], oldIsCurrent: Bool) throws -> [TrainedSample] {
    let loss = options.loss
    for sample in samples { try sample.check(for: trainer.model.configuration) }
    var prepared = samples.map {
      TrainedSample(
        $0, trainsEveryToken: loss.klCoefficient != 0 || loss.entropyCoefficient != 0)
    }
    let needsReference =
      (loss.klCoefficient != 0 || reference != nil)
      && prepared.contains { $0.isTrained && $0.reference == nil }
    if needsReference {
      guard let reference else { throw PolicyGradientError.missingReference }
      let pass = try TrainingPass(model: reference, threadCount: trainer.pass.threadCount)
      let values = try logProbabilities(prepared, pass)
      for index in prepared.indices where prepared[index].reference == nil {
        prepared[index].reference = values[index]
      }
    }
    switch options.oldLogProbabilities {
    case .rollout:
      for (index, sample) in samples.enumerated() where prepared[index].isTrained {
        guard let rollout = prepared[index].rollout, !rollout.contains(where: \.isNaN) else {
          throw PolicyGradientError.missingRolloutLogProbabilities(sample: sample.name)
        }
        prepared[index].old = rollout
      }
    case .recomputed:
      if !oldIsCurrent {
        let values = try logProbabilities(prepared, trainer.pass)
        for index in prepared.indices { prepared[index].old = values[index] }
      }
    }
    return prepared
  }

  /// Log-probabilities of the trained tokens of every sample.
  private func logProbabilities(
    _ samples: [TrainedSample], _ pass: TrainingPass
  ) throws -> [[Double]] {
    let packs = try TrainedPack.packs(samples, maxTokens: options.microBatchTokens)
    let statistics = try pass.statistics(
      of: packs.map(\.sequences), temperature: Float(options.temperature))
    var values = [[Double]](repeating: [], count: samples.count)
    for (pack, statistics) in zip(packs, statistics) {
      for (index, range) in pack.members {
        values[index] = statistics.logProbabilities[range].map { Double($0) }
      }
    }
    return values
  }
}
