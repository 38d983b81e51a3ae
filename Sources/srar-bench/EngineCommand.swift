import ArgumentParser
import Checkpoints
import Filters
import Foundation
import Kernels
import PolicyGradient
import RandomStreams
import Transformer

/// `srar-bench engine`: how fast a policy is updated and continued, and how near to the rate of bare matrix products.
struct EngineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engine",
    abstract: "Update or continue a policy with random weights; print rates and memory.",
    discussion: """
      Prints one line: tokens a second, tokens a second of processor time, the rate of the matrix products that the work consists of \
      as a share of what products alone reach in the same process, for decoding also the rate at which weights, keys and values are \
      read as a share of what reading alone reaches, and peak memory in GB.
      """)

  enum Work: String, CaseIterable, ExpressibleByArgument { case update, decode }

  @Option(help: "What is measured.")
  var work: Work = .update

  @Option(help: "The shapes of the policy.")
  var shape: BenchShape = .small

  @Option(help: ArgumentHelp("Sequences.", valueName: "count"))
  var rollouts = 8

  @Option(help: ArgumentHelp("Tokens of each prompt.", valueName: "tokens"))
  var prompt = 1

  @Option(help: ArgumentHelp("Tokens of each response.", valueName: "tokens"))
  var response = 255

  @Flag(help: "All rollouts are of one prompt.")
  var shared = false

  @Option(help: "How often, after once that does not count; the mean is told.")
  var repeats = 1

  @Option(help: ArgumentHelp("Tokens that are computed at a time.", valueName: "tokens"))
  var microBatchTokens = 2048

  @Flag(help: "Compute activations anew.")
  var recompute = false

  @Option(
    help:
      "What is multiplied in matrix products: 'f32' or 'bf16' numbers, these by oneDNN with 'bf16-onednn'."
  )
  var compute: ProductPrecision = .float32

  @Option(help: "How many threads.")
  var threads = ProcessorCount.available

  func validate() throws { try compute.validate() }

  func run() throws {
    var random = RandomStream(seed: 1, "bench model")
    let model = Model(
      weights: try Weights(configuration: shape.configuration, random: &random), precision: compute)
    var alone = Alone(
      products: ProductRate(threadCount: threads, precision: compute),
      reading: work == .decode
        ? ReadingRate(of: model.weights.elements, threadCount: threads) : nil)
    alone.measure()
    let result = try work == .update ? update(model, &alone) : decode(model, &alone)
    alone.measure()
    let reading = alone.reading.map { reading in
      String(
        format: "  %5.1f %% of %.0f GB/s",
        100 * result.readByteCount / result.seconds / reading.rate,
        reading.rate / 1e9)
    }
    let peak = PeakMemory.bytes.map { String(format: "%.2f GB", Double($0) / 1e9) } ?? "unknown"
    print(
      String(
        format: "%8.0f tokens/s %8.0f tokens/cpu-s  %5.1f %% of %.0f GFLOP/s·core%@  %@",
        Double(result.tokenCount) / result.seconds,
        Double(result.tokenCount) / result.processorSeconds,
        100 * result.operations / result.processorSeconds / alone.products.rate,
        alone.products.rate / 1e9, (reading ?? "") as NSString, peak as NSString))
  }

  /// What the work is made of, each by itself.
  private struct Alone {
    var products: ProductRate
    /// Of decoding, which waits for memory where there are few sequences.
    var reading: ReadingRate?

    mutating func measure() {
      products.measure()
      reading?.measure()
    }
  }

  private struct Measurement {
    var tokenCount: Int
    /// Of the matrix products, multiplications and additions.
    var operations: Double
    var seconds: Double
    var processorSeconds: Double
    /// Of weights, keys and values, where weights are read once for every token of a response, for all sequences.
    var readByteCount = 0.0
  }

  private func mean(
    _ alone: inout Alone, _ body: () throws -> Void
  ) rethrows -> (seconds: Double, processorSeconds: Double) {
    // The first time touches memory that is then there.
    try body()
    var sum = (seconds: 0.0, processorSeconds: 0.0)
    for _ in 0..<repeats {
      alone.measure()
      let time = try Stopwatch.time(body)
      sum = (sum.seconds + time.seconds, sum.processorSeconds + time.processorSeconds)
    }
    return (sum.seconds / Double(repeats), sum.processorSeconds / Double(repeats))
  }

  private func tokens(_ count: Int, _ name: String) -> [Int32] {
    var random = RandomStream(seed: 1, name)
    return (0..<count).map { _ in
      Int32(random.integer(in: 0..<shape.configuration.vocabularySize))
    }
  }

  private func update(_ model: Model, _ alone: inout Alone) throws -> Measurement {
    let samples = (0..<rollouts).map { index in
      let response = tokens(response, "response \(index)")
      return PolicySample(
        name: "\(index)", promptTokens: tokens(prompt, "prompt \(shared ? 0 : index)"),
        responseTokens: response, advantages: response.map { _ in index % 2 == 0 ? 1 : -1 })
    }
    let trainer = try ModelOptimizer(
      model: model,
      optimizer: AdamW(
        options: AdamW.Options(
          firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, weightDecay: 0.1),
        segments: AdamW.segments(of: model.weights.tensors, decaysVectors: true)),
      schedule: LearningRateSchedule(peak: 1e-6, warmUpStepCount: 0, decay: .constant),
      maxGradientNorm: 1, threadCount: threads, recomputesActivations: recompute)
    let loss = PolicyLoss(
      objective: ClippedObjective(clipRatioLow: 0.2, clipRatioHigh: 0.28, dualClip: 10),
      reduction: .tokenMean, klPenalty: KLPenalty(.k3), klCoefficient: 0, entropyCoefficient: 0,
      rolloutCorrection: .none)
    let update = try PolicyUpdate(
      trainer: trainer, reference: nil,
      options: PolicyUpdateOptions(
        loss: loss, epochCount: 1, miniBatchSize: nil, microBatchTokens: microBatchTokens,
        oldLogProbabilities: .recomputed, temperature: 1, lengthScale: 1, seed: 1))
    var computed = 0
    let time = try mean(&alone) {
      computed = try update.run(samples).reduce(0) { $0 + $1.computedTokenCount }
    }
    let configuration = shape.configuration
    let prefix = shared ? prompt - 1 : 0
    let pairs =
      triangle(prefix) + Double(rollouts)
      * (shared
        ? triangle(response) + Double(prefix * response) : triangle(prompt + response - 1))
    let operations =
      6 * Double(computed) * configuration.layerWeightCount
      + 6 * Double(rollouts * response * configuration.headWeightCount)
      + 12 * pairs * Double(configuration.layerCount * configuration.attentionWidth)
    return Measurement(
      tokenCount: rollouts * (response + (shared ? 0 : prompt)), operations: operations,
      seconds: time.seconds, processorSeconds: time.processorSeconds)
  }

  private func decode(_ model: Model, _ alone: inout Alone) throws -> Measurement {
    let requests = (0..<rollouts).map { index in
      GenerationRequest(
        prompt: tokens(prompt, "prompt \(shared ? 0 : index)"),
        random: RandomStream(seed: 1, "draws", index))
    }
    let sampler = try Sampler(model: model, threadCount: threads)
    func time(_ count: Int) throws -> (seconds: Double, processorSeconds: Double) {
      try mean(&alone) {
        _ = try sampler.generate(
          requests,
          options: SamplingOptions(
            temperature: 1, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: count))
      }
    }
    // The first token comes with the prompt.
    let (first, all) = (try time(1), try time(response))
    let configuration = shape.configuration
    let count = Double(rollouts * (response - 1))
    let pairs = count * Double(prompt + response / 2)
    let operations =
      2 * count * (configuration.layerWeightCount + Double(configuration.headWeightCount))
      + 4 * pairs * Double(configuration.layerCount * configuration.attentionWidth)
    let weightBytes =
      (configuration.layerWeightCount + Double(configuration.headWeightCount))
      * Double(compute.operandByteCount)
    let keyValueBytes =
      pairs
      * Double(
        2 * configuration.layerCount * configuration.keyValueHeadCount
          * configuration.headDimension * compute.operandByteCount)
    return Measurement(
      tokenCount: Int(count), operations: operations, seconds: all.seconds - first.seconds,
      processorSeconds: all.processorSeconds - first.processorSeconds,
      readByteCount: Double(response - 1) * weightBytes + keyValueBytes)
  }

  private func triangle(_ count: Int) -> Double { Double(count * (count + 1)) / 2 }
}
