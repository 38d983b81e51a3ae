internal import Checkpoints
internal import Kernels

/// A parameter set as the matrices and vectors that the layers work on.
struct ParameterViews {
  /// [vocabulary, hidden]
  let embedding: Rows
  let layers: [LayerParameterViews]
  /// [hidden]
  let finalNorm: UnsafeMutablePointer<Float>
  /// [vocabulary, hidden]; the embedding where they are tied
  let head: Rows
  /// The head's rows of every tile of the vocabulary.
  let headTiles: [Weight]

  /// - Parameter precision: of the products that the matrices take part in; rounded copies are made by `round` only.
  init(_ parameters: some ParameterSet, precision: ProductPrecision = .float32) {
    let configuration = parameters.configuration
    let base = parameters.buffer.base
    let offsets = Dictionary(
      uniqueKeysWithValues: parameters.tensors.map { ($0.name, $0.offset) })
    func vector(_ name: String) -> UnsafeMutablePointer<Float>? {
      offsets[name].map { base + $0 }
    }
    /// A tensor that every layout of this architecture has.
    func required(_ name: String) -> UnsafeMutablePointer<Float> {
      guard let pointer = vector(name) else { preconditionFailure("no \(name) in the layout") }
      return pointer
    }
    func rows(_ name: String, _ rowCount: Int, _ width: Int) -> Rows {
      Rows(base: required(name), rowCount: rowCount, width: width, stride: width)
    }
    func weight(_ name: String, _ rowCount: Int, _ width: Int) -> Weight {
      Weight(rows(name, rowCount, width), precision: precision)
    }
    let hidden = configuration.hiddenSize
    let queryWidth = configuration.headCount * configuration.headDimension
    let inner = configuration.intermediateSize
    embedding = rows("model.embed_tokens.weight", configuration.vocabularySize, hidden)
    layers = (0..<configuration.layerCount).map { layer in
      let prefix = "model.layers.\(layer)."
      return LayerParameterViews(
        inputNorm: required(prefix + "input_layernorm.weight"),
        queryKeyValue: weight(
          prefix + "self_attn.q_proj.weight", configuration.queryKeyValueWidth, hidden),
        queryKeyValueBias: vector(prefix + "self_attn.q_proj.bias"),
        queryNorm: vector(prefix + "self_attn.q_norm.weight"),
        keyNorm: vector(prefix + "self_attn.k_norm.weight"),
        output: weight(prefix + "self_attn.o_proj.weight", hidden, queryWidth),
        outputBias: vector(prefix + "self_attn.o_proj.bias"),
        feedForwardNorm: required(prefix + "post_attention_layernorm.weight"),
        gateUp: weight(prefix + "mlp.gate_proj.weight", 2 * inner, hidden),
        down: weight(prefix + "mlp.down_proj.weight", hidden, inner))
    }
    finalNorm = required("model.norm.weight")
    head =
      configuration.tiesEmbeddings
      ? embedding : rows("lm_head.weight", configuration.vocabularySize, hidden)
    let tiles = configuration.vocabularyTiles
    headTiles = (0..<tiles.count).map { [head] in
      Weight(head[rows: tiles[$0]], precision: precision)
    }
  }

  /// Makes the rounded copies of all matrices anew, where there are any.
  ///
  /// - Parameter forGradient: whether gradients are to be computed with them.
  func round(forGradient: Bool, threadCount: Int) {
    let weights = layers.flatMap { [$0.queryKeyValue, $0.output, $0.gateUp, $0.down] } + headTiles
    Lanes.run(count: weights.count, threadCount: threadCount) { weight, _ in
      weights[weight].round(forGradient: forGradient)
    }
  }
}

extension ModelConfiguration {
  /// Parts of the vocabulary that one task computes.
  var vocabularyTiles: RowTiles { TokenDistribution.parts(ofVocabulary: vocabularySize) }
}

/// The parameters of one layer. Crossing threads is safe under the same terms as for `Rows`.
struct LayerParameterViews: @unchecked Sendable {
  /// [hidden]
  let inputNorm: UnsafeMutablePointer<Float>
  /// [(heads + 2 · key-value heads) · d, hidden]
  let queryKeyValue: Weight
  /// [(heads + 2 · key-value heads) · d], of configurations that have it
  let queryKeyValueBias: UnsafeMutablePointer<Float>?
  /// [d], of architectures that have it
  let queryNorm: UnsafeMutablePointer<Float>?
  /// [d], of architectures that have it
  let keyNorm: UnsafeMutablePointer<Float>?
  /// [hidden, heads · d]
  let output: Weight
  /// [hidden], of configurations that have it
  let outputBias: UnsafeMutablePointer<Float>?
  /// [hidden]
  let feedForwardNorm: UnsafeMutablePointer<Float>
  /// [2 · intermediate, hidden]: gate, then up
  let gateUp: Weight
  /// [hidden, intermediate]
  let down: Weight
}
