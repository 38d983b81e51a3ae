import Checkpoints
import Kernels
import RandomStreams
import Testing
import Transformer

@Suite("Training pass")
struct SequencePassTests {
  @Test(
    "log-probabilities, entropies and every gradient are PyTorch's",
    arguments: ReferenceModel.names, ReferenceModel.Layout.allCases)
  func agreesWithPyTorch(name: String, layout: ReferenceModel.Layout) throws {
    let reference = try ReferenceModel(name)
    let packs = try reference.packs(layout)
    let starts = packs.indices.map { i in packs[..<i].reduce(0) { $0 + $1.targetCount } }
    let pass = try TrainingPass(model: reference.model, threadCount: 2)
    let gradients = Gradients(for: reference.model.weights)
    let statistics = try pass.accumulateGradients(
      of: packs, temperature: reference.temperature, into: gradients
    ) { pack, targets, _ in
      reference.targetGradients(from: starts[pack] + targets.lowerBound, count: targets.count)
    }
    #expect(
      relativeDifference(statistics.flatMap(\.logProbabilities), reference.logProbabilities) < 1e-4)
    #expect(relativeDifference(statistics.flatMap(\.entropies), reference.entropies) < 1e-4)
    for tensor in gradients.tensors {
      let difference = relativeDifference(
        gradients.elements[tensor.range], reference.gradients[tensor.range])
      #expect(difference < 1e-4, "\(tensor.name)")
    }
    let inferred = try pass.statistics(of: packs, temperature: reference.temperature)
    #expect(inferred == statistics)
  }

  @Test("gradients are central differences of the loss")
  func agreesWithFiniteDifferences() throws {
    let reference = try ReferenceModel("llama-tied")
    let model = reference.model
    let pass = try TrainingPass(model: model, threadCount: 2)
    let packs = try reference.packs(.together)
    let gradients = Gradients(for: model.weights)
    let loss = { () throws -> Double in
      let statistics = try pass.statistics(of: packs, temperature: 0.8)[0]
      return zip(statistics.logProbabilities, reference.logProbabilityWeights)
        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    _ = try pass.accumulateGradients(of: packs, temperature: 0.8, into: gradients) {
      _, targets, _ in
      TargetGradients(logProbabilities: Array(reference.logProbabilityWeights[targets]))
    }
    // Along the gradient the loss rises by its squared length.
    let length = gradients.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    let step = Float(0.02 / length.squareRoot())
    let start = Array(model.weights.elements)
    func move(_ distance: Float) {
      for i in start.indices {
        model.weights.elements[i] = start[i] + distance * gradients.elements[i]
      }
    }
    move(step)
    let above = try loss()
    move(-step)
    let below = try loss()
    let slope = (above - below) / (2 * Double(step))
    #expect(abs(slope / length - 1) < 5e-3, "slope \(slope), gradient \(length)")
  }

  @Test(
    "the same packs give the same bytes with one thread and with two",
    arguments: ProductPrecision.available)
  func threadsDoNotMatter(precision: ProductPrecision) throws {
    let model = try randomModel(seed: 3, precision: precision)
    let packs = try [1, 5, 3].map {
      try PackedSequences(groups: randomGroups(seed: UInt64($0), count: $0, model.configuration))
    }
    let results = try [1, 2].map { threadCount in
      let pass = try TrainingPass(model: model, threadCount: threadCount)
      let gradients = Gradients(for: model.weights)
      let statistics = try pass.accumulateGradients(of: packs, temperature: 1, into: gradients) {
        pack, targets, _ in
        TargetGradients(logProbabilities: targets.map { Float(($0 + pack) % 5) - 2 })
      }
      return (statistics, Array(gradients.elements))
    }
    #expect(results[0].0 == results[1].0)
    #expect(results[0].1 == results[1].1)
  }

  @Test("gradients accumulate from call to call")
  func gradientsAccumulate() throws {
    let model = try randomModel(seed: 4)
    let packs = [try randomPack(seed: 1, model.configuration)]
    let pass = try TrainingPass(model: model, threadCount: 1)
    func gradients(calls: Int) throws -> [Float] {
      let gradients = Gradients(for: model.weights)
      for _ in 0..<calls {
        _ = try pass.accumulateGradients(of: packs, temperature: 1, into: gradients) {
          _, targets, _ in TargetGradients(logProbabilities: targets.map { _ in -1 })
        }
      }
      return Array(gradients.elements)
    }
    let once = try gradients(calls: 1)
    #expect(once.contains { $0 != 0 })
    #expect(relativeDifference(try gradients(calls: 2), once.map { 2 * $0 }) < 1e-6)
  }
}

/// A small random model whose predictions are far from uniform.
func randomModel(
  seed: UInt64, architecture: ModelArchitecture = .llama, maximumPositionCount: Int = 128,
  precision: ProductPrecision = .float32
) throws -> Model {
  var random = RandomStream(seed: seed, "test model")
  let weights = try Weights(
    configuration: ModelConfiguration(
      architecture: architecture, vocabularySize: 48, hiddenSize: 32, intermediateSize: 48,
      layerCount: 2, headCount: 4, keyValueHeadCount: 2, headDimension: 8,
      maximumPositionCount: maximumPositionCount),
    random: &random)
  for index in weights.elements.indices { weights.elements[index] *= 6 }
  return Model(weights: weights, precision: precision)
}

/// Prompts of one to forty tokens, each with one to four continuations, some of whose tokens are targets.
func randomGroups(
  seed: UInt64, count: Int, _ configuration: ModelConfiguration
) -> [PromptGroup] {
  var random = RandomStream(seed: seed, "test groups")
  func tokens(_ count: Int) -> [Int32] {
    (0..<count).map { _ in Int32(random.integer(in: 0..<configuration.vocabularySize)) }
  }
  return (0..<count).map { _ in
    PromptGroup(
      prompt: tokens(random.integer(in: 1...40)),
      continuations: (0..<random.integer(in: 1...4)).map { _ in
        let response = tokens(random.integer(in: 1...80))
        return PromptGroup.Continuation(
          tokens: response, isTarget: response.map { _ in random.uniform() < 0.6 })
      })
  }
}

/// A pack of three random sequences, of which all but the first four tokens are targets.
func randomPack(seed: UInt64, _ configuration: ModelConfiguration) throws -> PackedSequences {
  var random = RandomStream(seed: seed, "test pack")
  return try PackedSequences(
    (0..<3).map { _ in
      let count = random.integer(in: 8...80)
      let tokens = (0..<count).map { _ in
        Int32(random.integer(in: 0..<configuration.vocabularySize))
      }
      return (tokens, 4..<count)
    })
}
