import Checkpoints
import PolicyGradient
import RandomStreams
import TestSupport
import Transformer

/// A model small enough for finite differences, and rollouts for it.
enum TinyModel {
  static func configuration(positionCount: Int = 64) -> ModelConfiguration {
    ModelConfiguration(
      architecture: .llama, vocabularySize: 24, hiddenSize: 16, intermediateSize: 24,
      layerCount: 2, headCount: 2, keyValueHeadCount: 1, headDimension: 8, ropeTheta: 10_000,
      rmsNormEpsilon: 1e-6, tiesEmbeddings: true, maximumPositionCount: positionCount)
  }

  /// Random parameters, large enough that predictions are far from uniform.
  static func model(seed: UInt64) throws -> Model {
    var random = RandomStream(seed: seed, "tiny")
    let weights = try Weights(configuration: configuration())
    for tensor in weights.tensors {
      for index in tensor.range {
        let noise = Float(random.normal())
        weights.elements[index] = tensor.shape.count == 1 ? 1 + 0.2 * noise : 0.25 * noise
      }
    }
    return Model(weights: weights)
  }

  /// Rollouts with log-probabilities near the model's own, and some advantages of 0.
  static func samples(seed: UInt64, count: Int, of model: Model) throws -> [PolicySample] {
    var random = RandomStream(seed: seed, "samples")
    let pass = try TrainingPass(model: model, threadCount: 1)
    return try (0..<count).map { index in
      let prompt = (0..<random.integer(in: 1...5)).map { _ in Int32(random.integer(in: 0..<24)) }
      let response = (0..<random.integer(in: 1...14)).map { _ in Int32(random.integer(in: 0..<24)) }
      let pack = try PackedSequences([
        (prompt + response, prompt.count..<prompt.count + response.count)
      ])
      let own = try pass.statistics(of: [pack], temperature: 1)[0].logProbabilities
      return PolicySample(
        name: "problem \(index / 2), rollout \(index % 2)", promptTokens: prompt,
        responseTokens: response,
        advantages: response.map { _ in
          index == 1 || random.uniform() < 0.2 ? 0 : Float(random.normal())
        },
        rolloutLogProbabilities: own.map { $0 + 0.2 * Float(random.normal()) },
        referenceLogProbabilities: own.map { $0 + 0.2 * Float(random.normal()) })
    }
  }

  static let loss = PolicyLoss(
    objective: ClippedObjective(clipRatioLow: 0.2, clipRatioHigh: 0.28, dualClip: 10),
    reduction: .tokenMean, klPenalty: KLPenalty(.k3), klCoefficient: 0, entropyCoefficient: 0,
    rolloutCorrection: .none)

  static func options(_ loss: PolicyLoss = loss) -> PolicyUpdateOptions {
    PolicyUpdateOptions(
      loss: loss, epochCount: 1, miniBatchSize: nil, microBatchTokens: 1000,
      oldLogProbabilities: .rollout, temperature: 1, lengthScale: 16, seed: 1)
  }

  static let optimizerOptions = AdamW.Options(
    firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, weightDecay: 0.1)

  static func trainer(
    _ model: Model, optimizer: AdamW? = nil, rate: Double = 1e-2,
    threadCount: Int = 1
  ) throws -> ModelOptimizer {
    try ModelOptimizer(
      model: model,
      optimizer: optimizer
        ?? AdamW(
          options: optimizerOptions,
          segments: AdamW.segments(of: model.weights.tensors, decaysVectors: true)),
      schedule: LearningRateSchedule(peak: rate, warmUpStepCount: 2, decay: .constant),
      maxGradientNorm: 1, threadCount: threadCount)
  }

  /// An independent model of the same parameters.
  static func copy(_ model: Model) -> Model { Model(weights: model.weights.copy()) }
}

/// The largest difference of two lists, relative to the largest value of the second.
func relativeDifference(_ actual: some Sequence<Float>, _ expected: some Sequence<Float>) -> Float {
  let largest = expected.reduce(0) { max($0, abs($1)) }
  let difference = zip(actual, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
  return difference / max(largest, .leastNormalMagnitude)
}
