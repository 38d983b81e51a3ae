import Checkpoints
import Foundation
import RandomStreams
import TestSupport
import Testing
import Transformer

/// Policy folders as transformers writes them: families, rotary variants, element types, one and many files.
@Suite("Folders of other programs")
struct FolderAgreementTests {
  static let names = [
    "llama-linear", "llama-llama3", "llama-yarn", "qwen2-default", "qwen2-yarn", "qwen3-llama3",
    "qwen3-yarn",
  ]

  struct Reference: Decodable {
    let tokens: [Int32]
    let prompt_tokens: Int
    let last_logits, log_probabilities, log_probability_gradients: [Float]
    let prompts, greedy: [[Int32]]
  }

  private func open(_ name: String) throws -> (PolicyFolder, Reference) {
    let url = Fixtures.url("transformer/folders/\(name)")
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: url.appendingPathComponent("reference.jsonl")))
    return (try PolicyFolder(path: url.path), reference)
  }

  @Test("logits and every gradient of a GRPO loss are PyTorch's", arguments: names)
  func agreesWithTransformers(name: String) throws {
    let (folder, reference) = try open(name)
    let model = Model(weights: try Weights(folder))
    let logits = try model.nextTokenLogits(after: reference.tokens)
    #expect(relativeDifference(logits, reference.last_logits) < 1e-4)
    let pass = try TrainingPass(model: model, threadCount: 1)
    let gradients = Gradients(for: model.weights)
    let pack = try PackedSequences([
      (reference.tokens, reference.prompt_tokens..<reference.tokens.count)
    ])
    let statistics = try pass.accumulateGradients(of: [pack], temperature: 1, into: gradients) {
      _, targets, _ in
      TargetGradients(logProbabilities: Array(reference.log_probability_gradients[targets]))
    }
    #expect(
      relativeDifference(statistics[0].logProbabilities, reference.log_probabilities) < 1e-4)
    let file = try SafetensorsFile(path: folder.file("gradients.safetensors"))
    for tensor in gradients.tensors {
      var expected = [Float](repeating: 0, count: tensor.count)
      try expected.withUnsafeMutableBufferPointer {
        try file.read(tensor.name, shape: tensor.shape, into: $0)
      }
      let difference = relativeDifference(gradients.elements[tensor.range], expected)
      #expect(difference < 1e-4, "\(tensor.name)")
    }
  }

  @Test("20 prompts have the same 64 greedy tokens", arguments: names)
  func greedyTokensAgree(name: String) throws {
    let (folder, reference) = try open(name)
    let sampler = try Sampler(model: Model(weights: Weights(folder)), threadCount: 1)
    let responses = try sampler.generate(
      reference.prompts.map {
        GenerationRequest(prompt: $0, random: RandomStream(seed: 1, "greedy"))
      },
      options: SamplingOptions(
        temperature: 0, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 64))
    #expect(responses.count == 20)
    #expect(responses.map(\.tokens) == reference.greedy)
  }

  @Test(
    "written in the form it came in, in each element type",
    arguments: names, TensorElementType.allCases)
  func foldersAreWrittenBack(name: String, elementType: TensorElementType) throws {
    let (folder, _) = try open(name)
    let weights = try Weights(folder)
    let copy = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-folder-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try PolicyFolder.write(
      at: copy, configuration: folder.configuration, tensors: weights.tensorValues,
      shards: folder.tensors.shards, elementType: elementType, files: folder.copiedFiles())
    let again = try PolicyFolder(path: copy)
    #expect(again.tensors.shards == folder.tensors.shards)
    #expect(again.configuration == folder.configuration)
    #expect(again.tensors.tensors.allSatisfy { $0.elementType == elementType.rawValue })
    let before = String(decoding: folder.configuration.fileBytes, as: UTF8.self)
    let after = String(decoding: again.configuration.fileBytes, as: UTF8.self)
    #expect(after.contains("dtype\": \"\(elementType.configurationName)\""))
    #expect(
      before.replacing(#/"(float|bfloat)\d\d"/#, with: "")
        == after.replacing(#/"(float|bfloat)\d\d"/#, with: ""))
    // Half of the bits lose nothing that was stored in that half.
    let tolerance: Float =
      folder.tensors.tensors.first?.elementType == elementType.rawValue ? 0 : 8e-3
    let copied = try Weights(again)
    withExtendedLifetime((copied, weights)) {
      #expect(relativeDifference(copied.elements, weights.elements) <= tolerance)
    }
  }
}
