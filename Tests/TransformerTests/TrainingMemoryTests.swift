import Checkpoints
import Kernels
import Testing
import Transformer

/// The memory that a training is said to need, against the peaks of processes that did it (docs/srar-update.md).
@Suite("Memory of a training")
struct TrainingMemoryTests {
  /// A policy as `srar-update init` makes it.
  private static func made(layers: Int, hidden: Int, vocabulary: Int) -> ModelConfiguration {
    ModelConfiguration(
      architecture: .llama, vocabularySize: vocabulary, hiddenSize: hidden,
      intermediateSize: 3 * hidden, layerCount: layers, headCount: 4, keyValueHeadCount: 4,
      headDimension: hidden / 4, ropeTheta: 10_000, rmsNormEpsilon: 1e-5, tiesEmbeddings: true,
      maximumPositionCount: 1024)
  }

  /// A Qwen2.5 of 0.5 billion parameters, and 0.14 more for the head of its own that its GGUF file brings.
  private static let half = ModelConfiguration(
    architecture: .qwen2, vocabularySize: 151_936, hiddenSize: 896, intermediateSize: 4864,
    layerCount: 24, headCount: 14, keyValueHeadCount: 2, headDimension: 64, ropeTheta: 1e6,
    rmsNormEpsilon: 1e-6, tiesEmbeddings: false, maximumPositionCount: 32_768)

  struct Peak: Sendable {
    let configuration: ModelConfiguration
    let packTokens: Int
    let sampleTokens: Int
    /// Largest resident set, in MiB, of float32 and two threads.
    let megabytes: Int
  }

  static let peaks = [
    Peak(
      configuration: made(layers: 2, hidden: 64, vocabulary: 300), packTokens: 310,
      sampleTokens: 918, megabytes: 41),
    Peak(
      configuration: made(layers: 2, hidden: 64, vocabulary: 300), packTokens: 918,
      sampleTokens: 918, megabytes: 48),
    Peak(
      configuration: made(layers: 2, hidden: 512, vocabulary: 300), packTokens: 306,
      sampleTokens: 1113, megabytes: 207),
    Peak(
      configuration: made(layers: 2, hidden: 512, vocabulary: 300), packTokens: 1113,
      sampleTokens: 1113, megabytes: 277),
    Peak(
      configuration: made(layers: 2, hidden: 512, vocabulary: 300), packTokens: 2048,
      sampleTokens: 80_000, megabytes: 361),
    Peak(
      configuration: made(layers: 6, hidden: 384, vocabulary: 556), packTokens: 1330,
      sampleTokens: 1330, megabytes: 439),
    Peak(configuration: half, packTokens: 295, sampleTokens: 295, megabytes: 10_132),
  ]

  private func memory(
    _ configuration: ModelConfiguration, recomputing: Bool = false, reference: Bool = false,
    sampleTokens: Int = 0
  ) -> TrainingMemory {
    TrainingMemory(
      configuration, precision: .float32, threadCount: 2, recomputesActivations: false,
      recomputesLogProbabilities: recomputing, hasReference: reference, sampleTokens: sampleTokens)
  }

  @Test("is never less than what was measured, nor much more", arguments: peaks)
  func measured(peak: Peak) {
    let bytes = memory(peak.configuration, sampleTokens: peak.sampleTokens)
      .bytes(packTokens: peak.packTokens)
    let ratio = Double(bytes) / Double(peak.megabytes << 20)
    #expect(ratio >= 1 && ratio <= 1.15, "\(bytes >> 20) MiB, measured \(peak.megabytes) MiB")
  }

  @Test("grows by what is held beside, and by passes of their own")
  func beside() {
    let plain = memory(Self.half).bytes(packTokens: 1000)
    let parameters = 630_167_424 * 4
    #expect(memory(Self.half, reference: true).bytes(packTokens: 1000) > plain + parameters)
    #expect(memory(Self.half, recomputing: true).bytes(packTokens: 1000) > plain)
    #expect(memory(Self.half, sampleTokens: 1000).bytes(packTokens: 1000) > plain)
    let whole = memory(Self.half)
    #expect(whole.packTokens(within: whole.bytes(packTokens: 777)) == 777)
  }
}
