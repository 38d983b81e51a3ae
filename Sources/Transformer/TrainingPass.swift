internal import Checkpoints
internal import Kernels

/// Forward and backward passes over packs of sequences, one pack after the other, each by all threads.
///
/// What is said of a target depends on the tokens before it alone, to the last bit, and is what the sampler says of it (while numbers are
/// finite). The same packs give the same gradients for any number of threads; the same sequences in other packs give gradients of another
/// rounding.
/// Memory is that of one pack's activations. Holds its buffers from call to call. One call at a time.
package final class TrainingPass {
  package let model: Model
  /// Threads that work at a time; does not change results.
  package let threadCount: Int
  /// Whether activations are computed anew for the gradient instead of kept: less memory, a third more work.
  package let recomputesActivations: Bool
  private lazy var parameters = ParameterViews(model.weights, precision: model.precision)
  private lazy var training = SequencePass(
    model: model, parameters: parameters, keeping: recomputesActivations ? .inputs : .everything,
    threadCount: threadCount)
  private lazy var inference = SequencePass(
    model: model, parameters: parameters, keeping: .nothing, threadCount: threadCount)

  package init(
    model: Model, threadCount: Int, recomputesActivations: Bool = false
  ) throws(TransformerError) {
    guard threadCount > 0 else {
      throw .optionOutOfRange(
        option: "thread count", value: Double(threadCount), requirement: "positive")
    }
    self.model = model
    self.threadCount = threadCount
    self.recomputesActivations = recomputesActivations
  }

  /// Adds to `gradients` those of a loss over all packs.
  ///
  /// - Parameters:
  ///   - temperature: of the distribution whose log-probabilities the loss sees.
  ///   - lossGradient: from a pack's index, a range of its targets and their statistics to the gradient of the whole loss with respect
  ///     to them, one entry per target; called for one range after the other. Supervised training returns −1 / N for every
  ///     log-probability.
  /// - Returns: the statistics of every pack.
  package func accumulateGradients(
    of packs: [PackedSequences], temperature: Float, into gradients: Gradients,
    lossGradient: (
      _ packIndex: Int, _ targets: Range<Int>, _ statistics: TargetStatistics
    ) -> TargetGradients
  ) throws(TransformerError) -> [TargetStatistics] {
    try check(packs, temperature)
    guard gradients.buffer.count == model.weights.buffer.count else {
      throw .mismatchedCounts(
        what: "gradients", count: gradients.buffer.count, expected: model.weights.buffer.count)
    }
    let views = ParameterViews(gradients)
    return withoutActuallyEscaping(lossGradient) { lossGradient in
      packs.enumerated().map { index, pack in
        let output = training.forward(pack)
        let statistics = training.head.run(
          output, pack: pack, temperature: temperature,
          gradient: PredictionHead.Gradient(
            loss: { lossGradient(index, $0, $1) }, dInput: training.clearedStreamGradient(),
            parameters: views))
        training.backward(into: views)
        return statistics
      }
    }
  }

  /// The statistics of every pack, without keeping what a gradient needs.
  package func statistics(
    of packs: [PackedSequences], temperature: Float
  ) throws(TransformerError) -> [TargetStatistics] {
    try check(packs, temperature)
    return packs.map { pack in
      inference.head.run(
        inference.forward(pack), pack: pack, temperature: temperature, gradient: nil)
    }
  }

  private func check(
    _ packs: [PackedSequences], _ temperature: Float
  ) throws(TransformerError) {
    guard temperature > 0 else {
      throw .optionOutOfRange(
        option: "temperature", value: Double(temperature), requirement: "above 0")
    }
    for pack in packs { try pack.check(for: model.configuration) }
  }
}
