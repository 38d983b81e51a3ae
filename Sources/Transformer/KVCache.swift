internal import Checkpoints
internal import Kernels

/// Keys and values of the tokens that are being continued, in blocks of a few positions that sequences can share.
///
/// A block holds all layers and heads of its positions. Rollouts of one prompt share the prompt's whole blocks; a block
/// goes back when its last sequence ends. One thread at a time.
final class KVCache {
  /// Elements of one block.
  private let blockCount: Int
  private let configuration: ModelConfiguration
  /// Every block ever made; memory grows to what was needed at once.
  private var blocks: [FloatBuffer] = []
  private var useCounts: [Int] = []
  private var free: [Int] = []

  init(configuration: ModelConfiguration) {
    self.configuration = configuration
    blockCount =
      configuration.layerCount * configuration.keyValueHeadCount * 2 * configuration.headDimension
      * CachedAttention.blockSize
  }

  /// Where the keys of a layer and head lie inside a block.
  func keyOffset(layer: Int, head: Int) -> Int {
    (layer * configuration.keyValueHeadCount + head) * 2 * configuration.headDimension
      * CachedAttention.blockSize
  }

  /// Makes room for positions up to `tokenCount`.
  func extend(_ sequence: inout CachedSequence, to tokenCount: Int) {
    while sequence.blocks.count * CachedAttention.blockSize < tokenCount {
      append(takeBlock(), to: &sequence)
    }
  }

  /// A sequence that begins with the first `tokenCount` tokens of another, to be continued on its own.
  func fork(_ sequence: CachedSequence, tokenCount: Int) -> CachedSequence {
    var result = CachedSequence()
    let shared = tokenCount / CachedAttention.blockSize
    for block in sequence.blocks.prefix(shared) {
      useCounts[block] += 1
      append(block, to: &result)
    }
    if shared * CachedAttention.blockSize < tokenCount {
      let copy = takeBlock()
      blocks[copy].base.update(from: blocks[sequence.blocks[shared]].base, count: blockCount)
      append(copy, to: &result)
    }
    return result
  }

  /// Gives back what the sequence holds.
  func release(_ sequence: CachedSequence) {
    for block in sequence.blocks {
      useCounts[block] -= 1
      if useCounts[block] == 0 { free.append(block) }
    }
  }

  private func takeBlock() -> Int {
    if let block = free.popLast() {
      useCounts[block] = 1
      return block
    }
    blocks.append(FloatBuffer(count: blockCount))
    useCounts.append(1)
    return blocks.count - 1
  }

  private func append(_ block: Int, to sequence: inout CachedSequence) {
    sequence.blocks.append(block)
    sequence.pointers.append(blocks[block].base)
  }
}

/// The blocks of one sequence, in the order of their positions.
struct CachedSequence {
  fileprivate(set) var blocks: [Int] = []
  /// The same blocks as addresses.
  fileprivate(set) var pointers: [UnsafeMutablePointer<Float>?] = []
}
