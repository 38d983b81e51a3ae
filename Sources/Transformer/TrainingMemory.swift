package import Checkpoints
package import Kernels

/// How much memory the training of a policy takes.
package struct TrainingMemory: Sendable {
  /// Parameters, gradients, the optimizer's two moments, a reference, rotary tables, the head's buffers, and the program itself.
  private let fixedBytes: Int
  /// Activations, and scores of the attention.
  private let bytesPerToken: Int
  private static let programBytes = 96 << 20

  /// - Parameter hasReference: whether a frozen policy of the same shape is held beside.
  package init(
    _ configuration: ModelConfiguration, precision: ProductPrecision, threadCount: Int,
    recomputesActivations: Bool, hasReference: Bool
  ) {
    let parameterCount = Weights.layout(configuration).last?.range.upperBound ?? 0
    let elementBytes = MemoryLayout<Float>.stride
    let expanded = Self.expandedElementCounts(configuration, precision: precision)
    // Log-probabilities without a gradient have a head and activations of their own.
    let roundedBytes = precision == .float32 ? 0 : precision.operandByteCount * parameterCount
    fixedBytes =
      Self.programBytes
      + elementBytes * parameterCount * (hasReference ? 5 : 4)
      + roundedBytes * (hasReference ? 2 : 1)
      + elementBytes * configuration.rotaryElementCount * (hasReference ? 2 : 1)
      + 2 * PredictionHead.byteCount(configuration, precision: precision)
      + elementBytes * threadCount * expanded.ofWeights
    bytesPerToken =
      Activations.byteCount(
        configuration, keeping: recomputesActivations ? .inputs : .everything,
        precision: precision)
      + Activations.byteCount(configuration, keeping: .nothing, precision: precision)
      + elementBytes * threadCount
      * (2 * CausalAttention.scratchCount(keyCount: 1) + expanded.perToken)
  }

  /// Numbers that a thread's product holds of rounded operands where the processor does not multiply those: of a weight and a tile's
  /// rows, or of a pack's rows, parts of whose gradients make a part of a weight's.
  private static func expandedElementCounts(
    _ configuration: ModelConfiguration, precision: ProductPrecision
  ) -> (ofWeights: Int, perToken: Int) {
    guard precision == .bfloat16, !ProductPrecision.multipliesBFloat16Natively else {
      return (0, 0)
    }
    let widest = max(
      configuration.hiddenSize, configuration.queryKeyValueWidth, 2 * configuration.intermediateSize
    )
    return (
      widest * (configuration.hiddenSize + SequencePass.tileWidth),
      widest + SequencePass.weightTileWidth
    )
  }

  /// Bytes for packs of so many tokens.
  package func bytes(packTokens: Int) -> Int { fixedBytes + packTokens * bytesPerToken }

  /// The most tokens of a pack within so many bytes; below 1 where there is no room.
  package func packTokens(within bytes: Int) -> Int { (bytes - fixedBytes) / bytesPerToken }
}
