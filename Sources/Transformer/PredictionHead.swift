internal import Checkpoints
internal import Kernels

/// From the residual stream to the distribution over the next token, at target positions only.
///
/// Logits are made in chunks of rows, and made anew for the gradient, so that memory never holds [tokens, vocabulary].
final class PredictionHead {
  private let configuration: ModelConfiguration
  /// Rows of logits at a time.
  private let chunkRowCount: Int
  /// [chunk, vocabulary]
  private let logits: FloatBuffer
  /// Three matrices of [targets, hidden]: gathered inputs, their norm, and its gradient; then [targets] inverse RMS.
  private var gathered = FloatBuffer(count: 0)
  /// Of each target: log Σ exp, kept so that the gradient finds the same probabilities.
  private var logSums: [Float] = []
  private var statistics = TargetStatistics(logProbabilities: [], entropies: [])
  private var inverseTemperature: Float = 1

  init(configuration: ModelConfiguration) {
    self.configuration = configuration
    // About 1 MiB of logits stay in a core's cache for the passes over them; but the head's weights are read once a chunk,
    // which should not be too few rows for that.
    chunkRowCount = max(64, min(512, 262_144 / configuration.vocabularySize))
    logits = FloatBuffer(count: chunkRowCount * configuration.vocabularySize)
  }

  /// log p(target) and entropy of every target. Shapes: input [tokens, hidden].
  func forward(
    _ input: Rows, pack: PackedSequences, parameters: ParameterViews, temperature: Float
  ) -> TargetStatistics {
    let targets = pack.targetPositions
    let vocabularySize = configuration.vocabularySize
    inverseTemperature = 1 / temperature
    reserve(targets.count)
    logSums = Array(repeating: 0, count: targets.count)
    var logProbabilities = logSums
    var entropies = logSums
    // pass 1: the final norm
    for (i, position) in targets.enumerated() {
      matrix(0, targets)[row: i].update(from: input[row: position], count: input.width)
    }
    rmsNorm(
      matrix(0, targets), weight: parameters.finalNorm,
      epsilon: Float(configuration.rmsNormEpsilon), into: matrix(1, targets),
      inverseRMS: inverseRMS(targets))
    // pass 2: logits; pass 3: their distribution
    for chunk in chunks(of: targets.count) {
      let rows = logits.rows(chunk.count, vocabularySize)
      linear(matrix(1, targets)[rows: chunk], weight: parameters.head, into: rows)
      for i in chunk {
        let row = rows[row: i - chunk.lowerBound]
        let target = Int(pack.tokens[targets[i] + 1])
        let logSum = TokenDistribution.logSum(
          row, count: vocabularySize, inverseTemperature: inverseTemperature)
        logSums[i] = logSum
        logProbabilities[i] = row[target] * inverseTemperature - logSum
        entropies[i] = TokenDistribution.entropy(
          row, count: vocabularySize, inverseTemperature: inverseTemperature, logSum: logSum)
      }
    }
    statistics = TargetStatistics(logProbabilities: logProbabilities, entropies: entropies)
    return statistics
  }

  /// Gradient of `forward`: dInput and the parameters' gradients accumulate.
  func backward(
    _ gradient: TargetGradients, pack: PackedSequences, input: Rows, parameters: ParameterViews,
    dInput: Rows, gradients: ParameterViews
  ) {
    let targets = pack.targetPositions
    let vocabularySize = configuration.vocabularySize
    for chunk in chunks(of: targets.count) {
      let rows = logits.rows(chunk.count, vocabularySize)
      let normed = matrix(1, targets)[rows: chunk]
      // passes 2 again, then 3 and 2 backwards
      linear(normed, weight: parameters.head, into: rows)
      for i in chunk {
        TokenDistribution.gradient(
          rows[row: i - chunk.lowerBound], count: vocabularySize,
          inverseTemperature: inverseTemperature, logSum: logSums[i],
          target: Int(pack.tokens[targets[i] + 1]),
          dLogProbability: gradient.logProbabilities[i],
          dEntropy: gradient.entropies?[i] ?? 0, entropy: statistics.entropies[i])
      }
      linearGradient(
        dy: rows, x: normed, weight: parameters.head, dx: matrix(2, targets)[rows: chunk],
        dw: gradients.head)
    }
    // pass 1 backwards. forward: normed = norm(input at the targets). The norm is no longer needed, so that its
    // memory takes the gradient of its input.
    let dGathered = matrix(1, targets)
    dGathered.zero()
    rmsNormGradient(
      dy: matrix(2, targets), x: matrix(0, targets), weight: parameters.finalNorm,
      inverseRMS: inverseRMS(targets), dx: dGathered, dw: gradients.finalNorm)
    for (i, position) in targets.enumerated() {
      add(dGathered[row: i], into: dInput[row: position], count: input.width)
    }
  }

  private func reserve(_ targetCount: Int) {
    let needed = targetCount * (3 * configuration.hiddenSize + 1)
    if gathered.count < needed { gathered = FloatBuffer(count: needed) }
  }

  private func matrix(_ index: Int, _ targets: [Int]) -> Rows {
    let hidden = configuration.hiddenSize
    return gathered.rows(targets.count, hidden, at: index * targets.count * hidden)
  }

  private func inverseRMS(_ targets: [Int]) -> UnsafeMutablePointer<Float> {
    gathered.base + 3 * targets.count * configuration.hiddenSize
  }

  private func chunks(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: chunkRowCount).map { $0..<min($0 + chunkRowCount, count) }
  }
}
