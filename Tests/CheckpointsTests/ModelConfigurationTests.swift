import Checkpoints
import Diagnostics
import Foundation
import Testing

struct ModelConfigurationTests {
  static let small = ModelConfiguration(
    vocabularySize: 512, hiddenSize: 96, intermediateSize: 256, layerCount: 3, headCount: 6,
    keyValueHeadCount: 2, ropeTheta: 10_000, rmsNormEpsilon: 1e-5, maximumPositionCount: 1024,
    endOfSequenceTokenIDs: [258], paddingTokenID: 256)

  private func read(_ text: String) throws -> ModelConfiguration {
    try withTemporaryFolder { folder in
      try write(text, to: "\(folder)/config.json")
      return try ModelConfiguration(readingFrom: "\(folder)/config.json")
    }
  }

  /// The least that a configuration says, with some values replaced or added.
  private func minimal(_ changes: [String: String] = [:]) -> String {
    let values = [
      "model_type": "\"llama\"", "vocab_size": "100", "hidden_size": "64",
      "intermediate_size": "128", "num_hidden_layers": "2", "num_attention_heads": "4",
    ].merging(changes) { $1 }
    return
      "{\(values.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }.joined(separator: ","))}"
  }

  @Test("a new configuration is read back as it was written")
  func newConfigurationsRoundTrip() throws {
    #expect(Self.small.headDimension == 16)
    #expect(try read(String(decoding: Self.small.fileBytes, as: UTF8.self)) == Self.small)
    let several = ModelConfiguration(
      vocabularySize: 512, hiddenSize: 96, intermediateSize: 256, layerCount: 3, headCount: 6,
      keyValueHeadCount: 6, headDimension: 32, ropeTheta: 500_000.5, rmsNormEpsilon: 1.25e-6,
      tiesEmbeddings: false, maximumPositionCount: 1024, bosTokenID: 1,
      endOfSequenceTokenIDs: [2, 3])
    #expect(try read(String(decoding: several.fileBytes, as: UTF8.self)) == several)
  }

  @Test("the other architectures keep their name", arguments: [ModelArchitecture.qwen2, .qwen3])
  func architectures(architecture: ModelArchitecture) throws {
    let configuration = ModelConfiguration(
      architecture: architecture, vocabularySize: 512, hiddenSize: 96, intermediateSize: 256,
      layerCount: 3, headCount: 6, keyValueHeadCount: 2, maximumPositionCount: 1024)
    let text = String(decoding: configuration.fileBytes, as: UTF8.self)
    #expect(text.contains("\"\(architecture == .qwen2 ? "Qwen2" : "Qwen3")ForCausalLM\""))
    #expect(try read(text) == configuration)
  }

  @Test("what is not said has the defaults of transformers")
  func defaults() throws {
    let configuration = try read(minimal())
    #expect(configuration.keyValueHeadCount == 4)
    #expect(configuration.headDimension == 16)
    #expect(configuration.ropeTheta == 10_000)
    #expect(configuration.rmsNormEpsilon == 1e-6)
    #expect(!configuration.tiesEmbeddings)
    #expect(configuration.maximumPositionCount == 2048)
    #expect(configuration.endOfSequenceTokenIDs == [])
    #expect(try read(minimal(["model_type": "\"qwen2\""])).headDimension == 16)
    #expect(try read(minimal(["model_type": "\"qwen3\""])).headDimension == 128)
    #expect(try read(minimal(["model_type": "\"qwen3\""])).maximumPositionCount == 32_768)
  }

  @Test("a configuration that was read is written back as the same bytes")
  func sourceBytesAreKept() throws {
    let text = minimal(["some_other_key": "[1, 2.50, \"é\"]", "rope_scaling": "null"])
    #expect(try read(text).fileBytes == Array(text.utf8))
  }

  @Test("the newer name of the rotary base counts")
  func ropeParameters() throws {
    let text = minimal([
      "rope_parameters": #"{"rope_theta": 500000.0, "rope_type": "default"}"#,
      "rope_theta": "1234.0",
    ])
    #expect(try read(text).ropeTheta == 500_000)
  }

  @Test(
    "the variants of rotary positions, with the defaults of transformers",
    arguments: [
      (#"{"type": "linear", "factor": 2.0}"#, RopeScaling.linear(factor: 2)),
      (
        #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4}"#,
        .llama3(
          factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositionCount: 2048)
      ),
      (
        #"{"rope_type": "yarn", "factor": 1.0, "original_max_position_embeddings": 64}"#,
        .yarn(RopeScaling.YaRN(factor: 1, originalPositionCount: 64, attentionFactor: 1))
      ),
      (
        #"{"rope_type": "yarn", "attention_factor": 1.5, "truncate": false, "original_max_position_embeddings": 64}"#,
        .yarn(
          RopeScaling.YaRN(
            factor: 32, originalPositionCount: 64, roundsBounds: false, attentionFactor: 1.5))
      ),
    ])
  func ropeScaling(json: String, expected: RopeScaling) throws {
    let configuration = try read(minimal(["rope_scaling": json]))
    #expect(configuration.ropeScaling == expected)
    // A new file says the same.
    let copy = ModelConfiguration(
      vocabularySize: 100, hiddenSize: 64, intermediateSize: 128, layerCount: 2, headCount: 4,
      keyValueHeadCount: 4, ropeScaling: expected, maximumPositionCount: 2048)
    #expect(
      try read(String(decoding: copy.fileBytes, as: UTF8.self)).ropeScaling == expected)
  }

