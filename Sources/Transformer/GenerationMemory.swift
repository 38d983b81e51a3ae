internal import Checkpoints
internal import Kernels

/// How generation shares out the memory that it may use.
///
/// Of the budget go off first the weights, their packed copy and the rotary table; the rest is parted evenly over the
/// lanes. Of a lane's share, half at most is for the rows of a step, which bounds how many responses it makes at a time;
/// what is left holds keys and values.
struct GenerationMemory {
  /// Responses that one lane makes at a time.
  let slotCount: Int
  /// Blocks of each lane's cache; `Int.max` without a budget.
  let blockLimit: Int
  private let configuration: ModelConfiguration
  /// Responses that one lane should make at a time.
  private let wantedSlotCount: Int
  private let budget: Int?
  private let laneCount: Int
  private let threadsPerLane: Int
  private let fixedBytes: Int
  /// Of a block of the cache.
  private let blockBytes: Int

  /// - Parameters:
  ///   - slotCount: responses that one lane should make at a time where memory allows.
  ///   - threadsPerLane: threads that share a lane's steps.
  ///   - budget: bytes; nil for as much as it takes.
  init(model: Model, slotCount: Int, laneCount: Int, threadsPerLane: Int, budget: Int?) {
    configuration = model.configuration
    wantedSlotCount = slotCount
    self.budget = budget
    self.laneCount = laneCount
    self.threadsPerLane = threadsPerLane
    let numbers = model.weights.elements.count + configuration.rotaryElementCount
    fixedBytes =
      numbers * MemoryLayout<Float>.stride
      + PackedParameters.byteCount(configuration, precision: model.precision)
    blockBytes =
      KVCache.blockElementCount(configuration, model.precision) * MemoryLayout<Float>.stride
    guard let budget else {
      self.slotCount = slotCount
      blockLimit = .max
      return
    }
    let share = max(0, budget - fixedBytes) / laneCount
    var slots = slotCount
    func stepBytes(_ slots: Int) -> Int {
      Self.stepBytes(slots, threadsPerLane, model.configuration)
    }
    while slots > 1, stepBytes(slots) > share / 2 { slots -= 1 }
    self.slotCount = slots
    blockLimit =
      max(0, share - stepBytes(slots)) / blockBytes
  }

  /// Refuses a sequence that could outgrow its lane's cache even if it had it alone.
  func check(sequenceTokenCount tokenCount: Int) throws(TransformerError) {
    // The last block of a prompt is there twice while a response begins.
    let blocks = KVCache.blockCount(tokenCount: tokenCount) + 1
    guard let budget, blocks > blockLimit else { return }
    throw .memoryTooSmall(
      bytes: budget, needed: fixedBytes + laneCount * sufficientShare(blockCount: blocks),
      tokenCount: tokenCount)
  }

  /// The least share of a lane that has room for so many blocks, as has every larger one. Some smaller ones have, too: with a little
  /// more memory a lane makes one response more at a time, whose rows take some of the cache's.
  private func sufficientShare(blockCount: Int) -> Int {
    let cacheBytes = blockCount * blockBytes
    func stepBytes(_ slots: Int) -> Int { Self.stepBytes(slots, threadsPerLane, configuration) }
    // Shares of 2 · stepBytes(slots) and more make so many slots; the first ones of them may not have the room.
    var slots = wantedSlotCount
    while slots > 1, stepBytes(slots) >= cacheBytes { slots -= 1 }
    let share = stepBytes(slots) + cacheBytes
    return slots == wantedSlotCount ? share : min(share, 2 * stepBytes(slots + 1))
  }

  /// Rows of a step at most: a token of each response, and of prompts as many as one step reads.
  var rowCapacity: Int { Self.rowCapacity(slotCount) }
  private static func rowCapacity(_ slotCount: Int) -> Int {
    slotCount + Decoder.promptTokensPerStep
  }

  /// Rows of a step at most that predict: those of the responses, and the ends of prompts that responses wait for.
  var predictionCapacity: Int { Self.predictionCapacity(slotCount) }
  private static func predictionCapacity(_ slotCount: Int) -> Int { 2 * slotCount }

  /// Bytes of a step of so many responses and as many tokens of prompts as one step reads, and of what the sampler and the
  /// prompts keep of their predictions.
  private static func stepBytes(
    _ slotCount: Int, _ threadsPerLane: Int, _ configuration: ModelConfiguration
  ) -> Int {
    let buffers = DecoderBuffers.elementCount(
      configuration, rowCapacity: rowCapacity(slotCount),
      predictionCapacity: predictionCapacity(slotCount))
    let kept = (slotCount + 1) * configuration.vocabularySize
    let samplers =
      threadsPerLane * TokenSampler.elementCount(vocabularySize: configuration.vocabularySize)
    return (buffers + kept + samplers) * MemoryLayout<Float>.stride
  }
}
