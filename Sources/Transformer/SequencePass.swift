internal import Checkpoints
internal import Kernels

/// The forward pass of a model over a pack of sequences, and its gradient in `SequencePass+Gradient.swift`.
///
/// Each step of a layer is parted into tasks, by rows, heads or outputs, that depend on the pack's shape alone and write
/// memory of their own: results are the same for any number of threads. Holds its buffers from pack to pack. One caller at a
/// time; sharing it with its own tasks is safe, since they write disjoint parts of the buffers.
final class SequencePass: @unchecked Sendable {
  let model: Model
  let configuration: ModelConfiguration
  let parameters: ParameterViews
  let threadCount: Int
  let keeping: ActivationKeeping
  let head: PredictionHead
  /// One for each worker.
  let attentions: [CausalAttention]
  private(set) var activations: Activations
  /// The pack of the last forward pass.
  private(set) var pack: PackedSequences?

  /// - Parameter parameters: the model's, to be rounded before every pass.
  init(
    model: Model, parameters: ParameterViews, keeping: ActivationKeeping, threadCount: Int
  ) {
    self.model = model
    let configuration = model.configuration
    self.configuration = configuration
    self.threadCount = threadCount
    self.keeping = keeping
    self.parameters = parameters
    head = PredictionHead(model: model, parameters: parameters, threadCount: threadCount)
    attentions = (0..<threadCount).map { _ in
      CausalAttention(
        headCount: configuration.headCount, keyValueHeadCount: configuration.keyValueHeadCount,
        headDimension: configuration.headDimension, arithmetic: model.precision.attentionArithmetic)
    }
    activations = Activations(
      configuration: configuration, capacity: 0, keeping: keeping)
  }

  /// Rows of tokens that one task computes: enough for a product to be worth its preparation, few enough for the threads to end
  /// together.
  static let tileWidth = 256

  func tiles(of pack: PackedSequences) -> RowTiles {
    RowTiles(of: pack.tokens.count, width: Self.tileWidth)
  }

  /// The residual stream after the last layer, [tokens, hidden].
  ///
  /// The pack's tokens must have been checked against the model.
  func forward(_ pack: PackedSequences) -> Rows {
    let tokenCount = pack.tokens.count
    if activations.capacity < tokenCount {
      // The old buffers go before the new ones come.
      for capacity in [0, tokenCount] {
        activations = Activations(
          configuration: configuration, capacity: capacity, keeping: keeping)
      }
    }
    self.pack = pack
    parameters.round(forGradient: keeping != .nothing, threadCount: threadCount)
    let layerCount = configuration.layerCount
    runTiles(of: pack) { [self] tokens in
      embed(tokens, pack)
      project(layer: 0, tokens, pack)
    }
    for layer in 0..<layerCount {
      attend(layer: layer, pack)
      runTiles(of: pack) { [self] tokens in
        feedForward(layer: layer, tokens)
        finish(layer: layer, tokens)
        if layer + 1 < layerCount { project(layer: layer + 1, tokens, pack) }
      }
    }
    return activations.stream(before: layerCount)[rows: 0..<tokenCount]
  }

  /// Runs `body` for the rows of every tile, in parallel.
  func runTiles(of pack: PackedSequences, body: @Sendable (Range<Int>) -> Void) {
    let tiles = tiles(of: pack)
    Lanes.run(count: tiles.count, threadCount: threadCount) { tile, _ in body(tiles[tile]) }
  }

  private func embed(_ tokens: Range<Int>, _ pack: PackedSequences) {
    let stream = activations.stream(before: 0)
    for t in tokens {
      stream[row: t].update(
        from: parameters.embedding[row: Int(pack.tokens[t])], count: configuration.hiddenSize)
    }
  }

  /// Pass 1 of a layer: queries, keys and values.
  func project(layer index: Int, _ tokens: Range<Int>, _ pack: PackedSequences) {
    let weights = parameters.layers[index]
    let kept = activations.layer(index)
    let normed = activations.normed[rows: tokens]
    let queryKeyValue = kept.queryKeyValue[rows: tokens]
    rmsNorm(
      activations.stream(before: index)[rows: tokens], weight: weights.inputNorm,
      epsilon: Float(configuration.rmsNormEpsilon), into: normed,
      inverseRMS: kept.inputInverseRMS + tokens.lowerBound)
    weights.queryKeyValue.multiply(normed, into: queryKeyValue)
    if let bias = weights.queryKeyValueBias { addBias(bias, to: queryKeyValue) }
    normQueriesAndKeys(weights, kept, tokens)
    let headCount = configuration.headCount + configuration.keyValueHeadCount
    for t in tokens {
      model.rotaryEmbedding.rotate(
        kept.queryKeyValue[row: t], headCount: headCount, position: pack.positions[t])
    }
  }

  /// Pass 2 of a layer: attention.
  func attend(layer index: Int, _ pack: PackedSequences) {
    let headCount = configuration.headCount
    Lanes.run(count: pack.spans.count * headCount, threadCount: threadCount) {
      [self] task, worker in
      let kept = activations.layer(index)
      attentions[worker].forward(
        queryKeyValue: kept.queryKeyValue, span: pack.spans[task / headCount],
        head: task % headCount, into: kept.attention, logSum: kept.attentionLogSum)
    }
  }

  /// Pass 3 of a layer, back into the residual stream, and the first half of pass 4, the feed-forward part: gates.
  func feedForward(layer index: Int, _ tokens: Range<Int>) {
    let weights = parameters.layers[index]
    let kept = activations.layer(index)
    let normed = activations.normed[rows: tokens]
    let middle = kept.middle[rows: tokens]
    copy(activations.stream(before: index)[rows: tokens], into: middle)
    weights.output.multiply(kept.attention[rows: tokens], into: middle, accumulates: true)
    if let bias = weights.outputBias { addBias(bias, to: middle) }
    rmsNorm(
      middle, weight: weights.feedForwardNorm, epsilon: Float(configuration.rmsNormEpsilon),
      into: normed, inverseRMS: kept.middleInverseRMS + tokens.lowerBound)
    weights.gateUp.multiply(normed, into: kept.gateUp[rows: tokens])
  }

  /// The second half of pass 4: the gated units, back into the residual stream.
  private func finish(layer index: Int, _ tokens: Range<Int>) {
    let kept = activations.layer(index)
    let gated = activations.gated[rows: tokens]
    let output = activations.stream(before: index + 1)[rows: tokens]
    swiGLU(kept.gateUp[rows: tokens], into: gated)
    copy(kept.middle[rows: tokens], into: output)
    parameters.layers[index].down.multiply(gated, into: output, accumulates: true)
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
}

/// Copies a matrix without gaps between its rows.
func copy(_ source: Rows, into target: Rows) {
  precondition(
    source.rowCount == target.rowCount && source.width == target.width
      && source.stride == source.width && target.stride == target.width, "shapes of a copy differ")
  target.base.update(from: source.base, count: source.rowCount * source.width)
}
