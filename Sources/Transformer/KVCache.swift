internal import Checkpoints
internal import Kernels

/// Keys and values of the tokens that are being continued, in blocks of a few positions that sequences can share.
///
/// A block holds all layers and heads of its positions. Rollouts of one prompt share the prompt's whole blocks; a block
/// goes back when its last sequence ends. One thread at a time.
final class KVCache {
  private let configuration: ModelConfiguration
  /// What reads them.
  let attention: CachedAttention
  /// Elements of one block.
  private let blockElementCount: Int
  /// Blocks that there may be at once.
  let blockLimit: Int
  /// Memory of the blocks, many in each; it grows to what was needed at once.
  private var slabs: [FloatBuffer] = []
  /// Blocks of the last slab that were never used.
  private var unusedBlockCount = 0
  /// The address of every block ever made.
  private var blocks: [UnsafeMutablePointer<Float>] = []
  private var useCounts: [Int] = []
  private var free: [Int] = []
  /// Of a slab, at least, where the limit allows it: 32 MiB, which lie in large pages nearly to their end, since a step reads a little of
  /// every block for each head of each layer and would wait for page tables. From this size on memory costs nothing before it is used.
  private static let slabElementCount = 1 << 23

  /// - Parameters:
  ///   - precision: of the keys and values.
  ///   - blockLimit: as many as memory allows; whoever takes blocks looks at `freeBlockCount` before.
  init(
    configuration: ModelConfiguration, precision: ProductPrecision,
    blockLimit: Int = .max
  ) {
    self.configuration = configuration
    self.blockLimit = blockLimit
    attention = CachedAttention(headDimension: configuration.headDimension, precision: precision)
    blockElementCount = Self.blockElementCount(configuration, precision)
  }

  /// What one block takes, in float32 numbers.
  static func blockElementCount(
    _ configuration: ModelConfiguration, _ precision: ProductPrecision
  ) -> Int {
    configuration.layerCount * configuration.keyValueHeadCount
      * CachedAttention(headDimension: configuration.headDimension, precision: precision)
      .blockElementCount
  }

  /// Blocks of a sequence of so many tokens.
  static func blockCount(tokenCount: Int) -> Int {
    (tokenCount + CachedAttention.blockSize - 1) / CachedAttention.blockSize
  }

  /// Blocks that may be taken.
  var freeBlockCount: Int { blockLimit - blocks.count + free.count }

  /// Where the keys of a layer and head lie inside a block.
  func keyOffset(layer: Int, head: Int) -> Int {
    (layer * configuration.keyValueHeadCount + head) * attention.blockElementCount
  }

  /// Makes room for positions up to `tokenCount`.
  func extend(_ sequence: inout CachedSequence, to tokenCount: Int) {
    while sequence.blockCount * CachedAttention.blockSize < tokenCount {
      append(takeBlock(), to: &sequence)
    }
  }

  /// A sequence that begins with the first `tokenCount` tokens of another, to be continued on its own. It takes one block
  /// at most.
  func fork(_ sequence: CachedSequence, tokenCount: Int) -> CachedSequence {
    var result = CachedSequence()
    let shared = tokenCount / CachedAttention.blockSize
    for block in sequence.blocks.prefix(shared) {
      useCounts[block] += 1
      append(block, to: &result)
    }
    if shared * CachedAttention.blockSize < tokenCount {
      let copy = takeBlock()
      blocks[copy].update(from: blocks[sequence.blocks[shared]], count: blockElementCount)
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
    precondition(blocks.count < blockLimit, "a block beyond the limit")
    if unusedBlockCount == 0 {
      unusedBlockCount = min(
        (Self.slabElementCount + blockElementCount - 1) / blockElementCount,
        blockLimit - blocks.count)
      slabs.append(FloatBuffer(count: unusedBlockCount * blockElementCount))
    }
    let slab = slabs[slabs.count - 1]
    blocks.append(slab.base + slab.count - unusedBlockCount * blockElementCount)
    unusedBlockCount -= 1
    useCounts.append(1)
    return blocks.count - 1
  }

  private func append(_ block: Int, to sequence: inout CachedSequence) {
    sequence.blocks.append(block)
    sequence.pointers.append(blocks[block])
  }
}

/// The blocks of one sequence, in the order of their positions; read by several threads, written by one while the others rest.
struct CachedSequence: @unchecked Sendable {
  fileprivate(set) var blocks: [Int] = []
  /// The same blocks as addresses.
  fileprivate(set) var pointers: [UnsafeMutablePointer<Float>?] = []

  var blockCount: Int { blocks.count }
}
