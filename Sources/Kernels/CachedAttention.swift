internal import CKernels

/// Attention of single tokens over keys and values that were cached before, for generation.
///
/// The cache is in blocks of `blockSize` positions. Inside a block lies, for each layer and key-value head, first the
/// keys as [d, blockSize], so that the scores of its positions are one vector, then the values as [blockSize, d].
package enum CachedAttention {
  package static let blockSize = Int(KEY_VALUE_BLOCK)

  /// Query heads that one call computes together, at most: so many sums stay in registers.
  package static let mostSharingHeads = Int(MOST_SHARING)

  /// out = softmax(query · kᵀ / √d) · v over the first `count` positions, for adjacent heads that share keys and values.
  /// Shapes: queries, out [heads, d].
  ///
  /// A head's arithmetic depends on its query, the cache and the count alone, not on what else is being generated; it is that of
  /// `CausalAttention`, so that a sampler's log-probabilities are the trainer's.
  package static func attend(
    queries: UnsafeMutablePointer<Float>, headCount: Int,
    blocks: UnsafePointer<UnsafeMutablePointer<Float>?>, keyOffset: Int, count: Int,
    headDimension: Int, into out: UnsafeMutablePointer<Float>
  ) {
    precondition(
      headCount > 0 && headCount <= mostSharingHeads, "attention of \(headCount) heads together")
    cached_attention(
      queries, headCount, blocks, keyOffset, count, headDimension,
      1 / Float(headDimension).squareRoot(), out)
  }

  /// Writes the key and value of one position into its block; `slot` is the position inside the block.
  package static func store(
    key: UnsafeMutablePointer<Float>, value: UnsafeMutablePointer<Float>,
    block: UnsafeMutablePointer<Float>, keyOffset: Int, slot: Int, headDimension: Int
  ) {
    store_key_value(key, value, block + keyOffset, slot, headDimension)
  }
}
