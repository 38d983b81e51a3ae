import Checkpoints
import Foundation
import RandomStreams
import TestSupport
import Testing
import Tokenizers
import Transformer

/// SmolLM2-135M-Instruct, imported from its GGUF file, is what transformers makes of that file; see RECIPE.md of the fixtures.
///
/// The model is where `make smollm` puts it; without it these tests are skipped.
@Suite("SmolLM2-135M")
struct SmolLMTests {
  static let folder = Fixtures.root.appendingPathComponent(".smollm/policy").path
  static let isHere = FileManager.default.fileExists(atPath: "\(folder)/model.safetensors")

  struct Reference: Decodable {
    struct Logits: Decodable {
      /// Tokens of prompt and greedy response that come before.
      let after: Int
      /// The largest of all, by magnitude.
      let largest: Float
      /// Every 331st.
      let values: [Float]
    }

    let question: String
    let prompt, greedy: [Int32]
    let logits: [Logits]
  }

  private func references() throws -> [Reference] {
    try String(contentsOf: Fixtures.url("smollm/reference.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Reference.self, from: Data($0.utf8)) }
  }

  @Test(
    "20 prompts have transformers' logits within 1e-4, and its 64 greedy tokens",
    .enabled(if: isHere, "the model is not here: make smollm"))
  func agreesWithTransformers() throws {
    let references = try references()
    #expect(references.count == 20)
    let folder = try PolicyFolder(path: Self.folder)
    let tokenizer = try Tokenizer(folder: Self.folder)
    let template = try ChatTemplate(folder: Self.folder)
    let model = Model(weights: try Weights(folder))
    for reference in references {
      let prompt = try tokenizer.encode(
        template.render([ChatMessage(role: "user", content: reference.question)]))
      #expect(prompt.map(Int32.init) == reference.prompt)
      for expected in reference.logits {
        let tokens = (reference.prompt + reference.greedy).prefix(expected.after)
        let logits = try model.nextTokenLogits(after: Array(tokens))
        for (index, value) in expected.values.enumerated() {
          #expect(abs(logits[index * 331] - value) <= 1e-4 * expected.largest)
        }
        #expect(abs((logits.map(abs).max() ?? 0) / expected.largest - 1) < 1e-4)
      }
    }
    let responses = try Sampler(model: model, threadCount: 2).generate(
      references.map { GenerationRequest(prompt: $0.prompt, random: RandomStream(seed: 1)) },
      options: SamplingOptions(
        temperature: 0, topP: 1, endOfSequenceTokenIDs: [], maxResponseTokens: 64))
    for (response, reference) in zip(responses, references) {
      #expect(response.tokens == reference.greedy, "\(reference.question)")
    }
  }
}
