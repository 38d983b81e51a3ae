internal import Checkpoints
internal import Kernels

extension SequencePass {
  /// Adds to `gradients` those of a loss whose gradient with respect to the target statistics is given.
  ///
  /// Follows `forward` of the same pack, from its end to its beginning.
  func backward(_ targets: TargetGradients, into gradients: ParameterViews) {
    guard let pack, keepsActivations else {
      preconditionFailure("a backward pass without a kept forward pass")
    }
    let tokens = 0..<pack.tokens.count
    let dStream = activations.dStream[rows: tokens]
    dStream.zero()
    head.backward(
      targets, pack: pack, input: activations.output[rows: tokens], parameters: parameters,
      dInput: dStream, gradients: gradients)
    for layer in (0..<configuration.layerCount).reversed() {
      backward(layer: layer, pack, gradients.layers[layer])
    }
    for (t, token) in pack.tokens.enumerated() {
      add(
        dStream[row: t], into: gradients.embedding[row: Int(token)],
        count: configuration.hiddenSize)
    }
  }

  private func backward(
    layer index: Int, _ pack: PackedSequences, _ gradients: LayerParameterViews
  ) {
    let tokens = 0..<pack.tokens.count
    let weights = parameters.layers[index]
    let kept = activations.layer(index)
    let epsilon = Float(configuration.rmsNormEpsilon)
    let dStream = activations.dStream[rows: tokens]
    let normed = activations.normed[rows: tokens]
    let dNormed = activations.dNormed[rows: tokens]
    // pass 4 backwards. forward: output = middle + gated(norm(middle)) · downᵀ
    let gated = activations.gated[rows: tokens]
    let dGated = activations.dGated[rows: tokens]
    let dGateUp = activations.dGateUp[rows: tokens]
    matrixProduct(dStream, weights.down, into: dGated)
    swiGLUGradient(dy: dGated, gateUp: kept.gateUp[rows: tokens], dGateUp: dGateUp, y: gated)
    matrixProduct(dStream.transposed, gated, into: gradients.down, accumulates: true)
    let middle = kept.middle[rows: tokens]
    rmsNorm(
      middle, weight: weights.feedForwardNorm, epsilon: epsilon, into: normed, inverseRMS: nil)
    linearGradient(
      dy: dGateUp, x: normed, weight: weights.gateUp, dx: dNormed, dw: gradients.gateUp)
    rmsNormGradient(
      dy: dNormed, x: middle, weight: weights.feedForwardNorm,
      inverseRMS: kept.middleInverseRMS, dx: dStream, dw: gradients.feedForwardNorm)
    // pass 3 backwards. forward: middle = input + attention · outputᵀ + bias
    if let dBias = gradients.outputBias { addBiasGradient(dy: dStream, dBias: dBias) }
    let dAttention = activations.dAttention[rows: tokens]
    linearGradient(
      dy: dStream, x: kept.attention[rows: tokens], weight: weights.output, dx: dAttention,
      dw: gradients.output)
    // pass 2 backwards. forward: attention = softmax(q · kᵀ / √d) · v
    let dQueryKeyValue = activations.dQueryKeyValue[rows: tokens]
    for sequence in 0..<pack.sequenceCount {
      let range = pack.range(ofSequence: sequence)
      attention.gradient(
        dOut: dAttention[rows: range], queryKeyValue: kept.queryKeyValue[rows: range],
        out: kept.attention[rows: range],
        logSum: kept.attentionLogSum.base + range.lowerBound,
        logSumStride: kept.attentionLogSum.stride, dQueryKeyValue: dQueryKeyValue[rows: range])
    }
    // pass 1 backwards. forward: q, k, v = rotate(norm(norm(input) · wᵀ + bias))
    rotateGradient(dQueryKeyValue, pack)
    normQueriesAndKeysGradient(weights, kept, tokens, dQueryKeyValue, gradients)
    if let dBias = gradients.queryKeyValueBias { addBiasGradient(dy: dQueryKeyValue, dBias: dBias) }
    let input = kept.input[rows: tokens]
    rmsNorm(input, weight: weights.inputNorm, epsilon: epsilon, into: normed, inverseRMS: nil)
    linearGradient(
      dy: dQueryKeyValue, x: normed, weight: weights.queryKeyValue, dx: dNormed,
      dw: gradients.queryKeyValue)
    rmsNormGradient(
      dy: dNormed, x: input, weight: weights.inputNorm, inverseRMS: kept.inputInverseRMS,
      dx: dStream, dw: gradients.inputNorm)
  }

  private func rotateGradient(_ dQueryKeyValue: Rows, _ pack: PackedSequences) {
    let headCount = configuration.headCount + configuration.keyValueHeadCount
    for sequence in 0..<pack.sequenceCount {
      let range = pack.range(ofSequence: sequence)
      for t in range {
        model.rotaryEmbedding.rotateGradient(
          dQueryKeyValue[row: t], headCount: headCount, position: t - range.lowerBound)
      }
    }
  }

  /// Gradient of the query and key norms, in place; the norm's scratch row holds what comes in.
  private func normQueriesAndKeysGradient(
    _ weights: LayerParameterViews, _ kept: LayerActivations, _ tokens: Range<Int>,
    _ dQueryKeyValue: Rows, _ gradients: LayerParameterViews
  ) {
    guard let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm,
      let dQueryNorm = gradients.queryNorm, let dKeyNorm = gradients.keyNorm
    else { return }
    let width = kept.rawQueryKey.width
    let incoming = FloatBuffer(count: width)
    for t in tokens {
      let row = dQueryKeyValue[row: t]
      incoming.base.update(from: row, count: width)
      row.update(repeating: 0, count: width)
      let dy = headRows(incoming.base)
      let x = headRows(kept.rawQueryKey[row: t])
      let dx = headRows(row)
      let inverse = kept.queryKeyInverseRMS[row: t]
      rmsNormGradient(
        dy: dy.queries, x: x.queries, weight: queryNorm, inverseRMS: inverse, dx: dx.queries,
        dw: dQueryNorm)
      rmsNormGradient(
        dy: dy.keys, x: x.keys, weight: keyNorm, inverseRMS: inverse + configuration.headCount,
        dx: dx.keys, dw: dKeyNorm)
    }
  }
}
