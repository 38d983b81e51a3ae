/// Families of models that differ in which tensors a layer has.
package enum ModelArchitecture: String, Sendable, Equatable, CaseIterable {
  case llama
  /// Llama with biases on the query, key and value projections.
  case qwen2
  /// Llama with a root-mean-square norm on each head's query and key.
  case qwen3
}

/// The shape of a decoder-only language model: what `config.json` of a Hugging Face folder says.
package struct ModelConfiguration: Sendable, Equatable {
  package var architecture: ModelArchitecture
  /// Entries of the vocabulary.
  package var vocabularySize: Int
  /// Width of the residual stream.
  package var hiddenSize: Int
  /// Width of the gated unit inside the feed-forward part.
  package var intermediateSize: Int
  package var layerCount: Int
  /// Heads of the queries.
  package var headCount: Int
  /// Heads of the keys and values; each serves `headCount / keyValueHeadCount` query heads.
  package var keyValueHeadCount: Int
  /// Width of one head; even.
  package var headDimension: Int
  /// Base of the rotary embedding's wavelengths.
  package var ropeTheta: Double
  package var rmsNormEpsilon: Double
  /// Whether the output projection is the token embedding.
  package var tiesEmbeddings: Bool
  /// Longest sequence, in tokens.
  package var maximumPositionCount: Int
  package var bosTokenID: Int?
  package var endOfSequenceTokenIDs: [Int]
  package var paddingTokenID: Int?

  package init(
    architecture: ModelArchitecture = .llama, vocabularySize: Int, hiddenSize: Int,
    intermediateSize: Int, layerCount: Int, headCount: Int, keyValueHeadCount: Int,
    headDimension: Int, ropeTheta: Double = 10_000, rmsNormEpsilon: Double = 1e-5,
    tiesEmbeddings: Bool = true, maximumPositionCount: Int, bosTokenID: Int? = nil,
    endOfSequenceTokenIDs: [Int] = [], paddingTokenID: Int? = nil
  ) {
    self.architecture = architecture
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.ropeTheta = ropeTheta
    self.rmsNormEpsilon = rmsNormEpsilon
    self.tiesEmbeddings = tiesEmbeddings
    self.maximumPositionCount = maximumPositionCount
    self.bosTokenID = bosTokenID
    self.endOfSequenceTokenIDs = endOfSequenceTokenIDs
    self.paddingTokenID = paddingTokenID
  }
}
