// What a policy's `config.json` says of the network's shape.

/// The networks that a policy may be.
package enum ModelArchitecture: String, Sendable, CaseIterable {
  /// RMS norm, rotary positions, grouped-query attention, SwiGLU; biases in attention only where the configuration says so.
  case llama
  /// Llama with biases on the query, key and value projections.
  case qwen2
  /// Llama with an RMS norm on each head's query and key.
  case qwen3
}

/// The shape of a policy: what `config.json` in a Hugging Face folder says.
///
/// Values are constant, so that a configuration that was read is written back as the bytes it came
/// from, with all that other programs keep there.
package struct ModelConfiguration: Sendable, Equatable {
  package let architecture: ModelArchitecture
  /// Entries of the embedding; at least the tokenizer's.
  package let vocabularySize: Int
  /// Width of the residual stream.
  package let hiddenSize: Int
  /// Width of the gate and up projections.
  package let intermediateSize: Int
  package let layerCount: Int
  /// Query heads.
  package let headCount: Int
  /// Key and value heads; divides `headCount`.
  package let keyValueHeadCount: Int
  /// Width of one head, even; `hiddenSize / headCount` in most models, but not in all.
  package let headDimension: Int
  /// Base of the rotary frequencies.
  package let ropeTheta: Double
  /// The variant of rotary positions; nil for the default.
  package let ropeScaling: RopeScaling?
  /// ε of the RMS norms.
  package let rmsNormEpsilon: Double
  /// Whether the output projection is the embedding itself.
  package let tiesEmbeddings: Bool
  /// Whether all four projections of attention have biases (`attention_bias`); Qwen2 has three of them always.
  package let hasAttentionBias: Bool
  /// Tokens, prompt and response together, that the policy was made for.
  package let maximumPositionCount: Int
  package let bosTokenID: Int?
  /// Tokens that end a response; any of them does.
  package let endOfSequenceTokenIDs: [Int]
  package let paddingTokenID: Int?
  /// The bytes of the file that this was read from; nil for a new configuration.
  let sourceBytes: [UInt8]?

  /// A new configuration; the head's width defaults to `hiddenSize / headCount`.
  package init(
    architecture: ModelArchitecture = .llama, vocabularySize: Int, hiddenSize: Int,
    intermediateSize: Int, layerCount: Int, headCount: Int, keyValueHeadCount: Int,
    headDimension: Int? = nil, ropeTheta: Double = 10_000, ropeScaling: RopeScaling? = nil,
    rmsNormEpsilon: Double = 1e-5,
    tiesEmbeddings: Bool = true, hasAttentionBias: Bool = false, maximumPositionCount: Int,
    bosTokenID: Int? = nil,
    endOfSequenceTokenIDs: [Int] = [], paddingTokenID: Int? = nil
  ) {
    self.init(
      architecture: architecture, vocabularySize: vocabularySize, hiddenSize: hiddenSize,
      intermediateSize: intermediateSize, layerCount: layerCount, headCount: headCount,
      keyValueHeadCount: keyValueHeadCount, headDimension: headDimension ?? hiddenSize / headCount,
      ropeTheta: ropeTheta, ropeScaling: ropeScaling, rmsNormEpsilon: rmsNormEpsilon,
      tiesEmbeddings: tiesEmbeddings, hasAttentionBias: hasAttentionBias,
      maximumPositionCount: maximumPositionCount, bosTokenID: bosTokenID,
      endOfSequenceTokenIDs: endOfSequenceTokenIDs, paddingTokenID: paddingTokenID,
      sourceBytes: nil)
  }

  init(
    architecture: ModelArchitecture, vocabularySize: Int, hiddenSize: Int, intermediateSize: Int,
    layerCount: Int, headCount: Int, keyValueHeadCount: Int, headDimension: Int, ropeTheta: Double,
    ropeScaling: RopeScaling?,
    rmsNormEpsilon: Double, tiesEmbeddings: Bool, hasAttentionBias: Bool, maximumPositionCount: Int,
    bosTokenID: Int?,
    endOfSequenceTokenIDs: [Int], paddingTokenID: Int?, sourceBytes: [UInt8]?
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
    self.ropeScaling = ropeScaling
    self.rmsNormEpsilon = rmsNormEpsilon
    self.tiesEmbeddings = tiesEmbeddings
    self.hasAttentionBias = hasAttentionBias
    self.maximumPositionCount = maximumPositionCount
    self.bosTokenID = bosTokenID
    self.endOfSequenceTokenIDs = endOfSequenceTokenIDs
    self.paddingTokenID = paddingTokenID
    self.sourceBytes = sourceBytes
  }

  /// Whether both describe the same network, whatever else their files say.
  package static func == (one: Self, other: Self) -> Bool {
    one.architecture == other.architecture && one.vocabularySize == other.vocabularySize
      && one.hiddenSize == other.hiddenSize && one.intermediateSize == other.intermediateSize
      && one.layerCount == other.layerCount && one.headCount == other.headCount
      && one.keyValueHeadCount == other.keyValueHeadCount
      && one.headDimension == other.headDimension && one.ropeTheta == other.ropeTheta
      && one.ropeScaling == other.ropeScaling
      && one.rmsNormEpsilon == other.rmsNormEpsilon && one.tiesEmbeddings == other.tiesEmbeddings
      && one.hasAttentionBias == other.hasAttentionBias
      && one.maximumPositionCount == other.maximumPositionCount
      && one.bosTokenID == other.bosTokenID
      && one.endOfSequenceTokenIDs == other.endOfSequenceTokenIDs
      && one.paddingTokenID == other.paddingTokenID
  }
}
