import Checkpoints
import Diagnostics
import RandomStreams
import Testing
import Transformer

@Suite("Transformer errors")
struct TransformerErrorTests {
  static let wordings: [TransformerError: String] = [
    .impossibleConfiguration(field: "head dimension", value: 7, requirement: "even"):
      "model configuration: head dimension is 7, but must be even",
    .emptySequence(index: 3): "sequence 3: has no tokens; give at least one",
    .tokenOutsideVocabulary(token: 512, sequence: 3, position: 7, vocabularySize: 512):
      "sequence 3: token 7 is 512, but the vocabulary has 512 entries; use the tokenizer of this model",
    .sequenceTooLong(index: 3, tokenCount: 300, maximumPositionCount: 256):
      "sequence 3: has 300 tokens, but the model's limit is 256",
    .mismatchedCounts(what: "gradients", count: 3, expected: 4):
      "gradients: has 3 entries, but 4 are needed",
    .optionOutOfRange(option: "top-p", value: 1.5, requirement: "in 0 < p ≤ 1"):
      "top-p: is 1.5, but must be in 0 < p ≤ 1",
    .unknownTensor("x"): "tensor \"x\": the model has none of this name",
    .predictionsNotFinite(request: 2, responseTokenCount: 9): """
    request 2: the predictions after 9 tokens are not finite numbers; go back to a policy from \
    before its training diverged
    """,
  ]

  @Test("each says where, what, and what to do", arguments: wordings)
  func wording(error: TransformerError, description: String) {
    #expect(error.description == description)
  }

  @Test("options are wrong usage, the rest is bad data")
  func exitStatuses() {
    #expect(
      TransformerError.optionOutOfRange(option: "top-p", value: 2, requirement: "").exitStatus
        == .usage)
    #expect(TransformerError.emptySequence(index: 3).exitStatus == .badData)
  }

  @Test("tokens and lengths are checked before training")
  func packsAreChecked() throws {
    let model = try randomModel(seed: 1, maximumPositionCount: 16)
    let pass = try TrainingPass(model: model, threadCount: 1)
    func error(_ sequences: [(tokens: [Int32], targets: Range<Int>)]) -> TransformerError? {
      do throws(TransformerError) {
        _ = try pass.statistics(of: [try PackedSequences(sequences)], temperature: 1)
        return nil
      } catch { return error }
    }
    #expect(
      error([([1, 2], 1..<2), ([1, 48, 2], 1..<3)])
        == .tokenOutsideVocabulary(token: 48, sequence: 1, position: 1, vocabularySize: 48))
    #expect(
      error([([-1], 0..<1)])
        == .tokenOutsideVocabulary(token: -1, sequence: 0, position: 0, vocabularySize: 48))
    #expect(
      error([(Array(repeating: 1, count: 17), 1..<17)])
        == .sequenceTooLong(index: 0, tokenCount: 17, maximumPositionCount: 16))
    #expect(error([([], 0..<0)]) == .emptySequence(index: 0))
    #expect(
      error([([1, 2], 1..<3)])
        == .mismatchedCounts(what: "targets of sequence 0", count: 3, expected: 2))
    #expect(error([([1, 2], 0..<2)]) == nil)
    #expect(error([]) == nil)
  }

  @Test("requests and options are checked before sampling")
  func requestsAreChecked() throws {
    let model = try randomModel(seed: 1, maximumPositionCount: 16)
    let sampler = try Sampler(model: model, threadCount: 1)
    let good = SamplingOptions(
      temperature: 1, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 4)
    func error(_ prompt: [Int32], _ change: (inout SamplingOptions) -> Void = { _ in })
      -> TransformerError?
    {
      var options = good
      change(&options)
      do {
        _ = try sampler.generate(
          [GenerationRequest(prompt: prompt, random: RandomStream(seed: 1))], options: options)
        return nil
      } catch { return error as? TransformerError }
    }
    #expect(error([1]) == nil)
    #expect(error([]) == .emptySequence(index: 0))
    #expect(
      error(Array(repeating: 1, count: 16))
        == .sequenceTooLong(index: 0, tokenCount: 17, maximumPositionCount: 16))
    #expect(
      error([1]) { $0.topP = 0 }
        == .optionOutOfRange(option: "top-p", value: 0, requirement: "in 0 < p ≤ 1"))
    #expect(
      error([1]) { $0.topK = 0 }
        == .optionOutOfRange(option: "top-k", value: 0, requirement: "at least 1"))
    #expect(
      error([1]) { $0.temperature = -1 }
        == .optionOutOfRange(
          option: "temperature", value: -1, requirement: "0, or at least 1e-05"))
    #expect(error([1]) { $0.temperature = 1e-6 } != nil)
    #expect(
      error([1]) { $0.minP = 1.5 }
        == .optionOutOfRange(option: "min-p", value: 1.5, requirement: "in 0 ≤ p ≤ 1"))
    #expect(
      error([1]) { $0.penalties.repetition = 0 }
        == .optionOutOfRange(
          option: "repetition penalty", value: 0, requirement: "in 0.0001...10000.0"))
    #expect(error([1]) { $0.penalties.presence = 1e39 } != nil)
    #expect(error([1]) { $0.maxResponseTokens = 0 } != nil)
  }

  @Test("a model whose training diverged is named, not sampled from", arguments: [0.0, 1.0])
  func divergedModelsAreNamed(temperature: Double) throws {
    let model = try randomModel(seed: 1)
    model.weights.elements[5] = .nan
    let sampler = try Sampler(model: model, threadCount: 2)
    #expect(throws: TransformerError.predictionsNotFinite(request: 0, responseTokenCount: 0)) {
      try sampler.generate(
        [GenerationRequest(prompt: [0], random: RandomStream(seed: 1))],
        options: SamplingOptions(
          temperature: temperature, topP: 0.9, endOfSequenceTokenIDs: [], maxResponseTokens: 4))
    }
  }
}
