internal import Checkpoints
internal import Kernels

/// From the residual stream to the distribution over the next token, at target rows only, together with the loss.
///
/// Targets are taken in chunks: logits, their statistics, the loss's gradient, and the way back, before the next chunk. So the
/// output projection is computed once forwards and once backwards, and memory never holds [tokens, vocabulary]. Within a
/// chunk tasks take parts of the vocabulary, the same for any number of threads.
final class PredictionHead: @unchecked Sendable {
  private let configuration: ModelConfiguration
  private let parameters: ParameterViews
  private let threadCount: Int
  private let shape: Shape
  /// Made at the first pass.
  private lazy var buffers = HeadBuffers(configuration: configuration, shape: shape)
  private let precision: ProductPrecision

  /// - Parameter parameters: the model's, rounded before every run.
  init(model: Model, parameters: ParameterViews, threadCount: Int) {
    configuration = model.configuration
    precision = model.precision
    self.parameters = parameters
    self.threadCount = threadCount
    shape = Shape(configuration)
  }

  /// Bytes that a head needs, whatever the count of targets.
  static func byteCount(_ configuration: ModelConfiguration) -> Int {
    let shape = Shape(configuration)
    return shape.chunkRowCount * MemoryLayout<Float>.stride * shape.rowWidth(configuration)
  }

  /// Bytes of the rounded factors that are at work at a time: a chunk's normed rows, and on every thread those rows or a part of their
  /// logits' gradients.
  ///
  /// - Parameter rowByteCount: of one number of a product's first factor.
  static func roundedByteCount(
    _ configuration: ModelConfiguration, rowByteCount: Int, threadCount: Int
  ) -> Int {
    let shape = Shape(configuration)
    let widest = max(
      configuration.hiddenSize, configuration.vocabularySize / max(shape.vocabularyTiles.count, 1))
    return shape.chunkRowCount
      * (ProductPrecision.bfloat16.operandByteCount * configuration.hiddenSize
        + threadCount * rowByteCount * widest)
  }

  /// Into what the work is parted.
  fileprivate struct Shape: Sendable {
    /// Targets at a time: about 64 MiB of logits are enough rows for the products to be worth reading the head's weights.
    let chunkRowCount: Int
    let vocabularyTiles: RowTiles
    /// Runs of tiles of the vocabulary; each sums its part of the input's gradient apart.
    let slices: RowTiles

    init(_ configuration: ModelConfiguration) {
      let vocabularySize = configuration.vocabularySize
      chunkRowCount = max(64, min(2048, (16 << 20) / vocabularySize / 64 * 64))
      vocabularyTiles = configuration.vocabularyTiles
      slices = RowTiles(of: vocabularyTiles.count, width: max(1, vocabularyTiles.count / 16))
    }

    /// Numbers of memory for each target.
    func rowWidth(_ configuration: ModelConfiguration) -> Int {
      configuration.vocabularySize + (2 + slices.count) * configuration.hiddenSize + 1
        + vocabularyTiles.count * TokenDistribution.partialSumCount
    }
  }

  /// What the backward pass needs and leaves.
  struct Gradient {
    /// From targets and their statistics to the gradient of the whole loss with respect to these.
    let loss: (Range<Int>, TargetStatistics) -> TargetGradients
    /// [tokens, hidden]: accumulates.
    let dInput: Rows
    /// Accumulate.
    let parameters: ParameterViews
  }

  /// log p(target) and entropy of every target, and the way back where a gradient is wanted. Shapes: input [tokens, hidden].
  func run(
    _ input: Rows, pack: PackedSequences, temperature: Float, gradient: Gradient?
  ) -> TargetStatistics {
    var all = TargetStatistics(logProbabilities: [], entropies: [])
    for start in stride(from: 0, to: pack.targetCount, by: shape.chunkRowCount) {
      let targets = start..<min(start + shape.chunkRowCount, pack.targetCount)
      gather(input, targets, pack)
      let sums = predict(targets.count, inverseTemperature: 1 / temperature)
      let statistics = statistics(targets, pack, sums, inverseTemperature: 1 / temperature)
      all.logProbabilities += statistics.logProbabilities
      all.entropies += statistics.entropies
      guard let gradient else { continue }
      let loss = gradient.loss(targets, statistics)
      precondition(
        loss.logProbabilities.count == targets.count
          && loss.entropies.map { $0.count == targets.count } ?? true,
        "a loss gradient that does not fit its targets")
      backward(
        loss, targets, pack, sums, inverseTemperature: 1 / temperature,
        dHead: gradient.parameters.head)
      scatter(targets, pack, gradient)
    }
    return all
  }

  /// Pass 1: the final norm of the targets' rows.
  private func gather(_ input: Rows, _ targets: Range<Int>, _ pack: PackedSequences) {
    let gathered = buffers.gathered[rows: 0..<targets.count]
    for target in targets {
      gathered[row: target - targets.lowerBound].update(
        from: input[row: pack.targetRows[target]], count: input.width)
    }
    rmsNorm(
      gathered, weight: parameters.finalNorm, epsilon: Float(configuration.rmsNormEpsilon),
      into: buffers.normed[rows: 0..<targets.count], inverseRMS: buffers.inverseRMS)
  }

