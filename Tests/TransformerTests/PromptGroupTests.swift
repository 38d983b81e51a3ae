import Checkpoints
import Foundation
import Kernels
import TestSupport
import Testing
import Transformer

/// Prompts that are computed once for all their continuations.
@Suite("Shared prompts")
struct PromptGroupTests {
  private struct Fixture: Decodable {
    struct Continuation: Decodable {
      let tokens: [Int32]
      let is_target: [Bool]
      let log_probabilities, entropies, log_probability_weights, entropy_weights: [Float]
    }
    struct Group: Decodable {
      let prompt: [Int32]
      let continuations: [Continuation]
    }
    let groups: [Group]
  }

  private typealias Weights = (logProbabilities: [Float], entropies: [Float])

  private func gradients(
    _ model: Model, _ pack: PackedSequences, temperature: Float, _ weights: Weights,
    recomputes: Bool = false
  ) throws -> (statistics: TargetStatistics, gradients: Gradients) {
    let pass = try TrainingPass(model: model, threadCount: 2, recomputesActivations: recomputes)
    let gradients = Gradients(for: model.weights)
    let statistics = try pass.accumulateGradients(
      of: [pack], temperature: temperature, into: gradients
    ) { _, targets, _ in
      TargetGradients(
        logProbabilities: Array(weights.logProbabilities[targets]),
        entropies: Array(weights.entropies[targets]))
    }
    return (statistics[0], gradients)
  }

  @Test(
    "log-probabilities and every gradient are PyTorch's of the sequences apart",
    arguments: ReferenceModel.names, [false, true])
  func agreesWithPyTorch(name: String, recomputes: Bool) throws {
    let reference = try ReferenceModel(name)
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: Fixtures.url("transformer/groups/\(name).json")))
    let expected = try Data(contentsOf: Fixtures.url("transformer/groups/\(name).f32"))
      .withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let pack = try PackedSequences(
      groups: fixture.groups.map { group in
        PromptGroup(
          prompt: group.prompt,
          continuations: group.continuations.map {
            PromptGroup.Continuation(tokens: $0.tokens, isTarget: $0.is_target)
          })
      })
    let continuations = fixture.groups.flatMap(\.continuations)
    // The long prompt is there once, less its last token, which begins each continuation.
    let apart = fixture.groups.reduce(0) { sum, group in
      sum + group.continuations.reduce(0) { $0 + group.prompt.count + $1.tokens.count }
    }
    #expect(pack.tokens.count < apart - 2 * 66)
    let (statistics, gradients) = try gradients(
      reference.model, pack, temperature: reference.temperature,
      (
        continuations.flatMap(\.log_probability_weights), continuations.flatMap(\.entropy_weights)
      ), recomputes: recomputes)
    #expect(
      relativeDifference(
        statistics.logProbabilities, continuations.flatMap(\.log_probabilities)) < 1e-4)
    #expect(relativeDifference(statistics.entropies, continuations.flatMap(\.entropies)) < 1e-4)
    for tensor in gradients.tensors {
      let difference = relativeDifference(
        gradients.elements[tensor.range], expected[tensor.range])
      #expect(difference < 1e-4, "\(tensor.name)")
    }
  }

  @Test(
    "sharing a prompt changes no log-probability, and no gradient beyond rounding",
    arguments: UInt64(0)..<8)
  func agreesWithUnshared(seed: UInt64) throws {
    let model = try randomModel(
      seed: seed, architecture: [.llama, .qwen2, .qwen3][Int(seed % 3)])
    // Attention as sharp as the model's other weights would make it multiplies rounding a hundredfold.
    for tensor in model.weights.tensors where tensor.name.hasSuffix("_norm.weight") {
      for index in tensor.range { model.weights.elements[index] = 1 }
    }
    let groups = randomGroups(seed: seed, count: 4, model.configuration)
    let shared = try PackedSequences(groups: groups)
    let apart = try PackedSequences(
      groups: groups.flatMap { group in
        group.continuations.map { PromptGroup(prompt: group.prompt, continuations: [$0]) }
      })
    #expect(shared.tokens.count == groups.reduce(0) { $0 + $1.computedTokenCount })
    #expect(shared.targetCount == apart.targetCount)
    let weights = (
      (0..<shared.targetCount).map { Float($0 % 7) - 3 },
      (0..<shared.targetCount).map { Float($0 % 3) * 0.1 }
    )
    let expected = try gradients(model, apart, temperature: 0.9, weights)
    for recomputes in [false, true] {
      let actual = try gradients(
        model, shared, temperature: 0.9, weights, recomputes: recomputes)
      #expect(actual.statistics == expected.statistics, "seed \(seed)")
      for tensor in expected.gradients.tensors {
        let difference = relativeDifference(
          actual.gradients.elements[tensor.range], expected.gradients.elements[tensor.range])
        #expect(difference < 1e-4, "seed \(seed), \(tensor.name)")
      }
    }
    // Computing anew takes the same steps from the same numbers.
    let kept = try gradients(model, shared, temperature: 0.9, weights)
    let recomputed = try gradients(model, shared, temperature: 0.9, weights, recomputes: true)
    #expect(Array(kept.gradients.elements) == Array(recomputed.gradients.elements))
  }

  @Test("what no target depends on is not computed")
  func silentContinuationsCostNothing() throws {
    func continuation(_ isTarget: [Bool]) -> PromptGroup.Continuation {
      PromptGroup.Continuation(tokens: isTarget.indices.map { Int32($0) }, isTarget: isTarget)
    }
    let silent = continuation([false, false])
    func rows(_ continuations: [PromptGroup.Continuation]) throws -> [Int32] {
      try PackedSequences(groups: [PromptGroup(prompt: [7, 8, 9], continuations: continuations)])
        .tokens
    }
    #expect(try rows([]) == [])
    #expect(try rows([silent, silent]) == [])
    #expect(try rows([silent, continuation([true, true, false])]) == [7, 8, 9, 0])
    #expect(
      try rows([continuation([false, true]), silent, continuation([true])]) == [7, 8, 9, 0, 9])
  }
}
