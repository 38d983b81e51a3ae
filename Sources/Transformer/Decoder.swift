internal import Checkpoints
internal import Kernels

/// One token that is to be read: where it stands in its sequence, and whether the next one is to be predicted.
struct DecoderRow {
  let token: Int32
  let position: Int
  /// Index of its sequence among those given to the step.
  let sequence: Int
  let predictsNext: Bool
}

/// Reads tokens into the cache, many sequences at a time, and predicts the tokens after them.
///
/// Prompts and single new tokens are rows alike. One step at a time, by any number of threads, which changes no result.
final class Decoder: @unchecked Sendable {
  private let model: Model
  private let configuration: ModelConfiguration
  private let parameters: ParameterViews
  private let packed: PackedParameters
  let cache: KVCache
  /// Threads that share a step.
  let threadCount: Int
  private let buffers: DecoderBuffers
  /// Heads whose attention is computed together, since they share keys and values.
  private let headGroups: [Range<Int>]
  /// Tokens of prompts that one step should read at most; bounds its memory.
  static let promptTokensPerStep = 256

  /// - Parameters:
  ///   - rowCapacity: rows of a step at most.
  ///   - predictionCapacity: rows of a step at most that predict.
  ///   - cacheBlockLimit: blocks of the cache that there may be at once.
  ///   - threadCount: threads that share a step.
  init(
    model: Model, packed: PackedParameters, rowCapacity: Int, predictionCapacity: Int,
    cacheBlockLimit: Int = .max, threadCount: Int = 1
  ) {
    self.model = model
    self.packed = packed
    self.threadCount = threadCount
    configuration = model.configuration
    parameters = ParameterViews(model.weights)
    headGroups = Self.headGroups(configuration)
    cache = KVCache(
      configuration: model.configuration, precision: model.precision, blockLimit: cacheBlockLimit)
    buffers = DecoderBuffers(
      configuration: model.configuration, rowCapacity: rowCapacity,
      predictionCapacity: predictionCapacity)
  }

  /// Reads the rows, and returns the logits of those that predict, in their order: [predictions, vocabulary].
  ///
  /// Rows of one sequence come in the order of their positions; the sequences have room for them. The result is valid
  /// until the next step.
  func step(_ rows: [DecoderRow], sequences: [CachedSequence]) -> Rows {
    let predictions = rows.indices.filter { rows[$0].predictsNext }
    let stream = buffers.stream[rows: 0..<rows.count]
    for (t, row) in rows.enumerated() {
      stream[row: t].update(
        from: parameters.embedding[row: Int(row.token)], count: configuration.hiddenSize)
    }
    for layer in 0..<configuration.layerCount { read(rows, sequences, layer: layer, stream) }
    let gathered = buffers.gathered[rows: 0..<predictions.count]
    for (i, t) in predictions.enumerated() {
      gathered[row: i].update(from: stream[row: t], count: configuration.hiddenSize)
    }
    let normed = buffers.normed[rows: 0..<predictions.count]
    rmsNorm(
      gathered, weight: parameters.finalNorm, epsilon: Float(configuration.rmsNormEpsilon),
      into: normed, inverseRMS: nil)
    let logits = buffers.logits[rows: 0..<predictions.count]
    packed.head.multiply(normed, into: logits, threadCount: threadCount)
    return logits
  }