  @Test(
    "rotary variants without a number that they need are refused",
    arguments: [
      #"{"type": "linear"}"#, #"{"type": "linear", "factor": 0}"#,
      #"{"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}"#,
      #"{"type": "yarn", "factor": -1}"#,
      #"{"type": "yarn", "factor": 2, "original_max_position_embeddings": 0}"#,
    ])
  func incompleteRopeScaling(json: String) throws {
    let error = try #require(throws: CheckpointError.self) {
      try read(minimal(["rope_scaling": json]))
    }
    #expect(error.description.contains("rope_scaling."))
    #expect(error.exitStatus == .badData)
  }

  @Test("attention has biases where the file says so, Qwen2's whatever it says")
  func attentionBias() throws {
    let with = try read(minimal(["attention_bias": "true"]))
    #expect(with.hasAttentionBias)
    #expect(try !read(minimal(["attention_bias": "false"])).hasAttentionBias)
    let qwen2 = ["model_type": "\"qwen2\"", "attention_bias": "true"]
    #expect(try !read(minimal(qwen2)).hasAttentionBias)
    #expect(with != (try read(minimal([:]))))
  }

  @Test("one, several and no end-of-sequence tokens; −1 is none")
  func tokens() throws {
    #expect(try read(minimal(["eos_token_id": "7"])).endOfSequenceTokenIDs == [7])
    #expect(try read(minimal(["eos_token_id": "[7, 9]"])).endOfSequenceTokenIDs == [7, 9])
    #expect(try read(minimal(["eos_token_id": "null"])).endOfSequenceTokenIDs == [])
    #expect(try read(minimal(["pad_token_id": "-1"])).paddingTokenID == nil)
  }

  @Test(
    "what the engine does not compute is refused",
    arguments: [
      ("model_type", "\"gpt2\"", "\"gpt2\""),
      (
        "architectures", "[\"LlamaForSequenceClassification\"]",
        "\"LlamaForSequenceClassification\""
      ),
      ("architectures", "[\"Qwen2ForCausalLM\"]", "\"Qwen2ForCausalLM\""),
      ("use_sliding_window", "true", "true"),
      ("layer_types", "[\"full_attention\", \"sliding_attention\"]", "\"sliding_attention\""),
      ("mlp_bias", "true", "true"),
      ("hidden_act", "\"gelu\"", "\"gelu\""),
      ("rope_scaling", #"{"type": "dynamic", "factor": 2.0}"#, "\"dynamic\""),
      ("rope_parameters", #"{"rope_type": "longrope", "rope_theta": 5e5}"#, "\"longrope\""),
      ("partial_rotary_factor", "0.5", "0.5"), ("quantization_config", "{\"bits\": 4}", "set"),
    ])
  func unsupported(field: String, value: String, found: String) throws {
    let error = try #require(throws: CheckpointError.self) { try read(minimal([field: value])) }
    guard case .unsupported(_, field, found, _) = error else {
      Issue.record("\(field): \(error)")
      return
    }
    #expect(error.exitStatus == .badData)
  }

  @Test(
    "impossible values are refused",
    arguments: [
      ("vocab_size", "0"), ("hidden_size", "-64"), ("num_attention_heads", "0"),
      ("num_hidden_layers", "99999999999"), ("num_key_value_heads", "3"), ("head_dim", "15"),
      ("rope_theta", "0"), ("rms_norm_eps", "-1e-6"), ("eos_token_id", "100"),
      ("bos_token_id", "-2"), ("num_key_value_heads", "0"),
    ])
  func invalid(field: String, value: String) throws {
    let error = try #require(throws: CheckpointError.self) { try read(minimal([field: value])) }
    guard case .invalidField(_, field, _, _) = error else {
      Issue.record("\(field): \(error)")
      return
    }
    #expect(error.exitStatus == .badData)
  }

  @Test(
    "malformed files are refused",
    arguments: [
      "", "[]", "{", "{\"vocab_size\": \"many\"}", "{\"vocab_size\": 1.5}", "\u{0}",
      "{\"vocab_size\": 1e99}",
    ])
  func malformed(text: String) throws {
    let error = try #require(throws: CheckpointError.self) { try read(text) }
    guard case .malformedJSON = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.exitStatus == .badData)
  }

  @Test("errors name the file, the field and what would be right")
  func wording() {
    #expect(
      CheckpointError.missingField(path: "p/config.json", field: "vocab_size").description
        == "p/config.json: has no \"vocab_size\"")
    #expect(
      CheckpointError.unsupported(
        path: "p/config.json", field: "model_type", found: "\"gpt2\"", supported: "llama"
      ).description
        == "p/config.json: \"model_type\" is \"gpt2\", which is not supported; supported: llama")
    #expect(
      CheckpointError.invalidField(
        path: "p/config.json", field: "head_dim", found: "15", expected: "even"
      ).description == "p/config.json: \"head_dim\" is 15, but must be even")
  }
}
