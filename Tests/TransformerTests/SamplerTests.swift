import Checkpoints
import Foundation
import Kernels
import RandomStreams
import Synchronization
import Testing
import Transformer

@Suite("Sampler")
struct SamplerTests {
  @Test(
    "logits and greedy continuations are PyTorch's, which has no cache",
    arguments: ReferenceModel.names)
  func greedyAgreesWithPyTorch(name: String) throws {
    let reference = try ReferenceModel(name)
    let logits = try reference.model.nextTokenLogits(after: reference.sequences[1])
    #expect(relativeDifference(logits, reference.lastLogits) < 1e-4)
    let sampler = try Sampler(model: reference.model, slotCount: 4, threadCount: 2)
    let responses = try sampler.generate(
      [GenerationRequest(prompt: Array(reference.greedy[..<5]), random: RandomStream(seed: 1))],
      options: SamplingOptions(
        temperature: 0, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 20))
    #expect(responses[0].tokens == Array(reference.greedy[5...]))
    #expect(responses[0].finishReason == .length)
  }

  /// What the sampler says of the tokens that it draws, and what the training pass says of them.
  private func logProbabilities(
    _ model: Model, _ requests: [GenerationRequest], temperature: Double, tokenLimit: Int,
    pack: ([(GenerationRequest, GenerationResponse)]) throws -> PackedSequences
  ) throws -> (sampled: [Float], trained: [Float]) {
    let sampler = try Sampler(model: model, slotCount: 4, threadCount: 2)
    let responses = try sampler.generate(
      requests,
      options: SamplingOptions(
        temperature: temperature, topP: 1, endOfSequenceTokenIDs: [3],
        maxResponseTokens: tokenLimit))
    #expect(responses.contains { $0.finishReason == .stop && $0.tokens.last == 3 })
    let pass = try TrainingPass(model: model, threadCount: 1)
    let statistics = try pass.statistics(
      of: [pack(Array(zip(requests, responses)))], temperature: Float(temperature))
    return (responses.flatMap(\.logProbabilities), statistics[0].logProbabilities)
  }

  @Test(
    "log-probabilities are those of the training pass, bit for bit",
    arguments: [0.7, 1.0], ProductPrecision.available)
  func agreesWithTrainingPass(temperature: Double, precision: ProductPrecision) throws {
    let (sampled, trained) = try logProbabilities(
      randomModel(seed: 5, precision: precision), requests(promptCount: 5, perPrompt: 3),
      temperature: temperature, tokenLimit: 60
    ) { pairs in
      try PackedSequences(
        pairs.map {
          ($0.prompt + $1.tokens, $0.prompt.count..<$0.prompt.count + $1.tokens.count)
        })
    }
    #expect(sampled == trained)
    #expect(sampled.count > 100)
  }

  @Test(
    "so are those of a model of several blocks of everything, whose prompts are shared in training",
    arguments: [ModelArchitecture.llama, .qwen2, .qwen3], ProductPrecision.available)
  func agreesInBlocks(architecture: ModelArchitecture, precision: ProductPrecision) throws {
    var random = RandomStream(seed: 11, "test model")
    let weights = try Weights(
      configuration: ModelConfiguration(
        architecture: architecture, vocabularySize: 300, hiddenSize: 264, intermediateSize: 530,
        layerCount: 2, headCount: 6, keyValueHeadCount: 2, headDimension: 44,
        maximumPositionCount: 700),
      random: &random)
    for index in weights.elements.indices { weights.elements[index] *= 2 }
    let model = Model(weights: weights, precision: precision)
    // Prompts end within the first block of keys, at its end, after it and after the second.
    let requests = [150, 256, 257, 530].enumerated().flatMap { prompt, count in
      let tokens = (0..<count).map { _ in Int32(random.integer(in: 4..<300)) }
      return (0..<3).map {
        GenerationRequest(prompt: tokens, random: RandomStream(seed: 2, "rollout", prompt, $0))
      }
    }
    let (sampled, trained) = try logProbabilities(
      model, requests, temperature: 1, tokenLimit: 120
    ) { pairs in
      try PackedSequences(
        groups: stride(from: 0, to: pairs.count, by: 3).map { first in
          PromptGroup(
            prompt: pairs[first].0.prompt,
            continuations: pairs[first..<first + 3].map {
              PromptGroup.Continuation(
                tokens: $1.tokens, isTarget: Array(repeating: true, count: $1.tokens.count))
            })
        })
    }
    #expect(sampled == trained)
    #expect(sampled.count > 700)
  }