  private func read(
    _ rows: [DecoderRow], _ sequences: [CachedSequence], layer: Int, _ stream: Rows
  ) {
    let all = 0..<rows.count
    let weights = parameters.layers[layer]
    let epsilon = Float(configuration.rmsNormEpsilon)
    let normed = buffers.normed[rows: all]
    let projections = packed.layers[layer]
    // pass 1: queries, keys and values
    inTiles(of: rows.count) { tile in
      rmsNorm(
        stream[rows: tile], weight: weights.inputNorm, epsilon: epsilon, into: normed[rows: tile],
        inverseRMS: nil)
    }
    let queryKeyValue = buffers.queryKeyValue[rows: all]
    projections.queryKeyValue.multiply(normed, into: queryKeyValue, threadCount: threadCount)
    inTiles(of: rows.count) { [self] tile in
      if let bias = weights.queryKeyValueBias { addBias(bias, to: queryKeyValue[rows: tile]) }
      for t in tile {
        place(
          queryKeyValue[row: t], at: rows[t].position, of: sequences[rows[t].sequence], layer,
          weights)
      }
    }
    // pass 2: attention, once all rows' keys and values are in place
    let attention = buffers.attention[rows: all]
    attend(rows, sequences, layer, queryKeyValue, into: attention)
    // pass 3: back into the residual stream
    projections.output.multiply(
      attention, into: stream, accumulates: true, threadCount: threadCount)
    // pass 4: feed-forward
    inTiles(of: rows.count) { tile in
      if let bias = weights.outputBias { addBias(bias, to: stream[rows: tile]) }
      rmsNorm(
        stream[rows: tile], weight: weights.feedForwardNorm, epsilon: epsilon,
        into: normed[rows: tile], inverseRMS: nil)
    }
    let gateUp = buffers.gateUp[rows: all]
    let gated = buffers.gated[rows: all]
    projections.gateUp.multiply(normed, into: gateUp, threadCount: threadCount)
    inTiles(of: rows.count) { tile in swiGLU(gateUp[rows: tile], into: gated[rows: tile]) }
    projections.down.multiply(gated, into: stream, accumulates: true, threadCount: threadCount)
  }

  /// Rows that are worth another thread's while where each is little work.
  private static let tileWidth = 16

  /// Runs `body` for parts of so many rows, in parallel where there are many.
  private func inTiles(of rowCount: Int, body: @Sendable (Range<Int>) -> Void) {
    let tiles = RowTiles(of: rowCount, width: Self.tileWidth)
    Lanes.run(count: tiles.count, threadCount: threadCount) { tile, _ in body(tiles[tile]) }
  }

  /// Norms and rotates one row's queries and keys, and puts its keys and values into the cache.
  private func place(
    _ row: UnsafeMutablePointer<Float>, at position: Int, of sequence: CachedSequence,
    _ layer: Int, _ weights: LayerParameterViews
  ) {
    let width = configuration.headDimension
    let keys = row + configuration.queryWidth
    let keyHeads = configuration.keyValueHeadCount
    if let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm {
      for (norm, start, count) in [
        (queryNorm, row, configuration.headCount), (keyNorm, keys, keyHeads),
      ] {
        // In place: a row is read whole for its mean before any of it is written.
        let heads = Rows(base: start, rowCount: count, width: width, stride: width)
        rmsNorm(
          heads, weight: norm, epsilon: Float(configuration.rmsNormEpsilon), into: heads,
          inverseRMS: nil)
      }
    }
    model.rotaryEmbedding.rotate(
      row, headCount: configuration.headCount + keyHeads, position: position)
    cache.attention.round(queries: row, headCount: configuration.headCount)
    guard let block = sequence.pointers[position / CachedAttention.blockSize] else { return }
    for head in 0..<keyHeads {
      cache.attention.store(
        key: keys + head * width, value: keys + (keyHeads + head) * width, block: block,
        keyOffset: cache.keyOffset(layer: layer, head: head),
        slot: position % CachedAttention.blockSize)
    }
  }

  private static func headGroups(_ configuration: ModelConfiguration) -> [Range<Int>] {
    let sharing = configuration.headCount / configuration.keyValueHeadCount
    let parts = RowTiles(of: sharing, width: CachedAttention.mostSharingHeads)
    return (0..<configuration.keyValueHeadCount).flatMap { shared in
      (0..<parts.count).map { part in
        let heads = parts[part]
        return shared * sharing + heads.lowerBound..<shared * sharing + heads.upperBound
      }
    }
  }

