internal import Checkpoints
internal import Kernels

extension SequencePass {
  /// The gradient of the residual stream after the last layer, [tokens, hidden]: zeroed, for the head to add to.
  func clearedStreamGradient() -> Rows {
    let dStream = activations.dStream[rows: 0..<(pack?.tokens.count ?? 0)]
    dStream.zero()
    return dStream
  }

  /// Adds to `gradients` those of all layers and of the embedding, from the gradient that the head has added to
  /// `clearedStreamGradient`.
  ///
  /// Follows `forward` of the same pack, from its end to its beginning.
  func backward(into gradients: ParameterViews) {
    guard let pack, keeping != .nothing else {
      preconditionFailure("a backward pass without a kept forward pass")
    }
    let vectors = VectorGradients(
      configuration: configuration, tileCount: tiles(of: pack).count)
    for layer in (0..<configuration.layerCount).reversed() {
      if keeping == .inputs { recompute(layer: layer, pack) }
      backward(layer: layer, pack, gradients.layers[layer], vectors)
    }
    let dStream = activations.dStream
    for (t, token) in pack.tokens.enumerated() {
      add(
        dStream[row: t], into: gradients.embedding[row: Int(token)],
        count: configuration.hiddenSize)
    }
  }

  /// What the forward pass did not keep of a layer, from its input.
  private func recompute(layer: Int, _ pack: PackedSequences) {
    runTiles(of: pack) { [self] tokens in project(layer: layer, tokens, pack) }
    attend(layer: layer, pack)
    runTiles(of: pack) { [self] tokens in feedForward(layer: layer, tokens) }
  }

  private func backward(
    layer: Int, _ pack: PackedSequences, _ gradients: LayerParameterViews,
    _ vectors: VectorGradients
  ) {
    vectors.clear()
    let tiles = tiles(of: pack)
    Lanes.run(count: tiles.count, threadCount: threadCount) { [self] tile, _ in
      feedForwardGradient(layer: layer, tiles[tile], vectors[tile])
    }
    attentionAndWeightGradients(layer: layer, pack, gradients)
    Lanes.run(count: tiles.count, threadCount: threadCount) { [self] tile, _ in
      projectionGradient(layer: layer, tiles[tile], pack, vectors[tile])
    }
    let tokens = 0..<pack.tokens.count
    let dQueryKeyValue = activations.dQueryKeyValue[rows: tokens]
    let normed = WeightedInputs(activations.normed[rows: tokens], precision: model.precision)
    normed.round()
    Lanes.run(
      weightTasks(gradients.queryKeyValue, dy: dQueryKeyValue, x: normed),
      threadCount: threadCount)
    if let dBias = gradients.queryKeyValueBias {
      addBiasGradient(dy: dQueryKeyValue, dBias: dBias)
    }
    if let dBias = gradients.outputBias {
      addBiasGradient(dy: activations.dMiddle[rows: tokens], dBias: dBias)
    }
    vectors.reduce(into: gradients)
  }

  /// Passes 4 and 3 backwards, for the rows of one tile.
  private func feedForwardGradient(
    layer: Int, _ tokens: Range<Int>, _ vectors: VectorGradients.Tile
  ) {
    let weights = parameters.layers[layer]
    let kept = activations.layer(layer)
    let dStream = activations.dStream[rows: tokens]
    let dNormed = activations.dNormed[rows: tokens]
    let dGated = activations.dGated[rows: tokens]
    let dGateUp = activations.dGateUp[rows: tokens]
    // pass 4 backwards. forward: output = middle + gated(norm(middle)) · downᵀ
    weights.down.inputGradient(dy: dStream, into: dGated)
    swiGLUGradient(
      dy: dGated, gateUp: kept.gateUp[rows: tokens], dGateUp: dGateUp,
      y: activations.gated[rows: tokens])
    let middle = kept.middle[rows: tokens]
    rmsNorm(
      middle, weight: weights.feedForwardNorm, epsilon: Float(configuration.rmsNormEpsilon),
      into: activations.normed[rows: tokens], inverseRMS: nil)
    weights.gateUp.inputGradient(dy: dGateUp, into: dNormed)
    let dMiddle = activations.dMiddle[rows: tokens]
    copy(dStream, into: dMiddle)
    rmsNormGradient(
      dy: dNormed, x: middle, weight: weights.feedForwardNorm,
      inverseRMS: kept.middleInverseRMS + tokens.lowerBound, dx: dMiddle,
      dw: vectors.feedForwardNorm)
    // pass 3 backwards. forward: middle = input + attention · outputᵀ + bias
    weights.output.inputGradient(dy: dMiddle, into: activations.dAttention[rows: tokens])
  }

