internal import Checkpoints
internal import Kernels

extension Model {
  /// The logits of the token after a sequence, [vocabulary]. For looking at single predictions; to make text, use `Sampler`.
  package func nextTokenLogits(after tokens: [Int32]) throws(TransformerError) -> [Float] {
    try checkSequence(tokens[...], index: 0, for: configuration)
    let decoder = Decoder(
      model: self, packed: PackedParameters(self), rowCapacity: tokens.count, predictionCapacity: 1)
    var sequence = CachedSequence()
    decoder.cache.extend(&sequence, to: tokens.count)
    let rows = tokens.enumerated().map { position, token in
      DecoderRow(
        token: token, position: position, sequence: 0, predictsNext: position + 1 == tokens.count)
    }
    let logits = decoder.step(rows, sequences: [sequence])
    return Array(UnsafeBufferPointer(start: logits[row: 0], count: logits.width))
  }
}