  @Test(
    "the same requests give the same bytes with one thread and with two, in any company",
    arguments: ProductPrecision.available)
  func threadsDoNotMatter(precision: ProductPrecision) throws {
    let model = try randomModel(seed: 6, precision: precision)
    let requests = requests(promptCount: 4, perPrompt: 3)
    let options = SamplingOptions(
      temperature: 1, topP: 1, endOfSequenceTokenIDs: [3], maxResponseTokens: 40)
    let one = try Sampler(model: model, slotCount: 4, threadCount: 1)
      .generate(requests, options: options)
    let two = try Sampler(model: model, slotCount: 4, threadCount: 2)
      .generate(requests, options: options)
    #expect(one == two)
    let alone = try requests.flatMap {
      try Sampler(model: model, slotCount: 1, threadCount: 1)
        .generate([$0], options: options)
    }
    #expect(one == alone)
  }

  @Test(
    "threads that share the steps of a model too large for a cache give the same bytes as one",
    arguments: ProductPrecision.available)
  func sharedSteps(precision: ProductPrecision) throws {
    var random = RandomStream(seed: 14, "large model")
    let configuration = ModelConfiguration(
      architecture: .llama, vocabularySize: 5000, hiddenSize: 512, intermediateSize: 1000,
      layerCount: 2, headCount: 4, keyValueHeadCount: 2, headDimension: 64,
      maximumPositionCount: 128)
    let model = Model(
      weights: try Weights(configuration: configuration, random: &random), precision: precision)
    try #require(model.weights.elements.count > 4 << 20)
    let requests = requests(promptCount: 7, perPrompt: 3)
    func responses(_ requests: [GenerationRequest], threadCount: Int) throws -> [GenerationResponse]
    {
      try Sampler(model: model, threadCount: threadCount).generate(
        requests,
        options: SamplingOptions(
          temperature: 1, topP: 1, endOfSequenceTokenIDs: [3], maxResponseTokens: 12))
    }
    let one = try responses(requests, threadCount: 1)
    #expect(try responses(requests, threadCount: 3) == one)
    #expect(try responses(Array(requests[4..<5]), threadCount: 2) == Array(one[4..<5]))
  }

