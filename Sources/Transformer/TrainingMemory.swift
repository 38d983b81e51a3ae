package import Checkpoints
package import Kernels

/// How much memory the training of a policy takes.
package struct TrainingMemory: Sendable {
  /// Parameters, gradients, the optimizer's two moments, a reference, rotary tables, the head's buffers and the
  /// attention's, and the program itself.
  private let fixedBytes: Int
  /// Activations, and sums of the attention.
  private let bytesPerToken: Int
  private static let programBytes = 96 << 20

  /// - Parameter hasReference: whether a frozen policy of the same shape is held beside.
  package init(
    _ configuration: ModelConfiguration, precision: ProductPrecision, threadCount: Int,
    recomputesActivations: Bool, hasReference: Bool
  ) {
    let parameterCount = Weights.layout(configuration).last?.range.upperBound ?? 0
    let elementBytes = MemoryLayout<Float>.stride
    let scratch = Self.scratchByteCounts(
      configuration, precision: precision, threadCount: threadCount)
    // The copies of a trained policy serve gradients too. Log-probabilities without a gradient have a head and activations of their own.
    let roundedBytes =
      precision == .float32
      ? 0 : precision.operandByteCount * Int(configuration.projectionElementCount)
    fixedBytes =
      Self.programBytes
      + elementBytes * parameterCount * (hasReference ? 5 : 4)
      + roundedBytes * (hasReference ? 3 : 2)
      + elementBytes * configuration.rotaryElementCount * (hasReference ? 2 : 1)
      + 2 * PredictionHead.byteCount(configuration)
      + 2 * threadCount * elementBytes
      * CausalAttention.fixedCount(
        headDimension: configuration.headDimension, arithmetic: precision.attentionArithmetic)
      + scratch.fixed
    bytesPerToken =
      Activations.byteCount(configuration, keeping: recomputesActivations ? .inputs : .everything)
      + Activations.byteCount(configuration, keeping: .nothing)
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
