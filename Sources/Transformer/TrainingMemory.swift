package import Checkpoints
package import Kernels

/// How much memory the training of a policy takes.
package struct TrainingMemory: Sendable {
  /// Parameters, gradients, the optimizer's two moments, a reference, the head's buffers, and the program itself.
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
    // Log-probabilities without a gradient have a head and activations of their own.
    let roundedBytes = precision == .float32 ? 0 : precision.operandByteCount * parameterCount
    fixedBytes =
      Self.programBytes
      + elementBytes * parameterCount * (hasReference ? 5 : 4)
      + roundedBytes * (hasReference ? 2 : 1)
      + 2 * PredictionHead.byteCount(configuration, precision: precision)
    bytesPerToken =
      Activations.byteCount(
        configuration, keeping: recomputesActivations ? .inputs : .everything,
        precision: precision)
      + Activations.byteCount(configuration, keeping: .nothing, precision: precision)
      + elementBytes * 2 * threadCount * CausalAttention.scratchCount(keyCount: 1)
  }

  /// Bytes for packs of so many tokens.
  package func bytes(packTokens: Int) -> Int { fixedBytes + packTokens * bytesPerToken }

  /// The most tokens of a pack within so many bytes; below 1 where there is no room.
  package func packTokens(within bytes: Int) -> Int { (bytes - fixedBytes) / bytesPerToken }
}
