// `config.json`: reading what other programs wrote, and writing what they read.

internal import Foundation
internal import JSONLines

extension ModelConfiguration {
  /// Reads `config.json`, with the defaults that transformers has for absent values.
  ///
  /// - Throws: `CheckpointError` where a value is missing, impossible, or asks for what the engine
  ///   does not compute (another architecture, another rotary variant, biases in the feed-forward part, quantised weights).
  package init(readingFrom path: String) throws {
    let data = try wholeFile(path)
    let json = try decoded(ConfigurationJSON.self, from: data, path: path)
    let architecture = try json.supportedArchitecture(path: path)
    let reader = FieldReader(path: path)
    let vocabularySize = try reader.count("vocab_size", json.vocabularySize)
    let hiddenSize = try reader.count("hidden_size", json.hiddenSize)
    let headCount = try reader.count("num_attention_heads", json.headCount)
    let keyValueHeadCount = try reader.count(
      "num_key_value_heads", json.keyValueHeadCount ?? headCount)
    guard headCount % keyValueHeadCount == 0 else {
      throw CheckpointError.invalidField(
        path: path, field: "num_key_value_heads", found: "\(keyValueHeadCount)",
        expected: "a divisor of the \(headCount) heads")
    }
    let headDimension = try reader.count(
      "head_dim", json.headDimension ?? architecture.defaultHeadDimension ?? hiddenSize / headCount)
    _ = try reader.count(
      "num_attention_heads × head_dim", headCount * headDimension)
    guard headDimension % 2 == 0 else {
      throw CheckpointError.invalidField(
        path: path, field: "head_dim", found: "\(headDimension)", expected: "even")
    }
    let maximumPositionCount = try reader.count(
      "max_position_embeddings", json.maximumPositionCount ?? architecture.defaultPositionCount)
    self.init(
      architecture: architecture, vocabularySize: vocabularySize, hiddenSize: hiddenSize,
      intermediateSize: try reader.count("intermediate_size", json.intermediateSize),
      layerCount: try reader.count("num_hidden_layers", json.layerCount),
      headCount: headCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension,
      ropeTheta: try reader.positive(
        "rope_theta", json.ropeParameters?.ropeTheta ?? json.ropeTheta ?? 10_000),
      ropeScaling: try json.ropeScaling(maximumPositionCount: maximumPositionCount, path: path),
      rmsNormEpsilon: try reader.positive("rms_norm_eps", json.rmsNormEpsilon ?? 1e-6),
      tiesEmbeddings: json.tiesEmbeddings ?? false,
      // Qwen2 has its biases whatever the file says.
      hasAttentionBias: architecture != .qwen2 && json.attentionBias == true,
      maximumPositionCount: maximumPositionCount,
      bosTokenID: try reader.token("bos_token_id", json.bosTokenID, below: vocabularySize),
      endOfSequenceTokenIDs: try (json.endOfSequenceTokenIDs?.values ?? []).compactMap {
        try reader.token("eos_token_id", $0, below: vocabularySize)
      },
      paddingTokenID: try reader.token("pad_token_id", json.paddingTokenID, below: vocabularySize),
      sourceBytes: [UInt8](data))
  }

  /// The contents of `config.json`: the bytes that were read, or new ones.
  ///
  /// A configuration that was read keeps the element type that it names, also where the tensors
  /// beside it are now written as `F32`: it is the type that the policy is served in.
  package var fileBytes: [UInt8] { sourceBytes ?? newFileBytes(.float32) }

  /// The contents of `config.json` with another element type named, and nothing else changed.
  package func fileBytes(naming elementType: TensorElementType) -> [UInt8] {
    guard let sourceBytes else { return newFileBytes(elementType) }
    let text = String(decoding: sourceBytes, as: UTF8.self)
    return Array(
      text.replacing(#/("(?:torch_)?dtype"\s*:\s*)"[^"]*"/#) { match in
        "\(match.1)\"\(elementType.configurationName)\""
      }.utf8)
  }

  private func newFileBytes(_ elementType: TensorElementType) -> [UInt8] {
    let endOfSequence: String
    switch endOfSequenceTokenIDs.count {
    case 0: endOfSequence = "null"
    case 1: endOfSequence = "\(endOfSequenceTokenIDs[0])"
    default: endOfSequence = "\(endOfSequenceTokenIDs)"
    }
    var fields = [
      ("architectures", "[\"\(architecture.className)\"]"), ("attention_dropout", "0.0"),
      ("bos_token_id", jsonText(bosTokenID)), ("eos_token_id", endOfSequence),
      ("head_dim", "\(headDimension)"), ("hidden_act", "\"silu\""),
      ("hidden_size", "\(hiddenSize)"), ("initializer_range", "0.02"),
      ("intermediate_size", "\(intermediateSize)"),
      ("max_position_embeddings", "\(maximumPositionCount)"),
      ("model_type", "\"\(architecture.rawValue)\""), ("num_attention_heads", "\(headCount)"),
      ("num_hidden_layers", "\(layerCount)"), ("num_key_value_heads", "\(keyValueHeadCount)"),
      ("pad_token_id", jsonText(paddingTokenID)), ("rms_norm_eps", "\(rmsNormEpsilon)"),
      ("rope_scaling", ropeScalingJSON), ("rope_theta", "\(ropeTheta)"),
      ("tie_word_embeddings", "\(tiesEmbeddings)"),
      ("torch_dtype", "\"\(elementType.configurationName)\""),
      ("use_cache", "true"), ("vocab_size", "\(vocabularySize)"),
    ]
    switch architecture {
    case .llama: fields += [("attention_bias", "\(hasAttentionBias)"), ("mlp_bias", "false")]
    case .qwen2: fields += [("use_sliding_window", "false")]
    case .qwen3:
      fields += [("attention_bias", "\(hasAttentionBias)"), ("use_sliding_window", "false")]
    }
    return jsonObject(fields)
  }

  private var ropeScalingJSON: String {
    guard let ropeScaling else { return "null" }
    return
      "{\(ropeScaling.jsonFields.map { "\"\($0.name)\": \($0.json)" }.joined(separator: ", "))}"
  }

  /// The contents of `generation_config.json`: when to stop, and plain sampling, as in training.
  var generationFileBytes: [UInt8] {
    jsonObject([
      ("bos_token_id", jsonText(bosTokenID)), ("do_sample", "true"),
      ("eos_token_id", endOfSequenceTokenIDs.isEmpty ? "null" : "\(endOfSequenceTokenIDs)"),
      ("pad_token_id", jsonText(paddingTokenID)), ("temperature", "1.0"), ("top_k", "0"),
      ("top_p", "1.0"),
    ])
  }
}

/// An object of values that are JSON already, a line each, in the order of the names.
private func jsonObject(_ fields: [(name: String, json: String)]) -> [UInt8] {
  let lines = fields.sorted { $0.name < $1.name }.map { "  \"\($0.name)\": \($0.json)" }
  return Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
}

extension ModelArchitecture {
  /// What transformers calls it.
  var className: String {
    switch self {
    case .llama: "LlamaForCausalLM"
    case .qwen2: "Qwen2ForCausalLM"
    case .qwen3: "Qwen3ForCausalLM"
    }
  }

  /// The width of a head where the file does not say; nil: hidden size over heads.
  var defaultHeadDimension: Int? { self == .qwen3 ? 128 : nil }

  /// The number of positions where the file does not say.
  var defaultPositionCount: Int { self == .llama ? 2048 : 32_768 }
}
