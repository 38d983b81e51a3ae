internal import Checkpoints
internal import Kernels
internal import Synchronization

/// Makes responses, many at a time, with a cache of keys and values.
///
/// Neighbouring requests of the same prompt share its keys and values: the prompt is read once. A response that ends
/// makes room for the next request at once. Requests are dealt to a fixed number of lanes, so the result does not
/// depend on the number of threads.
package final class Sampler: Sendable {
  package let model: Model
  /// Lanes that requests are dealt to.
  package let laneCount: Int
  /// Responses that one lane makes at a time.
  package let slotCount: Int
  /// Threads that work at a time; does not change results.
  package let threadCount: Int

  package init(
    model: Model, laneCount: Int, slotCount: Int, threadCount: Int
  ) throws(TransformerError) {
    for (option, value) in [
      ("lane count", laneCount), ("slot count", slotCount), ("thread count", threadCount),
    ] {
      guard value > 0 else {
        throw .optionOutOfRange(option: option, value: Double(value), requirement: "positive")
      }
    }
    self.model = model
    self.laneCount = laneCount
    self.slotCount = slotCount
    self.threadCount = threadCount
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
    let finished = Mutex([GenerationResponse?](repeating: nil, count: requests.count))
    Lanes.run(count: laneCount, threadCount: threadCount) { lane in
      var work = GenerationLane(
        model: model, requests: requests, assigned: lanes[lane], options: options,
        slotCount: slotCount)
      work.run { index, response in
        finished.withLock {
          $0[index] = response
          onFinished(index, response)
        }
      }
    }
    return finished.withLock { $0.compactMap { $0 } }
  }

  /// The requests of each lane: runs of one prompt, no longer than a lane's share, go to the lane with the fewest so far.
  private func deal(_ requests: [GenerationRequest]) -> [[Int]] {
    let share = max(1, (requests.count + laneCount - 1) / laneCount)
    var lanes = [[Int]](repeating: [], count: laneCount)
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
