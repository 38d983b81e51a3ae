import Checkpoints
import Foundation
import RandomStreams
import Testing
import Transformer

@Suite("Weights")
struct WeightsTests {
  @Test("tensors follow one another without gaps, under Hugging Face's names")
  func layoutHasNoGaps() throws {
    for architecture in ModelArchitecture.allCases {
      let tensors = Weights.layout(configuration(architecture, tiesEmbeddings: false))
      var end = 0
      for tensor in tensors {
        #expect(tensor.offset == end, "\(tensor.name)")
        end += tensor.count
      }
      let names = Set(tensors.map(\.name))
      #expect(names.count == tensors.count)
      #expect(names.contains("lm_head.weight"))
      #expect(names.contains("model.layers.1.self_attn.k_proj.bias") == (architecture == .qwen2))
      #expect(names.contains("model.layers.1.self_attn.k_norm.weight") == (architecture == .qwen3))
    }
    let tied = Weights.layout(configuration(.llama, tiesEmbeddings: true))
    #expect(!tied.contains { $0.name == "lm_head.weight" })
    let key = tied.first { $0.name == "model.layers.0.self_attn.k_proj.weight" }
    #expect(key?.shape == [16, 64])
  }

  @Test("random weights have the deviations that were asked for, and norms are 1")
  func randomWeightsHaveTheirDeviations() throws {
    var random = RandomStream(seed: 1, "weights")
    let weights = try Weights(
      configuration: configuration(.qwen2, tiesEmbeddings: true), random: &random)
    for (name, expected) in [
      ("model.embed_tokens.weight", 0.02), ("model.layers.0.self_attn.q_proj.weight", 0.02),
      ("model.layers.0.self_attn.o_proj.weight", 0.01),
      ("model.layers.1.mlp.down_proj.weight", 0.01),
    ] {
      let deviation = try weights.withTensor(name) { elements in
        (elements.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(elements.count))
          .squareRoot()
      }
      #expect(abs(deviation / expected - 1) < 0.05, "\(name)")
    }
    #expect(try weights.withTensor("model.norm.weight") { $0.allSatisfy { $0 == 1 } })
    #expect(
      try weights.withTensor("model.layers.0.self_attn.q_proj.bias") { $0.allSatisfy { $0 == 0 } })
    var again = RandomStream(seed: 1, "weights")
    let same = try Weights(
      configuration: configuration(.qwen2, tiesEmbeddings: true), random: &again)
    #expect(weights.elements.elementsEqual(same.elements))
  }

  @Test("a copy is independent")
  func copiesAreIndependent() throws {
    let weights = try Weights(configuration: configuration(.llama, tiesEmbeddings: true))
    let copy = weights.copy()
    weights.elements[3] = 5
    #expect(copy.elements[3] == 0)
  }

  @Test("a tensor that the model does not have is named")
  func unknownTensorIsNamed() throws {
    let weights = try Weights(configuration: configuration(.llama, tiesEmbeddings: true))
    #expect(throws: TransformerError.unknownTensor("lm_head.weight")) {
      try weights.withTensor("lm_head.weight") { _ in }
    }
  }

  @Test("impossible shapes are refused")
  func impossibleShapesAreRefused() {
    for (configuration, field) in [
      (configuration(.llama, heads: 4, keyHeads: 3), "key-value head count"),
      (configuration(.llama, heads: 4, keyHeads: 0), "key-value head count"),
      (configuration(.llama, headDimension: 7), "head dimension"),
    ] {
      #expect {
        _ = try Weights(configuration: configuration)
      } throws: { error in
        guard case .impossibleConfiguration(let named, _, _) = error as? TransformerError else {
          return false
        }
        return named == field
      }
    }
  }

  private func configuration(
    _ architecture: ModelArchitecture, tiesEmbeddings: Bool = true, heads: Int = 4,
    keyHeads: Int = 2, headDimension: Int = 8
  ) -> ModelConfiguration {
    ModelConfiguration(
      architecture: architecture, vocabularySize: 100, hiddenSize: 64, intermediateSize: 96,
      layerCount: 2, headCount: heads, keyValueHeadCount: keyHeads, headDimension: headDimension,
      tiesEmbeddings: tiesEmbeddings, maximumPositionCount: 64)
  }
}