  /// Keys times heads that are worth another thread's while.
  private static let attentionTileWork = 4096

  /// The attention of every row and head, parted evenly.
  private func attend(
    _ rows: [DecoderRow], _ sequences: [CachedSequence], _ layer: Int, _ queryKeyValue: Rows,
    into out: Rows
  ) {
    let work = rows.reduce(0) { $0 + $1.position + 1 } * configuration.headCount
    let tileCount = max(1, min(8 * threadCount, work / Self.attentionTileWork))
    let taskCount = rows.count * headGroups.count
    let tiles = RowTiles(of: taskCount, width: (taskCount + tileCount - 1) / tileCount)
    Lanes.run(count: tiles.count, threadCount: threadCount) { [self] tile, _ in
      for task in tiles[tile] {
        let (t, group) = task.quotientAndRemainder(dividingBy: headGroups.count)
        attend(
          queryKeyValue[row: t], heads: headGroups[group], upTo: rows[t].position,
          of: sequences[rows[t].sequence], layer, into: out[row: t])
      }
    }
  }

  private func attend(
    _ row: UnsafeMutablePointer<Float>, heads: Range<Int>, upTo position: Int,
    of sequence: CachedSequence, _ layer: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    let width = configuration.headDimension
    let shared = heads.lowerBound * configuration.keyValueHeadCount / configuration.headCount
    sequence.pointers.withUnsafeBufferPointer { blocks in
      guard let base = blocks.baseAddress else { return }
      cache.attention.attend(
        queries: row + heads.lowerBound * width, headCount: heads.count, blocks: base,
        keyOffset: cache.keyOffset(layer: layer, head: shared), count: position + 1,
        into: out + heads.lowerBound * width)
    }
  }
}

/// The buffers of one decoder step.
struct DecoderBuffers: @unchecked Sendable {
  /// Owns the memory of all that follows.
  private let memory: FloatBuffer
  /// [rows, hidden]: the residual stream
  let stream: Rows
  /// [rows, hidden]
  let normed: Rows
  /// [rows, (heads + 2 · key-value heads) · d]
  let queryKeyValue: Rows
  /// [rows, heads · d]
  let attention: Rows
  /// [rows, 2 · intermediate]
  let gateUp: Rows
  /// [rows, intermediate]
  let gated: Rows
  /// [predictions, hidden]
  let gathered: Rows
  /// [predictions, vocabulary]
  let logits: Rows

  init(
    configuration: ModelConfiguration, rowCapacity: Int, predictionCapacity: Int
  ) {
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    let memory = FloatBuffer(
      count: Self.elementCount(
        configuration, rowCapacity: rowCapacity, predictionCapacity: predictionCapacity))
    var used = 0
    func take(_ width: Int, _ rowCount: Int) -> Rows {
      defer { used += rowCount * width }
      return memory.rows(rowCount, width, at: used)
    }
    stream = take(hidden, rowCapacity)
    normed = take(hidden, rowCapacity)
    queryKeyValue = take(configuration.queryKeyValueWidth, rowCapacity)
    attention = take(configuration.queryWidth, rowCapacity)
    gateUp = take(2 * inner, rowCapacity)
    gated = take(inner, rowCapacity)
    gathered = take(hidden, predictionCapacity)
    logits = take(configuration.vocabularySize, predictionCapacity)
    self.memory = memory
  }

  /// float32 numbers of all buffers together.
  static func elementCount(
    _ configuration: ModelConfiguration, rowCapacity: Int, predictionCapacity: Int
  ) -> Int {
    rowCapacity
      * (2 * configuration.hiddenSize + configuration.queryKeyValueWidth + configuration.queryWidth
        + 3 * configuration.intermediateSize)
      + predictionCapacity * (configuration.hiddenSize + configuration.vocabularySize)
  }
}