  /// Pass 2 backwards, and the weights of passes 3 and 4: tasks that need all rows.
  private func attentionAndWeightGradients(
    layer: Int, _ pack: PackedSequences, _ gradients: LayerParameterViews
  ) {
    let kept = activations.layer(layer)
    let tokens = 0..<pack.tokens.count
    func inputs(_ x: Rows) -> WeightedInputs {
      WeightedInputs(x[rows: tokens], precision: model.precision)
    }
    let (gated, normed, attention) = (
      inputs(activations.gated), inputs(activations.normed), inputs(kept.attention)
    )
    Lanes.run(
      [gated, normed, attention].map { inputs in { _ in inputs.round() } },
      threadCount: threadCount)
    // The weights' tasks are at hand when there is one head left for two threads.
    Lanes.run(
      attentionTasks(layer: layer, pack)
        + weightTasks(gradients.down, dy: activations.dStream[rows: tokens], x: gated)
        + weightTasks(gradients.gateUp, dy: activations.dGateUp[rows: tokens], x: normed)
        + weightTasks(gradients.output, dy: activations.dMiddle[rows: tokens], x: attention),
      threadCount: threadCount)
  }

  /// The gradient of a layer's attention: for each group, one task for each head of keys and values.
  private func attentionTasks(
    layer: Int, _ pack: PackedSequences
  ) -> [@Sendable (Int) -> Void] {
    pack.groupSpans.flatMap { spans in
      (0..<configuration.keyValueHeadCount).map { head in
        { @Sendable [self] worker in
          attentionGradient(
            layer: layer, pack.spans[spans], keyValueHead: head, attentions[worker])
        }
      }
    }
  }

  private func attentionGradient(
    layer: Int, _ spans: ArraySlice<AttentionSpan>, keyValueHead: Int, _ attention: CausalAttention
  ) {
    let kept = activations.layer(layer)
    attention.gradient(
      dOut: activations.dAttention, queryKeyValue: kept.queryKeyValue, out: kept.attention,
      logSum: kept.attentionLogSum, spans: spans, keyValueHead: keyValueHead,
      dQueryKeyValue: activations.dQueryKeyValue)
  }

  /// Outputs of a weight whose gradient one task computes.
  static let weightTileWidth = 384

  /// dw += dyᵀ · x, a part of the outputs in each task.
  private func weightTasks(
    _ dw: Weight, dy: Rows, x: WeightedInputs
  ) -> [@Sendable (Int) -> Void] {
    let tiles = RowTiles(of: dw.rows.rowCount, width: Self.weightTileWidth)
    return (0..<tiles.count).map { tile in
      let outputs = tiles[tile]
      return { _ in
        x.weightGradient(dy: dy[columns: outputs], into: dw.rows[rows: outputs])
      }
    }
  }

