internal import Checkpoints
internal import Kernels

/// What a forward pass keeps for its gradient.
enum ActivationKeeping: Sendable {
  /// Nothing: there will be no gradient.
  case nothing
  /// Each layer's input; the gradient computes the rest anew (Chen et al., 2016).
  case inputs
  case everything
}

/// What the gradient of one layer needs besides the layer's input. Normed inputs and gated units are made anew: they are
/// cheaper to compute than to fetch.
struct LayerActivations {
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
  /// [tokens, hidden] each: the residual stream before every layer and, at last, after them; all the same where nothing is
  /// kept.
  private let streams: [Rows]
  /// One for each layer, or a single one that all layers share.
  private let layers: [LayerActivations]
  /// [tokens, hidden]: scratch of the norms
  let normed: Rows
  /// [tokens, intermediate]: scratch of the gated units
  let gated: Rows

  // Gradients, absent where nothing is kept.
  /// [tokens, hidden]: of the residual stream, after a layer and in its middle
  let dStream: Rows
  let dMiddle: Rows
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

  func layer(_ index: Int) -> LayerActivations { layers[layers.count == 1 ? 0 : index] }

  /// The residual stream before a layer; after the last one for the count of layers.
  func stream(before layer: Int) -> Rows { streams[streams.count == 1 ? 0 : layer] }

  /// Bytes for each token, without those that grow with its sequence.
  static func byteCount(_ configuration: ModelConfiguration, keeping: ActivationKeeping) -> Int {
    Widths(configuration, keeping).all * MemoryLayout<Float>.stride
  }

  private struct Widths {
    let streamCount: Int
    let layerCount: Int
    let normedHeads: Int
    let layer: Int
    /// Numbers for each token.
    let all: Int

    init(_ configuration: ModelConfiguration, _ keeping: ActivationKeeping) {
      streamCount = keeping == .nothing ? 1 : configuration.layerCount + 1
      layerCount = keeping == .everything ? max(configuration.layerCount, 1) : 1
      normedHeads =
        configuration.architecture.hasQueryKeyNorm
        ? configuration.headCount + configuration.keyValueHeadCount : 0
      let inner = configuration.intermediateSize
      layer =
        2 + configuration.queryKeyValueWidth + normedHeads * (configuration.headDimension + 1)
        + configuration.headCount + configuration.queryWidth + configuration.hiddenSize + 2 * inner
      let hidden = configuration.hiddenSize
      let gradients =
        keeping == .nothing
        ? 0 : 3 * hidden + configuration.queryWidth + configuration.queryKeyValueWidth + 3 * inner
      all = streamCount * hidden + layerCount * layer + hidden + inner + gradients
    }
  }

  init(configuration: ModelConfiguration, capacity: Int, keeping: ActivationKeeping) {
    self.capacity = capacity
    let widths = Widths(configuration, keeping)
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    let memory = FloatBuffer(count: capacity * widths.all)
    var used = 0
    func take(_ width: Int, rowCount: Int) -> Rows {
      defer { used += rowCount * width }
      return memory.rows(rowCount, width, at: used)
    }
    streams = (0..<widths.streamCount).map { _ in take(hidden, rowCount: capacity) }
    layers = (0..<widths.layerCount).map { _ in
      LayerActivations(
        inputInverseRMS: take(1, rowCount: capacity).base,
        queryKeyValue: take(configuration.queryKeyValueWidth, rowCount: capacity),
        rawQueryKey: take(
          widths.normedHeads * configuration.headDimension, rowCount: capacity),
        queryKeyInverseRMS: take(widths.normedHeads, rowCount: capacity),
        attentionLogSum: take(capacity, rowCount: configuration.headCount),
        attention: take(configuration.queryWidth, rowCount: capacity),
        middle: take(hidden, rowCount: capacity),
        middleInverseRMS: take(1, rowCount: capacity).base,
        gateUp: take(2 * inner, rowCount: capacity))
    }
    normed = take(hidden, rowCount: capacity)
    gated = take(inner, rowCount: capacity)
    let gradientCapacity = keeping == .nothing ? 0 : capacity
    dStream = take(hidden, rowCount: gradientCapacity)
    dMiddle = take(hidden, rowCount: gradientCapacity)
    dNormed = take(hidden, rowCount: gradientCapacity)
    dAttention = take(configuration.queryWidth, rowCount: gradientCapacity)
    dQueryKeyValue = take(configuration.queryKeyValueWidth, rowCount: gradientCapacity)
    dGated = take(inner, rowCount: gradientCapacity)
    dGateUp = take(2 * inner, rowCount: gradientCapacity)
    self.memory = memory
  }
}
