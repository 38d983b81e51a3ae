internal import CKernels

/// Attention of single queries over keys and values that were cached before, for generation.
///
/// The cache is in blocks of `blockSize` positions. Inside a block lies, for each layer and key-value head, first the
/// keys as [d, blockSize], so that the scores of its positions are one vector, then the values as [blockSize, d].
package enum CachedAttention {
  package static let blockSize = Int(KEY_VALUE_BLOCK)

  /// out = softmax(query · kᵀ / √d) · v over the first `count` positions.
  ///
  /// The arithmetic depends on the query, the cache and the count alone, not on what else is being generated.
  /// `scratch` holds at least `count` numbers, rounded up to whole blocks.
  package static func attend(
    query: UnsafeMutablePointer<Float>, blocks: UnsafePointer<UnsafeMutablePointer<Float>?>,
    keyOffset: Int, count: Int, headDimension: Int, scratch: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    cached_attention(
      query, blocks, keyOffset, count, headDimension, 1 / Float(headDimension).squareRoot(),
      scratch, out)
  }

  /// Writes the key and value of one position into its block; `slot` is the position inside the block.
  package static func store(
    key: UnsafeMutablePointer<Float>, value: UnsafeMutablePointer<Float>,
    block: UnsafeMutablePointer<Float>, keyOffset: Int, slot: Int, headDimension: Int
  ) {
    store_key_value(key, value, block + keyOffset, slot, headDimension)
  }
}