  /// Pass 1 backwards, for the rows of one tile. forward: q, k, v = rotate(norm(norm(input) · wᵀ + bias))
  private func projectionGradient(
    layer: Int, _ tokens: Range<Int>, _ pack: PackedSequences, _ vectors: VectorGradients.Tile
  ) {
    let weights = parameters.layers[layer]
    let kept = activations.layer(layer)
    let headCount = configuration.headCount + configuration.keyValueHeadCount
    for t in tokens {
      model.rotaryEmbedding.rotateGradient(
        activations.dQueryKeyValue[row: t], headCount: headCount, position: pack.positions[t])
    }
    normQueriesAndKeysGradient(weights, kept, tokens, vectors)
    let input = activations.stream(before: layer)[rows: tokens]
    let dNormed = activations.dNormed[rows: tokens]
    rmsNorm(
      input, weight: weights.inputNorm, epsilon: Float(configuration.rmsNormEpsilon),
      into: activations.normed[rows: tokens], inverseRMS: nil)
    weights.queryKeyValue.inputGradient(dy: activations.dQueryKeyValue[rows: tokens], into: dNormed)
    let dStream = activations.dStream[rows: tokens]
    copy(activations.dMiddle[rows: tokens], into: dStream)
    rmsNormGradient(
      dy: dNormed, x: input, weight: weights.inputNorm,
      inverseRMS: kept.inputInverseRMS + tokens.lowerBound, dx: dStream, dw: vectors.inputNorm)
  }

  /// Gradient of the query and key norms, in place; a row of its own holds what comes in.
  private func normQueriesAndKeysGradient(
    _ weights: LayerParameterViews, _ kept: LayerActivations, _ tokens: Range<Int>,
    _ vectors: VectorGradients.Tile
  ) {
    guard let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm else { return }
    let width = kept.rawQueryKey.width
    let incoming = FloatBuffer(count: width)
    for t in tokens {
      let row = activations.dQueryKeyValue[row: t]
      incoming.base.update(from: row, count: width)
      row.update(repeating: 0, count: width)
      let dy = headRows(incoming.base)
      let x = headRows(kept.rawQueryKey[row: t])
      let dx = headRows(row)
      let inverse = kept.queryKeyInverseRMS[row: t]
      rmsNormGradient(
        dy: dy.queries, x: x.queries, weight: queryNorm, inverseRMS: inverse, dx: dx.queries,
        dw: vectors.queryNorm)
      rmsNormGradient(
        dy: dy.keys, x: x.keys, weight: keyNorm, inverseRMS: inverse + configuration.headCount,
        dx: dx.keys, dw: vectors.keyNorm)
    }
  }
}

/// The gradients of one layer's norm weights, apart for each tile of rows, to be added in the order of the tiles.
private final class VectorGradients: @unchecked Sendable {
  private let configuration: ModelConfiguration
  /// [tiles, 2 · hidden + 2 · d]
  private let buffer: FloatBuffer
  private let tileCount: Int

  struct Tile {
    let inputNorm, feedForwardNorm, queryNorm, keyNorm: UnsafeMutablePointer<Float>
  }

  init(configuration: ModelConfiguration, tileCount: Int) {
    self.configuration = configuration
    self.tileCount = tileCount
    buffer = FloatBuffer(
      count: tileCount * 2 * (configuration.hiddenSize + configuration.headDimension))
  }

  func clear() { buffer.zero() }

  subscript(tile: Int) -> Tile {
    let hidden = configuration.hiddenSize
    let start = buffer.base + tile * 2 * (hidden + configuration.headDimension)
    return Tile(
      inputNorm: start, feedForwardNorm: start + hidden, queryNorm: start + 2 * hidden,
      keyNorm: start + 2 * hidden + configuration.headDimension)
  }

  func reduce(into gradients: LayerParameterViews) {
    for tile in (0..<tileCount).map({ self[$0] }) {
      add(tile.inputNorm, into: gradients.inputNorm, count: configuration.hiddenSize)
      add(tile.feedForwardNorm, into: gradients.feedForwardNorm, count: configuration.hiddenSize)
      if let queryNorm = gradients.queryNorm, let keyNorm = gradients.keyNorm {
        add(tile.queryNorm, into: queryNorm, count: configuration.headDimension)
        add(tile.keyNorm, into: keyNorm, count: configuration.headDimension)
      }
    }
  }
}