  @Test("responses are the same bytes however little memory there is", arguments: [1, 2])
  func memoryDoesNotMatter(threadCount: Int) throws {
    let model = try randomModel(seed: 6)
    let requests = requests(promptCount: 6, perPrompt: 5)
    let options = SamplingOptions(
      temperature: 1, topP: 1, penalties: LogitPenalties(frequency: 0.1),
      endOfSequenceTokenIDs: [3], maxResponseTokens: 80)
    let plenty = try Sampler(model: model, slotCount: 16, threadCount: threadCount)
      .generate(requests, options: options)
    let least = try leastMemory(model, requests, options, threadCount: threadCount)
    for bytes in [least, least + least / 8, 2 * least] {
      let responses = try Sampler(
        model: model, slotCount: 16, threadCount: threadCount, memoryBytes: bytes
      ).generate(requests, options: options)
      let areSame = responses == plenty
      #expect(areSame, "\(bytes) bytes")
    }
    #expect(throws: TransformerError.self) {
      _ = try Sampler(
        model: model, slotCount: 16, threadCount: threadCount, memoryBytes: least - threadCount
      )
      .generate(requests, options: options)
    }
  }

  @Test("a budget for the weights and what is multiplied again is not refused")
  func sufficientBudget() throws {
    for (ties, precision, bytes) in [
      (true, ProductPrecision.float32, 8), (true, .bfloat16, 6), (false, .float32, 8),
      (false, .bfloat16, 6),
    ] {
      let configuration = ModelConfiguration(
        architecture: .llama, vocabularySize: 480, hiddenSize: 32, intermediateSize: 48,
        layerCount: 2, headCount: 4, keyValueHeadCount: 2, headDimension: 8,
        tiesEmbeddings: ties, maximumPositionCount: 128)
      let embedding = configuration.vocabularySize * configuration.hiddenSize
      var random = RandomStream(seed: 1, "untied")
      let matrices = try Weights(configuration: configuration, random: &random).tensors
        .filter { $0.shape.count == 2 }.reduce(0) { $0 + $1.count }
      // An embedding that is not the head too is there once.
      let needed = bytes * matrices - (ties ? 0 : (bytes - 4) * embedding)
      try Sampler.check(memoryBytes: needed, for: configuration, precision: precision)
      #expect(throws: TransformerError.self) {
        try Sampler.check(memoryBytes: needed - 1, for: configuration, precision: precision)
      }
    }
  }

  @Test(
    "the budget that a refusal asks for is enough, and so is every larger one",
    arguments: [60, 300, 1500], [1, 2])
  func budgetThatIsAskedFor(promptTokens: Int, threadCount: Int) throws {
    let model = try randomModel(seed: 4, maximumPositionCount: 2000)
    let request = GenerationRequest(
      prompt: (0..<promptTokens).map { Int32(4 + $0 % 40) }, random: RandomStream(seed: 1))
    let options = SamplingOptions(
      temperature: 1, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 2)
    let needed = try leastMemory(model, [request], options, threadCount: threadCount)
    for bytes in stride(from: needed, to: 2 * needed, by: needed / 60) {
      let responses = try Sampler(
        model: model, slotCount: 16, threadCount: threadCount, memoryBytes: bytes
      ).generate([request], options: options)
      #expect(responses.count == 1, "\(bytes) bytes")
    }
  }

  /// What the refusal of a far too small budget asks for.
  private func leastMemory(
    _ model: Model, _ requests: [GenerationRequest], _ options: SamplingOptions, threadCount: Int
  ) throws -> Int {
    var bytes = 1
    while true {
      do {
        _ = try Sampler(
          model: model, slotCount: 16, threadCount: threadCount, memoryBytes: bytes
        ).generate(requests, options: options)
        return bytes
      } catch TransformerError.memoryTooSmall(bytes, let needed, _) where needed > bytes {
        bytes = needed
      }
    }
  }

  @Test("requests are asked for as they are needed, responses delivered in their order")
  func streams() throws {
    let model = try randomModel(seed: 6)
    let requests = requests(promptCount: 40, perPrompt: 30)
    let options = SamplingOptions(
      temperature: 1, topP: 1, endOfSequenceTokenIDs: [3], maxResponseTokens: 20)
    let sampler = try Sampler(model: model, slotCount: 8, threadCount: 2)
    var rest = requests[...]
    var delivered: [GenerationResponse] = []
    var outstanding = 0
    var tokenCount = 0
    let drawn = Mutex(0)
    try sampler.generate(
      options: options,
      from: {
        guard !rest.isEmpty else { return nil }
        // Portions of 30, and one of none.
        let portion = Array(rest.prefix(rest.count == 600 && outstanding % 7 != 0 ? 0 : 30))
        rest.removeFirst(portion.count)
        outstanding += portion.isEmpty ? 1 : portion.count
        #expect(outstanding < 1100)
        return portion
      },
      onTokens: { count in drawn.withLock { $0 += count } },
      onFinished: { _, response in tokenCount += response.tokens.count },
      deliver: { responses in
        outstanding -= responses.isEmpty ? 1 : responses.count
        delivered += responses
      })
    #expect(delivered == (try sampler.generate(requests, options: options)))
    #expect(drawn.withLock { $0 } == tokenCount)
  }

  @Test("a closure that throws ends the work with its error")
  func throwingClosures() throws {
    struct Refusal: Error {}
    let model = try randomModel(seed: 6)
    let requests = requests(promptCount: 2, perPrompt: 3)
    let options = SamplingOptions(
      temperature: 1, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 10)
    let sampler = try Sampler(model: model, slotCount: 2, threadCount: 2)
    #expect(throws: Refusal.self) {
      try sampler.generate(options: options, from: { throw Refusal() }, deliver: { _ in })
    }
    #expect(throws: Refusal.self) {
      try sampler.generate(
        options: options, from: { requests }, deliver: { _ in throw Refusal() })
    }
  }

  @Test("a stop string ends a response, which keeps it, wherever tokens part it")
  func stopStrings() throws {
    let model = try randomModel(seed: 7)
    // Token t writes one letter, token 5 nothing, token 6 two letters.
    var tokenBytes = (0..<48).map { [UInt8(ascii: "A") + UInt8($0 % 4)] }
    tokenBytes[5] = []
    tokenBytes[6] = Array("AB".utf8)
    let requests = requests(promptCount: 20, perPrompt: 5)
    var options = SamplingOptions(
      temperature: 1, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 60)
    let free = try Sampler(model: model, slotCount: 8, threadCount: 2)
      .generate(requests, options: options)
    options.stopStrings = StopStrings(["CAB", "DD"], tokenBytes: tokenBytes)
    let stopped = try Sampler(model: model, slotCount: 8, threadCount: 2)
      .generate(requests, options: options)
    func text(_ tokens: some Sequence<Int32>) -> String {
      String(decoding: tokens.flatMap { tokenBytes[Int($0)] }, as: UTF8.self)
    }
    for (whole, cut) in zip(free, stopped) {
      let end = (1...60).first { count in
        let text = text(whole.tokens.prefix(count))
        return text.contains("CAB") || text.contains("DD")
      }
      #expect(cut.tokens == Array(whole.tokens.prefix(end ?? 60)))
      #expect(cut.finishReason == (end == nil ? .length : .stop))
      #expect(cut.stopString.map { text(cut.tokens).contains($0) } ?? (end == nil))
    }
    #expect(
      Set(stopped.map(\.stopString)) == ["CAB", "DD"] || stopped.contains { $0.stopString == nil })
  }

  @Test("first tokens come as often as the model says")
  func frequenciesFollowProbabilities() throws {
    let model = try randomModel(seed: 7)
    let prompt: [Int32] = [1, 2, 5]
    let logits = try model.nextTokenLogits(after: prompt).map(Double.init)
    for (topK, topP) in [(nil, 1.0), (6, 1.0), (nil, 0.6), (9, 0.7)] as [(Int?, Double)] {
      let expected = distribution(logits, temperature: 0.9, topK: topK, topP: topP)
      let count = 4000
      let responses = try Sampler(model: model, slotCount: 32, threadCount: 2)
        .generate(
          (0..<count).map {
            GenerationRequest(prompt: prompt, random: RandomStream(seed: 11, "draw", $0))
          },
          options: SamplingOptions(
            temperature: 0.9, topK: topK, topP: topP, endOfSequenceTokenIDs: [],
            maxResponseTokens: 1))
      for (token, p) in expected.enumerated() {
        let matching = responses.filter { $0.tokens == [Int32(token)] }
        // Five standard deviations of a binomial share.
        let deviation = (p * (1 - p) / Double(count)).squareRoot()
        #expect(abs(Double(matching.count) / Double(count) - p) <= 5 * deviation, "token \(token)")
        for response in matching.prefix(1) {
          #expect(abs(Double(response.logProbabilities[0]) - log(p)) < 1e-4)
        }
      }
    }
  }

  @Test("a response ends at the model's last position")
  func endsAtLastPosition() throws {
    let model = try randomModel(seed: 8, maximumPositionCount: 32)
    let responses = try Sampler(model: model, slotCount: 2, threadCount: 1).generate(
      [GenerationRequest(prompt: [1, 2, 3], random: RandomStream(seed: 1))],
      options: SamplingOptions(
        temperature: 1, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 100))
    #expect(responses[0].tokens.count == 29)
    #expect(responses[0].finishReason == .length)
  }

  /// Requests of random prompts of several lengths, each prompt several times, each with its own stream.
  private func requests(promptCount: Int, perPrompt: Int) -> [GenerationRequest] {
    (0..<promptCount).flatMap { prompt in
      var random = RandomStream(seed: 9, "prompt", prompt)
      let tokens = (0..<random.integer(in: 1...40)).map { _ in Int32(random.integer(in: 4..<48)) }
      return (0..<perPrompt).map { index in
        GenerationRequest(prompt: tokens, random: RandomStream(seed: 9, "rollout", prompt, index))
      }
    }
  }

  /// The sampling distribution, straight from its definition.
  private func distribution(
    _ logits: [Double], temperature: Double, topK: Int?, topP: Double
  ) -> [Double] {
    let weights = logits.map { exp($0 / temperature) }
    var kept = weights.indices.sorted { weights[$0] > weights[$1] }
    kept = Array(kept.prefix(topK ?? kept.count))
    let whole = kept.reduce(0) { $0 + weights[$1] }
    var cumulative = 0.0
    var nucleus: [Int] = []
    for token in kept where cumulative < topP * whole {
      cumulative += weights[token]
      nucleus.append(token)
    }
    return weights.indices.map { nucleus.contains($0) ? weights[$0] / cumulative : 0 }
  }
}
