import ArgumentParser
import Checkpoints

/// The shapes of a policy that is measured.
enum BenchShape: String, CaseIterable, ExpressibleByArgument {
  /// SmolLM2-135M.
  case smollm2
  /// That of the demo.
  case small

  var configuration: ModelConfiguration {
    switch self {
    case .smollm2:
      ModelConfiguration(
        vocabularySize: 49_152, hiddenSize: 576, intermediateSize: 1536, layerCount: 30,
        headCount: 9, keyValueHeadCount: 3, headDimension: 64, ropeTheta: 100_000,
        rmsNormEpsilon: 1e-5, tiesEmbeddings: true, maximumPositionCount: 8192, bosTokenID: nil,
        endOfSequenceTokenIDs: [], paddingTokenID: nil)
    case .small:
      ModelConfiguration(
        vocabularySize: 512, hiddenSize: 128, intermediateSize: 384, layerCount: 4, headCount: 4,
        keyValueHeadCount: 4, headDimension: 32, ropeTheta: 10_000, rmsNormEpsilon: 1e-5,
        tiesEmbeddings: true, maximumPositionCount: 8192, bosTokenID: nil,
        endOfSequenceTokenIDs: [], paddingTokenID: nil)
    }
  }
}

extension ModelConfiguration {
  /// Weights of all layers' projections.
  var layerWeightCount: Double {
    let heads = 2 * headCount + 2 * keyValueHeadCount
    return Double(layerCount * hiddenSize * (heads * headDimension + 3 * intermediateSize))
  }

  /// Weights of the output projection.
  var headWeightCount: Int { vocabularySize * hiddenSize }

  /// Width of all query heads.
  var attentionWidth: Int { headCount * headDimension }
}
