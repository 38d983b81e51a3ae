internal import Checkpoints
internal import Kernels

/// What the forward pass keeps of one layer for its gradient. Normed inputs and gated units are made anew: they are
/// cheaper to compute than to fetch.
struct LayerActivations {
  /// [tokens, hidden]: the layer's input
  let input: Rows
  /// [tokens]: of the first norm
  let inputInverseRMS: UnsafeMutablePointer<Float>
  /// [tokens, (heads + 2 · key-value heads) · d]: rotated
  let queryKeyValue: Rows
  /// [tokens, (heads + key-value heads) · d]: before their norm; no columns where there is none
  let rawQueryKey: Rows
  /// [tokens, heads + key-value heads]: of the query and key norms
  let queryKeyInverseRMS: Rows
  /// [heads, tokens]: log of each attention's sum
  let attentionLogSum: Rows
  /// [tokens, heads · d]: the heads' outputs
  let attention: Rows
  /// [tokens, hidden]: after the attention
  let middle: Rows
  /// [tokens]: of the second norm
  let middleInverseRMS: UnsafeMutablePointer<Float>
  /// [tokens, 2 · intermediate]: gate, then up
  let gateUp: Rows
}

/// The buffers of one forward and backward pass over at most `capacity` tokens.
struct Activations {
  /// Owns the memory of all that follows.
  private let memory: FloatBuffer
  let capacity: Int
  let keepsLayers: Bool
  /// One for each layer, or a single one that all layers share where nothing is kept.
  private let layers: [LayerActivations]
  /// [tokens, hidden]: after the last layer
  let output: Rows
  /// [tokens, hidden]: scratch of the norms
  let normed: Rows
  /// [tokens, intermediate]: scratch of the gated units
  let gated: Rows

  // Gradients, absent where nothing is kept.
  /// [tokens, hidden]: of the residual stream
  let dStream: Rows
  /// [tokens, hidden]
  let dNormed: Rows
  /// [tokens, heads · d]
  let dAttention: Rows
  /// [tokens, (heads + 2 · key-value heads) · d]
  let dQueryKeyValue: Rows
  /// [tokens, intermediate]
  let dGated: Rows
  /// [tokens, 2 · intermediate]
  let dGateUp: Rows

  func layer(_ index: Int) -> LayerActivations { layers[keepsLayers ? index : 0] }

  /// Where a layer writes its output: the next layer's input.
  func output(ofLayer index: Int) -> Rows {
    index + 1 == layerCount ? output : layer(index + 1).input
  }

  private let layerCount: Int

  init(configuration: ModelConfiguration, capacity: Int, keepsLayers: Bool) {
    self.capacity = capacity
    self.keepsLayers = keepsLayers
    layerCount = configuration.layerCount
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    let normedHeads =
      configuration.architecture.hasQueryKeyNorm
      ? configuration.headCount + configuration.keyValueHeadCount : 0
    let layerWidth =
      2 * hidden + 2 + configuration.queryKeyValueWidth
      + normedHeads * (configuration.headDimension + 1) + configuration.headCount
      + configuration.queryWidth + 2 * inner
    let gradientWidth =
      2 * hidden + configuration.queryWidth + configuration.queryKeyValueWidth + 3 * inner
    let keptLayers = keepsLayers ? configuration.layerCount : 1
    let memory = FloatBuffer(
      count: capacity
        * (keptLayers * layerWidth + 2 * hidden + inner + (keepsLayers ? gradientWidth : 0)))
    var used = 0
    func take(_ width: Int, rowCount: Int) -> Rows {
      defer { used += rowCount * width }
      return memory.rows(rowCount, width, at: used)
    }
    layers = (0..<keptLayers).map { _ in
      LayerActivations(
        input: take(hidden, rowCount: capacity),
        inputInverseRMS: take(1, rowCount: capacity).base,
        queryKeyValue: take(configuration.queryKeyValueWidth, rowCount: capacity),
        rawQueryKey: take(normedHeads * configuration.headDimension, rowCount: capacity),
        queryKeyInverseRMS: take(normedHeads, rowCount: capacity),
        attentionLogSum: take(capacity, rowCount: configuration.headCount),
        attention: take(configuration.queryWidth, rowCount: capacity),
        middle: take(hidden, rowCount: capacity),
        middleInverseRMS: take(1, rowCount: capacity).base,
        gateUp: take(2 * inner, rowCount: capacity))
    }
    output = take(hidden, rowCount: capacity)
    normed = take(hidden, rowCount: capacity)
    gated = take(inner, rowCount: capacity)
    let gradientCapacity = keepsLayers ? capacity : 0
    dStream = take(hidden, rowCount: gradientCapacity)
    dNormed = take(hidden, rowCount: gradientCapacity)
    dAttention = take(configuration.queryWidth, rowCount: gradientCapacity)
    dQueryKeyValue = take(configuration.queryKeyValueWidth, rowCount: gradientCapacity)
    dGated = take(inner, rowCount: gradientCapacity)
    dGateUp = take(2 * inner, rowCount: gradientCapacity)
    self.memory = memory
  }
}
