internal import CKernels

/// Attention of single tokens over keys and values that were cached before, for generation.
///
/// The cache is in blocks of `blockSize` positions. Inside a block lies, for each layer and key-value head, first the
/// keys as [d, blockSize], so that the scores of its positions are one vector, then the values as [blockSize, d]. Of bfloat16 numbers two
/// lie together that are multiplied after each other: [d / 2, blockSize, 2] and [blockSize / 2, d, 2].
package struct CachedAttention: Sendable {
  package static let blockSize = Int(KEY_VALUE_BLOCK)

  /// Query heads that one call computes together, at most: so many sums stay in registers.
  package static let mostSharingHeads = Int(MOST_SHARING)

  private let headDimension: Int
  private let isRounded: Bool

  package init(headDimension: Int, precision: ProductPrecision) {
    precondition(headDimension % 2 == 0, "an odd head dimension")
    self.headDimension = headDimension
    isRounded = precision != .float32
  }

  /// What a head's keys and values take in a block, in float32 numbers.
  package var blockElementCount: Int {
    (isRounded ? 1 : 2) * headDimension * Self.blockSize
  }

  /// out = softmax(query · kᵀ / √d) · v over the first `count` positions, for adjacent heads that share keys and values.
  /// Shapes: queries, out [heads, d]. Queries have gone through `round`.
  ///
  /// A head's arithmetic depends on its query, the cache and the count alone, not on what else is being generated; it is that of
  /// `CausalAttention`, so that a sampler's log-probabilities are the trainer's.
  package func attend(
    queries: UnsafeMutablePointer<Float>, headCount: Int,
    blocks: UnsafePointer<UnsafeMutablePointer<Float>?>, keyOffset: Int, count: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    precondition(
      headCount > 0 && headCount <= Self.mostSharingHeads,
      "attention of \(headCount) heads together")
    (isRounded ? cached_attention_bfloat16 : cached_attention)(
      queries, headCount, blocks, keyOffset, count, headDimension,
      1 / Float(headDimension).squareRoot(), out)
  }

  /// Rounds queries to what is multiplied.
  package func round(queries: UnsafeMutablePointer<Float>, headCount: Int) {
    if isRounded { bfloat16_round(queries, headCount * headDimension) }
  }

  /// Writes the key and value of one position into its block; `slot` is the position inside the block.
  package func store(
    key: UnsafeMutablePointer<Float>, value: UnsafeMutablePointer<Float>,
    block: UnsafeMutablePointer<Float>, keyOffset: Int, slot: Int
  ) {
    (isRounded ? store_key_value_bfloat16 : store_key_value)(
      key, value, block + keyOffset, slot, headDimension)
  }
}
