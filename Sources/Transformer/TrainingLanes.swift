internal import Checkpoints
internal import Kernels
internal import Synchronization

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
  /// Lanes that packs are dealt to; each needs memory for gradients.
  package let laneCount: Int
  /// Threads that work at a time; does not change results. Each needs memory for one pack's activations.
  package let threadCount: Int
  private let lanes: [LaneGradients]
  private let workers: [TrainingWorker]

  package init(model: Model, laneCount: Int, threadCount: Int) throws(TransformerError) {
    for (option, value) in [("lane count", laneCount), ("thread count", threadCount)] {
      guard value > 0 else {
        throw .optionOutOfRange(option: option, value: Double(value), requirement: "positive")
      }
    }
    self.model = model
    self.laneCount = laneCount
    self.threadCount = threadCount
    lanes = (0..<laneCount).map { _ in LaneGradients(model: model) }
    workers = (0..<threadCount).map { _ in TrainingWorker(model: model) }
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
    let lanes = lanes
    let fault = Mutex<TransformerError?>(nil)
    let statistics = run(packs) { worker, packIndex in
      let pack = packs[packIndex]
      let pass = worker.trainingPass
      let statistics = pass.forward(pack, temperature: temperature)
      let targets = lossGradient(packIndex, statistics)
      if let mismatch = targets.mismatch(targetCount: pack.targetPositions.count) {
        fault.withLock { $0 = mismatch }
      } else {
        pass.backward(targets, into: lanes[packIndex % lanes.count].views)
      }
      return statistics
    }
    if let fault = fault.withLock({ $0 }) {
      for lane in lanes { lane.gradients.zero() }
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
    return run(packs) { worker, packIndex in
      worker.inferencePass.forward(packs[packIndex], temperature: temperature)
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

  /// Calls `body` for every pack: those of one lane in their order.
  private func run(
    _ packs: [PackedSequences],
    body: @Sendable (TrainingWorker, _ packIndex: Int) -> TargetStatistics
  ) -> [TargetStatistics] {
    let laneCount = laneCount
    let workers = workers
    let results = Mutex([TargetStatistics?](repeating: nil, count: packs.count))
    Lanes.run(count: laneCount, threadCount: threadCount) { lane, worker in
      for packIndex in stride(from: lane, to: packs.count, by: laneCount) {
        let statistics = body(workers[worker], packIndex)
        results.withLock { $0[packIndex] = statistics }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// gradients += the sum of the lanes that had packs, in the order of the lanes.
  private func reduce(packCount: Int, into gradients: Gradients) {
    let used = lanes.prefix(packCount)
    let total = gradients.buffer
    let partCount = (total.count + Self.reductionPart - 1) / Self.reductionPart
    Lanes.run(count: partCount, threadCount: threadCount) { part, _ in
      let start = part * Self.reductionPart
      let count = min(Self.reductionPart, total.count - start)
      for lane in used { lane.move(from: start, count: count, into: total) }
    }
  }

  /// Elements that one task reduces: 64 KiB, small enough for the first caches.
  private static let reductionPart = 16_384
}

/// The gradients of one lane. Only the thread that runs the lane touches them, and between runs only the caller.
private final class LaneGradients: @unchecked Sendable {
  private let model: Model
  // Made when the lane has its first pack.
  private(set) lazy var gradients = Gradients(for: model.weights)
  private(set) lazy var views = ParameterViews(gradients)

  init(model: Model) { self.model = model }

  /// Adds a part of the gradients to the total, and leaves 0 for the next call.
  func move(from start: Int, count: Int, into total: FloatBuffer) {
    let part = gradients.buffer.base + start
    add(part, into: total.base + start, count: count)
    part.update(repeating: 0, count: count)
  }
}

/// The buffers of one thread. One lane at a time uses them.
private final class TrainingWorker: @unchecked Sendable {
  private let model: Model
  private(set) lazy var trainingPass = SequencePass(model: model, keepsActivations: true)
  private(set) lazy var inferencePass = SequencePass(model: model, keepsActivations: false)

  init(model: Model) { self.model = model }
}
