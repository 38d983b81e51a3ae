internal import Checkpoints
internal import Kernels
internal import Synchronization

/// Makes responses, many at a time, with a cache of keys and values.
///
/// Neighbouring requests of the same prompt share its keys and values: the prompt is read once. A response that ends
/// makes room for the next request at once. A response depends on the model, its prompt, the options and its own random
/// stream alone: every kernel computes a row the same way whatever the other rows are, so neither the thread count, nor
/// the slot count, nor the other requests change a bit of it.
package final class Sampler: Sendable {
  package let model: Model
  /// Threads that work at a time, each on its own share of the requests.
  package let threadCount: Int
  /// Responses that one thread makes at a time.
  package let slotCount: Int

  /// - Parameter slotCount: responses that one thread makes at a time; nil for what suits the model's size.
  package init(
    model: Model, slotCount: Int? = nil, threadCount: Int
  ) throws(TransformerError) {
    let slotCount = slotCount ?? Self.suitableSlotCount(for: model)
    for (option, value) in [("slot count", slotCount), ("thread count", threadCount)] {
      guard value > 0 else {
        throw .optionOutOfRange(option: option, value: Double(value), requirement: "positive")
      }
    }
    self.model = model
    self.threadCount = threadCount
    self.slotCount = slotCount
  }

  /// Where a core's cache holds the weights, few responses at a time keep their keys and values there too; where the
  /// weights come from memory at every step, many share the way.
  private static func suitableSlotCount(for model: Model) -> Int {
    model.weights.elements.count <= 4 << 20 ? 16 : 64
  }

  /// The responses, in the order of the requests.
  ///
  /// - Parameter onFinished: called with a request's index as soon as its response is done, one call at a time, from any
  ///   thread; the order of calls is not fixed.
  package func generate(
    _ requests: [GenerationRequest], options: SamplingOptions,
    onFinished: @Sendable (_ index: Int, GenerationResponse) -> Void = { _, _ in }
  ) throws(TransformerError) -> [GenerationResponse] {
    try options.check()
    for (index, request) in requests.enumerated() {
      try checkSequence(request.prompt[...], index: index, for: model.configuration)
      guard request.prompt.count < model.configuration.maximumPositionCount else {
        throw .sequenceTooLong(
          index: index, tokenCount: request.prompt.count + 1,
          maximumPositionCount: model.configuration.maximumPositionCount)
      }
      guard (request.maxResponseTokens ?? 1) > 0 else {
        throw .optionOutOfRange(
          option: "maximum response tokens", value: Double(request.maxResponseTokens ?? 0),
          requirement: "at least 1")
      }
    }
    let lanes = deal(requests)
    let packed = PackedParameters(model)
    let faults = Mutex([TransformerError?](repeating: nil, count: threadCount))
    let finished = Mutex([GenerationResponse?](repeating: nil, count: requests.count))
    Lanes.run(count: threadCount, threadCount: threadCount) { lane, _ in
      var work = GenerationLane(
        model: model, packed: packed, requests: requests, assigned: lanes[lane], options: options,
        slotCount: slotCount)
      do throws(TransformerError) {
        try work.run { index, response in
          finished.withLock {
            $0[index] = response
            onFinished(index, response)
          }
        }
      } catch {
        faults.withLock { $0[lane] = error }
      }
    }
    if let fault = faults.withLock({ $0.compactMap { $0 }.first }) { throw fault }
    return finished.withLock { $0.compactMap { $0 } }
  }

  /// The requests of each thread's lane: runs of one prompt, no longer than a lane's share, go to the lane that has the
  /// fewest so far.
  private func deal(_ requests: [GenerationRequest]) -> [[Int]] {
    let share = max(1, (requests.count + threadCount - 1) / threadCount)
    var lanes = [[Int]](repeating: [], count: threadCount)
    var start = 0
    while start < requests.count {
      var end = start + 1
      while end < requests.count, end - start < share,
        requests[end].prompt == requests[start].prompt
      {
        end += 1
      }
      let lane = lanes.indices.min { lanes[$0].count < lanes[$1].count } ?? 0
      lanes[lane] += start..<end
      start = end
    }
    return lanes
  }
}
