internal import Checkpoints
internal import Kernels

/// The forward pass of a model over a pack of sequences, and its gradient in `SequencePass+Gradient.swift`.
///
/// Holds its buffers from pack to pack. One thread at a time.
final class SequencePass {
  let model: Model
  let configuration: ModelConfiguration
  let parameters: ParameterViews
  let attention: CausalAttention
  let head: PredictionHead
  /// Whether what the gradient needs is kept.
  let keepsActivations: Bool
  private(set) var activations: Activations
  /// The pack of the last forward pass.
  private(set) var pack: PackedSequences?

  init(model: Model, keepsActivations: Bool) {
    self.model = model
    configuration = model.configuration
    parameters = ParameterViews(model.weights)
    attention = CausalAttention(
      headCount: configuration.headCount, keyValueHeadCount: configuration.keyValueHeadCount,
      headDimension: configuration.headDimension)
    head = PredictionHead(configuration: configuration)
    self.keepsActivations = keepsActivations
    activations = Activations(
      configuration: configuration, capacity: 0, keepsLayers: keepsActivations)
  }

  /// log p(target) and the entropy at every target position of the pack.
  ///
  /// The pack's tokens must have been checked against the model.
  func forward(_ pack: PackedSequences, temperature: Float) -> TargetStatistics {
    let tokenCount = pack.tokens.count
    if activations.capacity < tokenCount {
      activations = Activations(
        configuration: configuration, capacity: tokenCount, keepsLayers: keepsActivations)
    }
    self.pack = pack
    let first = configuration.layerCount > 0 ? activations.layer(0).input : activations.output
    for (t, token) in pack.tokens.enumerated() {
      first[row: t].update(
        from: parameters.embedding[row: Int(token)], count: configuration.hiddenSize)
    }
    for layer in 0..<configuration.layerCount { forward(layer: layer, pack) }
    return head.forward(
      activations.output[rows: 0..<tokenCount], pack: pack, parameters: parameters,
      temperature: temperature)
  }

  private func forward(layer index: Int, _ pack: PackedSequences) {
    let tokens = 0..<pack.tokens.count
    let weights = parameters.layers[index]
    let kept = activations.layer(index)
    let epsilon = Float(configuration.rmsNormEpsilon)
    let normed = activations.normed[rows: tokens]
    let queryKeyValue = kept.queryKeyValue[rows: tokens]
    // pass 1: queries, keys and values
    rmsNorm(
      kept.input[rows: tokens], weight: weights.inputNorm, epsilon: epsilon, into: normed,
      inverseRMS: kept.inputInverseRMS)
    linear(normed, weight: weights.queryKeyValue, into: queryKeyValue)
    if let bias = weights.queryKeyValueBias { addBias(bias, to: queryKeyValue) }
    normQueriesAndKeys(weights, kept, tokens)
    rotate(queryKeyValue, pack)
    // pass 2: attention
    for sequence in 0..<pack.sequenceCount {
      let range = pack.range(ofSequence: sequence)
      attention.forward(
        queryKeyValue: kept.queryKeyValue[rows: range], into: kept.attention[rows: range],
        logSum: kept.attentionLogSum.base + range.lowerBound,
        logSumStride: kept.attentionLogSum.stride)
    }
    // pass 3: back into the residual stream
    let middle = kept.middle[rows: tokens]
    copy(kept.input[rows: tokens], into: middle)
    linear(kept.attention[rows: tokens], weight: weights.output, into: middle, accumulates: true)
    if let bias = weights.outputBias { addBias(bias, to: middle) }
    // pass 4: feed-forward
    rmsNorm(
      middle, weight: weights.feedForwardNorm, epsilon: epsilon, into: normed,
      inverseRMS: kept.middleInverseRMS)
    let gateUp = kept.gateUp[rows: tokens]
    let gated = activations.gated[rows: tokens]
    linear(normed, weight: weights.gateUp, into: gateUp)
    swiGLU(gateUp, into: gated)
    let output = activations.output(ofLayer: index)[rows: tokens]
    copy(middle, into: output)
    linear(gated, weight: weights.down, into: output, accumulates: true)
  }

  /// Norms each head's query and key, in architectures that do.
  private func normQueriesAndKeys(
    _ weights: LayerParameterViews, _ kept: LayerActivations, _ tokens: Range<Int>
  ) {
    guard let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm else { return }
    for t in tokens {
      let raw = kept.rawQueryKey[row: t]
      let row = kept.queryKeyValue[row: t]
      raw.update(from: row, count: kept.rawQueryKey.width)
      let heads = headRows(raw)
      let normed = headRows(row)
      let inverse = kept.queryKeyInverseRMS[row: t]
      let epsilon = Float(configuration.rmsNormEpsilon)
      rmsNorm(
        heads.queries, weight: queryNorm, epsilon: epsilon, into: normed.queries,
        inverseRMS: inverse)
      rmsNorm(
        heads.keys, weight: keyNorm, epsilon: epsilon, into: normed.keys,
        inverseRMS: inverse + configuration.headCount)
    }
  }

  /// A token's query heads and key heads as rows.
  func headRows(_ row: UnsafeMutablePointer<Float>) -> (queries: Rows, keys: Rows) {
    let width = configuration.headDimension
    return (
      Rows(base: row, rowCount: configuration.headCount, width: width, stride: width),
      Rows(
        base: row + configuration.queryWidth, rowCount: configuration.keyValueHeadCount,
        width: width, stride: width)
    )
  }

  private func rotate(_ queryKeyValue: Rows, _ pack: PackedSequences) {
    let headCount = configuration.headCount + configuration.keyValueHeadCount
    for sequence in 0..<pack.sequenceCount {
      let range = pack.range(ofSequence: sequence)
      for t in range {
        model.rotaryEmbedding.rotate(
          queryKeyValue[row: t], headCount: headCount, position: t - range.lowerBound)
      }
    }
  }
}

/// Copies a matrix without gaps between its rows.
func copy(_ source: Rows, into target: Rows) {
  precondition(
    source.rowCount == target.rowCount && source.width == target.width
      && source.stride == source.width && target.stride == target.width, "shapes of a copy differ")
  target.base.update(from: source.base, count: source.rowCount * source.width)
}
