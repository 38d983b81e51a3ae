package import Checkpoints
package import Kernels

/// How much memory the training of a policy takes.
package struct TrainingMemory: Sendable {
  /// Parameters, gradients, the optimizer's two moments, a reference, rotary tables, the head's buffers and the
  /// attention's, and the program itself.
  private let fixedBytes: Int
  /// Activations, and sums of the attention.
  private let bytesPerToken: Int
  /// Of a token that the tokenizer knows.
  private static let bytesPerVocabularyEntry = 400
  /// The program and its libraries.
  private static let programBytes = 30 << 20
  /// Of a token of the input: ids, advantages, log-probabilities, and what was made of them while they were read.
  private static let bytesPerSampleToken = 32

  /// - Parameters:
  ///   - recomputesLogProbabilities: whether passes without a gradient go over the packs, too.
  ///   - hasReference: whether a frozen policy of the same shape is held beside, which goes over them.
  ///   - sampleTokens: of all rollouts or examples.
  package init(
    _ configuration: ModelConfiguration, precision: ProductPrecision, threadCount: Int,
    recomputesActivations: Bool, recomputesLogProbabilities: Bool, hasReference: Bool,
    sampleTokens: Int
  ) {
    let parameterCount = Weights.layout(configuration).last?.range.upperBound ?? 0
    let elementBytes = MemoryLayout<Float>.stride
    let scratch = Self.scratchByteCounts(
      configuration, precision: precision, threadCount: threadCount)
    // The copies of a trained policy serve gradients too. Log-probabilities without a gradient have a head and activations of their own:
    // those of a few tokens before the policy is written, at least.
    let headCount = hasReference ? 3 : 2
    let passCount = (recomputesLogProbabilities ? 1 : 0) + (hasReference ? 1 : 0)
    let roundedBytes =
      precision == .float32
      ? 0 : precision.operandByteCount * Int(configuration.projectionElementCount)
    fixedBytes =
      Self.programBytes + Self.bytesPerVocabularyEntry * configuration.vocabularySize
      + Self.bytesPerSampleToken * sampleTokens
      + elementBytes * parameterCount * (hasReference ? 5 : 4)
      + roundedBytes * (hasReference ? 3 : 2)
      + elementBytes * configuration.rotaryElementCount * (hasReference ? 2 : 1)
      + headCount * PredictionHead.byteCount(configuration)
      + headCount * threadCount * elementBytes
      * CausalAttention.fixedCount(
        headDimension: configuration.headDimension, arithmetic: precision.attentionArithmetic)
      + scratch.fixed
    bytesPerToken =
      Activations.byteCount(configuration, keeping: recomputesActivations ? .inputs : .everything)
      + passCount * Activations.byteCount(configuration, keeping: .nothing)
      + threadCount * elementBytes * 2
      + scratch.perToken
  }

  /// What rounded factors take while products are at work: on every thread the rows of a tile, or parts of a pack's gradients; once the
  /// inputs of a layer's weights.
  private static func scratchByteCounts(
    _ configuration: ModelConfiguration, precision: ProductPrecision, threadCount: Int
  ) -> (fixed: Int, perToken: Int) {
    guard let arithmetic = precision.bfloat16Arithmetic else { return (0, 0) }
    let widest = max(
      configuration.hiddenSize, configuration.queryKeyValueWidth, 2 * configuration.intermediateSize
    )
    let rowBytes = arithmetic.rowByteCount
    let inputs =
      2 * configuration.hiddenSize + configuration.intermediateSize + configuration.queryWidth
    return (
      threadCount * rowBytes * widest * SequencePass.tileWidth
        + PredictionHead.roundedByteCount(
          configuration, rowByteCount: rowBytes, threadCount: threadCount),
      precision.operandByteCount * inputs + threadCount * rowBytes * SequencePass.weightTileWidth
    )
  }

  /// Bytes for packs of so many tokens.
  package func bytes(packTokens: Int) -> Int { fixedBytes + packTokens * bytesPerToken }

  /// The most tokens of a pack within so many bytes; below 1 where there is no room.
  package func packTokens(within bytes: Int) -> Int { (bytes - fixedBytes) / bytesPerToken }
}
