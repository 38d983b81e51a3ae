package import Checkpoints
internal import Diagnostics
package import Kernels

/// Makes responses, many at a time, with a cache of keys and values.
///
/// Neighbouring requests of the same prompt share its keys and values: the prompt is read once. A response that ends
/// makes room for the next request at once. A response depends on the model, its prompt, the options and its own random
/// stream alone: every kernel computes a row the same way whatever the other rows are, so neither the thread count, nor
/// the slot count, nor the memory, nor the other requests change a bit of it.
package final class Sampler: Sendable {
  package let model: Model
  /// Threads that work at a time.
  package let threadCount: Int
  /// Responses that one lane makes at a time where memory allows.
  package let slotCount: Int
  /// Lanes that share out the requests, and threads that share each step of a lane.
  private let laneCount: Int
  private let threadsPerLane: Int
  /// Bytes for the weights, their packed copy, keys, values and working memory; nil for as many as it takes.
  package let memoryBytes: Int?

  /// - Parameter slotCount: responses that one lane makes at a time; nil for what suits the model's size.
  package init(
    model: Model, slotCount: Int? = nil, threadCount: Int, memoryBytes: Int? = nil
  ) throws(TransformerError) {
    let fitsCache = model.weights.elements.count <= Self.cachedElementCount
    let slotCount = slotCount ?? (fitsCache ? 16 : 64)
    for (option, value) in [
      ("slot count", slotCount), ("thread count", threadCount), ("memory", memoryBytes ?? 1),
    ] {
      guard value > 0 else {
        throw .optionOutOfRange(option: option, value: Double(value), requirement: "positive")
      }
    }
    self.model = model
    self.threadCount = threadCount
    self.slotCount = slotCount
    laneCount = fitsCache ? threadCount : 1
    threadsPerLane = fitsCache ? 1 : threadCount
    self.memoryBytes = memoryBytes
  }

  /// Refuses a budget that cannot hold the weights and their packed copy, before anybody makes room for them.
  package static func check(
    memoryBytes: Int, for configuration: ModelConfiguration, precision: ProductPrecision
  ) throws(TransformerError) {
    let needed = try leastBytes(for: configuration, precision: precision)
    guard needed > Double(memoryBytes) else { return }
    throw .memoryTooSmall(bytes: memoryBytes, needed: Int(needed), tokenCount: 1)
  }

  /// Bytes of the weights and their packed copy, without keys and values.
  package static func leastBytes(
    for configuration: ModelConfiguration, precision: ProductPrecision
  ) throws(TransformerError) -> Double {
    try configuration.checkShape()
    return configuration.matrixElementCount * Double(MemoryLayout<Float>.stride)
      + configuration.projectionElementCount * Double(precision.operandByteCount)
  }

  /// Weights that a core's cache holds. Up to there each thread is a lane of its own, with few responses at a time, so that it waits for
  /// nobody and their keys and values stay in the cache too. Larger weights come from memory at every step: many responses
  /// share the way, and all threads a step, each some of the outputs.
  private static let cachedElementCount = 4 << 20

  /// The responses, in the order of the requests.
  ///
  /// - Parameter onFinished: called with a request's index as soon as its response is done; the order of calls is not fixed.
  /// - Throws: `TransformerError`.
  package func generate(
    _ requests: [GenerationRequest], options: SamplingOptions,
    onFinished: (_ index: Int, GenerationResponse) -> Void = { _, _ in }
  ) throws -> [GenerationResponse] {
    var rest = [requests][...]
    var responses: [GenerationResponse] = []
    try generate(
      options: options, from: { rest.popFirst() }, onFinished: onFinished,
      deliver: { responses = $0 })
    return responses
  }

  /// Makes responses to requests that are brought and taken away while it works.
  ///
  /// All closures but `onTokens` are called on the caller's thread.
  ///
  /// - Parameters:
  ///   - next: the next requests, best all of a prompt; nil where there are no more. Asked for only while fewer than
  ///     `outstandingResponseLimit` responses are being made or wait for earlier ones to be delivered.
  ///   - onTokens: takes the number of tokens that have been drawn since the last call; from any thread.
  ///   - onFinished: called with a request's index as soon as its response is done.
  ///   - deliver: takes the responses to the requests of one call of `next`, in the order of the calls.
  /// - Throws: `TransformerError`, `ThreadError`, and what the closures throw.
  package func generate(
    options: SamplingOptions, from next: () throws -> [GenerationRequest]?,
    onTokens: @escaping @Sendable (Int) -> Void = { _ in },
    onFinished: (_ index: Int, GenerationResponse) -> Void = { _, _ in },
    deliver: ([GenerationResponse]) throws -> Void
  ) throws {
    try options.check()
    let memory = GenerationMemory(
      model: model, slotCount: slotCount, laneCount: laneCount, threadsPerLane: threadsPerLane,
      budget: memoryBytes)
    try memory.check(sequenceTokenCount: 1)
    let queue = GenerationQueue(laneCount: laneCount)
    let packed = PackedParameters(model)
    var lanes: [SystemThread] = []
    defer {
      queue.stop()
      for lane in lanes { lane.join() }
    }
    for index in 0..<laneCount {
      lanes.append(try start(index, queue, packed, memory, options, onTokens))
    }
    var deliveries = OrderedDeliveries()
    var hasMore = true
    while true {
      while hasMore, deliveries.outstandingCount < Self.outstandingResponseLimit {
        guard let requests = try next() else {
          hasMore = false
          queue.close()
          break
        }
        let first = deliveries.requestCount
        for (offset, request) in requests.enumerated() {
          try check(request, index: first + offset, options, memory)
        }
        deliveries.expect(requests.count)
        queue.append(requests, firstIndex: first)
      }
      while let responses = deliveries.next() { try deliver(responses) }
      if deliveries.outstandingCount == 0 {
        if hasMore { continue }
        return
      }
      for (index, response) in try queue.waitForFinished() {
        deliveries.note(index, response)
        onFinished(index, response)
      }
    }
  }

  /// Responses that may be under way or wait for their turn to be delivered.
  private static let outstandingResponseLimit = 1024

  /// Starts a lane on a thread of its own.
  private func start(
    _ index: Int, _ queue: GenerationQueue, _ packed: PackedParameters,
    _ memory: GenerationMemory, _ options: SamplingOptions,
    _ onTokens: @escaping @Sendable (Int) -> Void
  ) throws(ThreadError) -> SystemThread {
    try SystemThread { [model, threadsPerLane] in
      var lane = GenerationLane(
        index: index, queue: queue,
        decoder: Decoder(
          model: model, packed: packed, rowCapacity: memory.rowCapacity,
          predictionCapacity: memory.predictionCapacity, cacheBlockLimit: memory.blockLimit,
          threadCount: threadsPerLane),
        options: options, slotCount: memory.slotCount,
        vocabularySize: model.configuration.vocabularySize,
        lastPosition: model.configuration.maximumPositionCount, onTokens: onTokens)
      do throws(TransformerError) {
        try lane.run()
      } catch {
        queue.fail(error)
      }
    }
  }

  private func check(
    _ request: GenerationRequest, index: Int, _ options: SamplingOptions, _ memory: GenerationMemory
  ) throws(TransformerError) {
    let limit = model.configuration.maximumPositionCount
    try checkSequence(request.prompt[...], index: index, for: model.configuration)
    guard request.prompt.count < limit else {
      throw .sequenceTooLong(
        index: index, tokenCount: request.prompt.count + 1, maximumPositionCount: limit)
    }
    let maxResponseTokens = request.maxResponseTokens ?? options.maxResponseTokens
    guard maxResponseTokens > 0 else {
      throw .optionOutOfRange(
        option: "maximum response tokens", value: Double(maxResponseTokens),
        requirement: "at least 1")
    }
    try memory.check(
      sequenceTokenCount: request.prompt.count
        + min(limit - request.prompt.count, maxResponseTokens, options.maxResponseTokens))
  }
}