  /// Pass 2: logits, and what each part of the vocabulary adds to their sums.
  private func predict(_ rowCount: Int, inverseTemperature: Float) -> [TokenDistribution.Sums] {
    let buffers = buffers
    let tiles = shape.vocabularyTiles
    let weights = parameters.headTiles
    Lanes.run(count: tiles.count, threadCount: threadCount) { tile, _ in
      let tokens = tiles[tile]
      let logits = buffers.logits[columns: tokens][rows: 0..<rowCount]
      weights[tile].multiply(buffers.normed[rows: 0..<rowCount], into: logits)
      for row in 0..<rowCount {
        TokenDistribution.partialSums(
          logits[row: row], count: tokens.count, inverseTemperature: inverseTemperature,
          into: buffers.partialSums(row: row, tile: tile))
      }
    }
    return (0..<rowCount).map { row in
      TokenDistribution.sums(of: buffers.partialSums(row: row, tile: 0), count: tiles.count)
    }
  }

  /// Pass 3: log p of each target, and the entropy.
  private func statistics(
    _ targets: Range<Int>, _ pack: PackedSequences, _ sums: [TokenDistribution.Sums],
    inverseTemperature: Float
  ) -> TargetStatistics {
    TargetStatistics(
      logProbabilities: zip(targets, sums).map { target, sums in
        let logits = buffers.logits[row: target - targets.lowerBound]
        return logits[Int(pack.targetTokens[target])] * inverseTemperature - sums.logSum
      }, entropies: sums.map(\.entropy))
  }

  /// Passes 3 and 2 backwards: the gradient of the head, and parts of that of the normed rows.
  private func backward(
    _ loss: TargetGradients, _ targets: Range<Int>, _ pack: PackedSequences,
    _ sums: [TokenDistribution.Sums], inverseTemperature: Float, dHead: Rows
  ) {
    let buffers = buffers
    let (tiles, slices) = (shape.vocabularyTiles, shape.slices)
    let weights = parameters.headTiles
    let rows = 0..<targets.count
    let normed = WeightedInputs(buffers.normed[rows: rows], precision: precision)
    normed.round()
    Lanes.run(count: slices.count, threadCount: threadCount) { slice, _ in
      let dNormed = buffers.dNormed(slice: slice)[rows: rows]
      for (index, tile) in slices[slice].enumerated() {
        let tokens = tiles[tile]
        let logits = buffers.logits[columns: tokens][rows: rows]
        for row in rows {
          TokenDistribution.gradient(
            logits[row: row], count: tokens.count, inverseTemperature: inverseTemperature,
            sums: sums[row], dLogProbability: loss.logProbabilities[row],
            dEntropy: loss.entropies?[row] ?? 0)
          let target = Int(pack.targetTokens[targets.lowerBound + row])
          if tokens.contains(target) {
            logits[row: row][target - tokens.lowerBound] +=
              loss.logProbabilities[row] * inverseTemperature
          }
        }
        // forward: logits = normed · headᵀ
        weights[tile].inputGradient(dy: logits, into: dNormed, accumulates: index > 0)
        normed.weightGradient(dy: logits, into: dHead[rows: tokens])
      }
    }
    let dNormed = buffers.dNormed(slice: 0)
    for slice in 1..<max(slices.count, 1) {
      add(
        buffers.dNormed(slice: slice).base, into: dNormed.base,
        count: targets.count * configuration.hiddenSize)
    }
  }

  /// Pass 1 backwards. forward: normed = norm(input at the targets)
  private func scatter(_ targets: Range<Int>, _ pack: PackedSequences, _ gradient: Gradient) {
    let rows = 0..<targets.count
    // The norm is no longer needed, so that its memory takes the gradient of its input.
    let dGathered = buffers.normed[rows: rows]
    dGathered.zero()
    rmsNormGradient(
      dy: buffers.dNormed(slice: 0)[rows: rows], x: buffers.gathered[rows: rows],
      weight: parameters.finalNorm, inverseRMS: buffers.inverseRMS, dx: dGathered,
      dw: gradient.parameters.finalNorm)
    for row in rows {
      add(
        dGathered[row: row],
        into: gradient.dInput[row: pack.targetRows[targets.lowerBound + row]],
        count: configuration.hiddenSize)
    }
  }
}

/// The buffers of one chunk of targets.
private struct HeadBuffers: @unchecked Sendable {
  /// Owns the memory of all that follows.
  private let memory: FloatBuffer
  private let tileCount: Int
  private let slicesOfNormed: [Rows]
  private let sums: UnsafeMutablePointer<Float>
  /// [targets, vocabulary]
  let logits: Rows
  /// [targets, hidden]: the targets' rows of the residual stream, and their norm
  let gathered: Rows
  let normed: Rows
  /// [targets]
  let inverseRMS: UnsafeMutablePointer<Float>

  init(configuration: ModelConfiguration, shape: PredictionHead.Shape) {
    let rowCount = shape.chunkRowCount
    let memory = FloatBuffer(count: rowCount * shape.rowWidth(configuration))
    var used = 0
    func take(_ width: Int) -> Rows {
      defer { used += rowCount * width }
      return memory.rows(rowCount, width, at: used)
    }
    tileCount = shape.vocabularyTiles.count
    logits = take(configuration.vocabularySize)
    gathered = take(configuration.hiddenSize)
    normed = take(configuration.hiddenSize)
    slicesOfNormed = (0..<shape.slices.count).map { _ in take(configuration.hiddenSize) }
    inverseRMS = take(1).base
    sums = take(tileCount * TokenDistribution.partialSumCount).base
    self.memory = memory
  }

  /// [targets, hidden]: a slice's part of the gradient of the normed rows.
  func dNormed(slice: Int) -> Rows { slicesOfNormed[slice] }

  /// What a part of the vocabulary adds to a row's sums; a row's parts follow each other.
  func partialSums(row: Int, tile: Int) -> UnsafeMutablePointer<Float> {
    sums + (row * tileCount + tile) * TokenDistribution.partialSumCount
  }
}
