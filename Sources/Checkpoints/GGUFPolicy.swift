// What a GGUF file says of a policy, in the terms of a Hugging Face folder.

internal import Foundation

/// The policy in a GGUF file.
package struct GGUFPolicy: Sendable {
  package let file: GGUFFile
  package let configuration: ModelConfiguration
  /// Keys of the architecture that nothing is known of here, sorted.
  package let unusedMetadata: [String]

  /// - Throws: `CheckpointError` for an architecture that the engine does not compute, or a value that is missing or
  ///   impossible.
  package init(path: String) throws {
    let file = try GGUFFile(path: path)
    self.file = file
    let name = try Self.text("general.architecture", file)
    guard let architecture = ModelArchitecture(rawValue: name) else {
      throw CheckpointError.unsupported(
        path: path, field: "general.architecture", found: "\"\(name)\"",
        supported: ModelArchitecture.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let reader = GGUFFields(file: file, prefix: name)
    guard let embedding = file.tensors["token_embd.weight"], embedding.shape.count == 2 else {
      throw CheckpointError.missingTensor(path: path, tensor: "token_embd.weight", shape: [])
    }
    let hiddenSize = try reader.count("embedding_length")
    let headCount = try reader.count("attention.head_count")
    let keyCount = try reader.count("attention.head_count_kv", orElse: headCount)
    let width = try reader.count(
      "attention.key_length",
      orElse: reader.count("rope.dimension_count", orElse: hiddenSize / headCount))
    let rotated = try reader.count("rope.dimension_count", orElse: width)
    guard headCount % keyCount == 0, width % 2 == 0, rotated == width else {
      throw reader.bad(
        "attention.head_count", "a multiple of the key heads, with even heads that turn whole")
    }
    guard file.tensors["rope_freqs.weight"] == nil else {
      throw CheckpointError.unsupported(
        path: path, field: "rope_freqs.weight", found: "set", supported: "none: its origin is lost")
    }
    let positions = try reader.count("context_length")
    try reader.checkComputation(headDimension: width, positionCount: positions)
    unusedMetadata = reader.unknownKeys
    configuration = ModelConfiguration(
      architecture: architecture, vocabularySize: embedding.shape[0], hiddenSize: hiddenSize,
      intermediateSize: try reader.count("feed_forward_length"),
      layerCount: try reader.count("block_count"), headCount: headCount,
      keyValueHeadCount: keyCount, headDimension: width,
      ropeTheta: try reader.positive("rope.freq_base", orElse: 10_000),
      ropeScaling: try reader.ropeScaling(positions),
      rmsNormEpsilon: try reader.positive("attention.layer_norm_rms_epsilon", orElse: nil),
      tiesEmbeddings: file.tensors["output.weight"] == nil,
      hasAttentionBias: architecture != .qwen2 && file.tensors["blk.0.attn_output.bias"] != nil,
      maximumPositionCount: positions,
      bosTokenID: Self.token("bos", file, embedding.shape[0]),
      endOfSequenceTokenIDs: ["eos", "eot"].reduce(into: []) { ids, name in
        if let id = Self.token(name, file, embedding.shape[0]), !ids.contains(id) { ids.append(id) }
      },
      paddingTokenID: Self.token("padding", file, embedding.shape[0]))
  }

  private static func text(_ key: String, _ file: GGUFFile) throws -> String {
    guard let value = file.metadata[key]?.text else {
      throw CheckpointError.malformedGGUF(path: file.path, fault: .missingKey(key))
    }
    return value
  }

  private static func token(_ name: String, _ file: GGUFFile, _ count: Int) -> Int? {
    file.metadata["tokenizer.ggml.\(name)_token_id"]?.integer.flatMap {
      (0..<count).contains($0) ? $0 : nil
    }
  }

  /// The values of a tensor by its name in a Hugging Face folder.
  ///
  /// llama.cpp turns neighbouring numbers of a head where Hugging Face turns those half a head apart; its files of the
  /// llama architecture have the rows of queries and keys in that order, which is undone here.
  package func read(_ name: String, shape: [Int]) throws -> [Float] {
    let values = try file.read(Self.ggufName(name), shape: shape)
    let isTurned = ["q_proj.weight", "k_proj.weight", "q_proj.bias", "k_proj.bias"]
      .contains { name.hasSuffix($0) }
    guard configuration.architecture == .llama, isTurned else { return values }
    let (width, half) = (configuration.headDimension, configuration.headDimension / 2)
    let columns = values.count / shape[0]
    var result = values
    for row in 0..<shape[0] {
      let (head, place) = (row / width, row % width)
      let source = head * width + (place % half) * 2 + place / half
      for column in 0..<columns {
        result[row * columns + column] = values[source * columns + column]
      }
    }
    return result
  }

  /// Checks that the file has these tensors.
  package func check(_ tensors: [(name: String, shape: [Int])]) throws {
    for (name, shape) in tensors {
      let stored = Self.ggufName(name)
      guard let found = file.tensors[stored] else {
        throw CheckpointError.missingTensor(path: file.path, tensor: stored, shape: shape)
      }
      guard found.shape == shape else {
        throw CheckpointError.wrongShape(
          path: file.path, tensor: stored, expected: shape, found: found.shape)
      }
    }
  }

  /// llama.cpp's name of a tensor.
  package static func ggufName(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    if parts.count > 3, parts[1] == "layers",
      let kind = layerNames[parts.dropFirst(3).dropLast().joined(separator: ".")]
    {
      return "blk.\(parts[2]).\(kind).\(parts[parts.count - 1])"
    }
    return outerNames[name] ?? name
  }

  private static let outerNames = [
    "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
  ]
  private static let layerNames = [
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
  ]
}
