import Checkpoints
import Foundation
import TestSupport
import Testing
import Transformer

struct GGUFPolicyTests {
  struct Reference: Decodable {
    let prompt: [Int32]
    let logits: [Float]
  }

  @Test("the logits of a GGUF policy are transformers', biases and turned rows included")
  func logitsAgree() throws {
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: Fixtures.url("gguf/policy.json")))
    let policy = try GGUFPolicy(path: Fixtures.url("gguf/policy.gguf").path)
    #expect(policy.configuration.hasAttentionBias)
    let logits = try Model(weights: Weights(policy)).nextTokenLogits(after: reference.prompt)
    #expect(relativeDifference(logits, reference.logits) < 1e-4)
  }

  @Test("more layers than there are tensors, and more parameters than any model, are refused")
  func claims() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-claims-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      at: Fixtures.url("transformer/folders/llama-bias"), to: folder)
    let file = folder.appendingPathComponent("config.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    func claim(_ old: String, _ new: String) throws {
      try text.replacing(old, with: new).write(to: file, atomically: true, encoding: .utf8)
    }
    try claim("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")
    #expect(
      throws: CheckpointError.missingTensor(
        path: folder.appendingPathComponent("model.safetensors").path,
        tensor: "model.layers.2.input_layernorm.weight", shape: [16])
    ) { try Weights(PolicyFolder(path: folder.path)) }
    try claim("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 16777215")
    #expect(throws: CheckpointError.self) { try Weights(PolicyFolder(path: folder.path)) }
    try claim("\"intermediate_size\": 24", "\"intermediate_size\": 16777215")
    #expect(throws: CheckpointError.self) { try Weights(PolicyFolder(path: folder.path)) }
    try text.replacing("\"intermediate_size\": 24", with: "\"intermediate_size\": 16777215")
      .replacing("\"hidden_size\": 16", with: "\"hidden_size\": 16777215")
      .replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 16777215")
      .write(to: file, atomically: true, encoding: .utf8)
    #expect(throws: TransformerError.self) { try Weights(PolicyFolder(path: folder.path)) }
  }
}
