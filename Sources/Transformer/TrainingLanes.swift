internal import Checkpoints
internal import Kernels

/// Forward and backward passes over many packs, in a fixed number of lanes.
///
/// Pack i belongs to lane i modulo the lane count, a lane takes its packs in order and sums their gradients in a buffer
/// of its own, and the lanes' sums are added in the order of the lanes. So the same packs give the same bytes for any
/// number of threads; another lane count gives another rounding. For full use of the threads, give at least as many packs
/// as there are lanes, of like size.
///
/// Holds its buffers from call to call. One call at a time.
package final class TrainingLanes {
  package let model: Model
  /// Lanes that packs are dealt to; each needs memory for gradients and for one pack's activations.
  package let laneCount: Int
  /// Threads that work at a time; does not change results.
  package let threadCount: Int
  private let lanes: [TrainingLane]

  package init(model: Model, laneCount: Int, threadCount: Int) throws(TransformerError) {
    for (option, value) in [("lane count", laneCount), ("thread count", threadCount)] {
      guard value > 0 else {
        throw .optionOutOfRange(option: option, value: Double(value), requirement: "positive")
      }
    }
    self.model = model
    self.laneCount = laneCount
    self.threadCount = threadCount
    lanes = (0..<laneCount).map { _ in TrainingLane(model: model) }
  }

  /// Adds to `gradients` those of a loss over all packs.
  ///
  /// - Parameters:
  ///   - temperature: of the distribution whose log-probabilities the loss sees.
  ///   - lossGradient: from a pack's index and statistics to the gradient of the whole loss with respect to them; called once
  ///     a pack, from any thread. Supervised training returns −1 / N for every log-probability.
  /// - Returns: the statistics of every pack.
  package func accumulateGradients(
    of packs: [PackedSequences], temperature: Float, into gradients: Gradients,
    lossGradient: @Sendable (_ packIndex: Int, _ statistics: TargetStatistics) -> TargetGradients
  ) throws(TransformerError) -> [TargetStatistics] {
    try check(packs, temperature)
    guard gradients.buffer.count == model.weights.buffer.count else {
      throw .mismatchedCounts(
        what: "gradients", count: gradients.buffer.count, expected: model.weights.buffer.count)
    }
    let statistics = run(packs) { lane, packIndex, pack in
      lane.accumulateGradients(of: pack, temperature: temperature) {
        lossGradient(packIndex, $0)
      }
    }
    if let fault = lanes.compactMap({ $0.takeFault() }).first {
      for lane in lanes { lane.dropGradients() }
      throw fault
    }
    reduce(packCount: packs.count, into: gradients)
    return statistics
  }

  /// The statistics of every pack, without keeping what a gradient needs.
  package func statistics(
    of packs: [PackedSequences], temperature: Float
  ) throws(TransformerError) -> [TargetStatistics] {
    try check(packs, temperature)
    return run(packs) { lane, _, pack in lane.statistics(of: pack, temperature: temperature) }
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

  /// Calls `body` for every pack, on its lane.
  private func run(
    _ packs: [PackedSequences],
    body: @Sendable (TrainingLane, _ packIndex: Int, PackedSequences) -> TargetStatistics
  ) -> [TargetStatistics] {
    let lanes = lanes
    Lanes.run(count: laneCount, threadCount: threadCount) { index in
      lanes[index].results = []
      for packIndex in stride(from: index, to: packs.count, by: lanes.count) {
        lanes[index].results.append(body(lanes[index], packIndex, packs[packIndex]))
      }
    }
    return packs.indices.map { lanes[$0 % laneCount].results[$0 / laneCount] }
  }

  /// gradients += the sum of the lanes that had packs, in the order of the lanes.
  private func reduce(packCount: Int, into gradients: Gradients) {
    let used = lanes.prefix(packCount)
    let total = gradients.buffer
    let partCount = (total.count + Self.reductionPart - 1) / Self.reductionPart
    Lanes.run(count: partCount, threadCount: threadCount) { part in
      let start = part * Self.reductionPart
      let count = min(Self.reductionPart, total.count - start)
      for lane in used { lane.moveGradients(from: start, count: count, into: total) }
    }
  }

  /// Elements that one task reduces: 64 KiB, small enough for the first caches.
  private static let reductionPart = 16_384
}

/// What one lane owns. Only the thread that runs the lane touches it, and between runs only the caller.
private final class TrainingLane: @unchecked Sendable {
  let model: Model
  var results: [TargetStatistics] = []
  private var training: (pass: SequencePass, gradients: Gradients, views: ParameterViews)?
  private var inference: SequencePass?
  private var fault: TransformerError?

  init(model: Model) { self.model = model }

  func accumulateGradients(
    of pack: PackedSequences, temperature: Float,
    lossGradient: (TargetStatistics) -> TargetGradients
  ) -> TargetStatistics {
    if training == nil {
      let gradients = Gradients(for: model.weights)
      training = (
        SequencePass(model: model, keepsActivations: true), gradients, ParameterViews(gradients)
      )
    }
    guard let training else { return TargetStatistics(logProbabilities: [], entropies: []) }
    let statistics = training.pass.forward(pack, temperature: temperature)
    let targets = lossGradient(statistics)
    let expected = pack.targetPositions.count
    for count in [targets.logProbabilities.count, targets.entropies?.count ?? expected]
    where count != expected {
      fault = .mismatchedCounts(
        what: "gradient of a pack's loss", count: count, expected: expected)
      return statistics
    }
    training.pass.backward(targets, into: training.views)
    return statistics
  }

  func statistics(of pack: PackedSequences, temperature: Float) -> TargetStatistics {
    let pass = inference ?? SequencePass(model: model, keepsActivations: false)
    inference = pass
    return pass.forward(pack, temperature: temperature)
  }

  /// Adds a part of the lane's gradients to the total, and leaves 0 for the next call.
  func moveGradients(from start: Int, count: Int, into total: FloatBuffer) {
    guard let gradients = training?.gradients.buffer else { return }
    add(gradients.base + start, into: total.base + start, count: count)
    (gradients.base + start).update(repeating: 0, count: count)
  }

  func dropGradients() { training?.gradients.zero() }

  func takeFault() -> TransformerError? {
    defer { fault = nil }
    return fault
  }
}
