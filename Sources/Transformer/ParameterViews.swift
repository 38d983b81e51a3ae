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
  let head: Operand
  /// Owns the rounded copies.
  private let copies: RoundedCopies

  /// - Parameter precision: of the products that the matrices take part in; rounded copies are made by `round` only.
  init(_ parameters: some ParameterSet, precision: ProductPrecision = .float32) {
    let configuration = parameters.configuration
    let copies = RoundedCopies(count: parameters.buffer.count, precision: precision)
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
    func matrix(_ name: String, _ rowCount: Int, _ width: Int) -> Operand {
      let first = required(name)
      return copies.operand(
        Rows(base: first, rowCount: rowCount, width: width, stride: width), at: first - base)
    }
    let hidden = configuration.hiddenSize
    let queryWidth = configuration.headCount * configuration.headDimension
    let inner = configuration.intermediateSize
    let embedding = matrix("model.embed_tokens.weight", configuration.vocabularySize, hidden)
    self.embedding = embedding.rows
    layers = (0..<configuration.layerCount).map { layer in
      let prefix = "model.layers.\(layer)."
      return LayerParameterViews(
        inputNorm: required(prefix + "input_layernorm.weight"),
        queryKeyValue: matrix(
          prefix + "self_attn.q_proj.weight", configuration.queryKeyValueWidth, hidden),
        queryKeyValueBias: vector(prefix + "self_attn.q_proj.bias"),
        queryNorm: vector(prefix + "self_attn.q_norm.weight"),
        keyNorm: vector(prefix + "self_attn.k_norm.weight"),
        output: matrix(prefix + "self_attn.o_proj.weight", hidden, queryWidth),
        outputBias: vector(prefix + "self_attn.o_proj.bias"),
        feedForwardNorm: required(prefix + "post_attention_layernorm.weight"),
        gateUp: matrix(prefix + "mlp.gate_proj.weight", 2 * inner, hidden),
        down: matrix(prefix + "mlp.down_proj.weight", hidden, inner))
    }
    self.copies = copies
    finalNorm = required("model.norm.weight")
    head =
      configuration.tiesEmbeddings
      ? embedding : matrix("lm_head.weight", configuration.vocabularySize, hidden)
  }

  /// Makes the rounded copies of all matrices anew, where there are any.
  func round(threadCount: Int) {
    let matrices =
      layers.flatMap { [$0.queryKeyValue, $0.output, $0.gateUp, $0.down] } + headParts
    Lanes.run(count: matrices.count, threadCount: threadCount) { matrix, _ in
      matrices[matrix].round()
    }
  }

  /// The head in parts of about a layer's size.
  private var headParts: [Operand] {
    let parts = RowTiles(of: head.rows.rowCount, width: 4096)
    return (0..<parts.count).map { head[rows: parts[$0]] }
  }
}

/// The parameters of one layer. Crossing threads is safe under the same terms as for `Rows`.
struct LayerParameterViews: @unchecked Sendable {
  /// [hidden]
  let inputNorm: UnsafeMutablePointer<Float>
  /// [(heads + 2 · key-value heads) · d, hidden]
  let queryKeyValue: Operand
  /// [(heads + 2 · key-value heads) · d], of configurations that have it
  let queryKeyValueBias: UnsafeMutablePointer<Float>?
  /// [d], of architectures that have it
  let queryNorm: UnsafeMutablePointer<Float>?
  /// [d], of architectures that have it
  let keyNorm: UnsafeMutablePointer<Float>?
  /// [hidden, heads · d]
  let output: Operand
  /// [hidden], of configurations that have it
  let outputBias: UnsafeMutablePointer<Float>?
  /// [hidden]
  let feedForwardNorm: UnsafeMutablePointer<Float>
  /// [2 · intermediate, hidden]: gate, then up
  let gateUp: Operand
  /// [hidden, intermediate]
  let down: Operand
}
