// `config.json`: reading what other programs wrote, and writing what they read.

internal import Foundation

extension ModelConfiguration {
  /// Reads `config.json`, with the defaults that transformers has for absent values.
  ///
  /// - Throws: `CheckpointError` where a value is missing, impossible, or asks for what the engine
  ///   does not compute (another architecture, scaled rotary positions, biases, quantised weights).
  package init(readingFrom path: String) throws {
    let data = try wholeFile(path)
    let json = try decoded(ConfigurationJSON.self, from: data, path: path)
    try json.checkSupport(path: path)
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
    let headDimension = try reader.count("head_dim", json.headDimension ?? hiddenSize / headCount)
    guard headDimension % 2 == 0 else {
      throw CheckpointError.invalidField(
        path: path, field: "head_dim", found: "\(headDimension)", expected: "even")
    }
    self.init(
      architecture: .llama, vocabularySize: vocabularySize, hiddenSize: hiddenSize,
      intermediateSize: try reader.count("intermediate_size", json.intermediateSize),
      layerCount: try reader.count("num_hidden_layers", json.layerCount),
      headCount: headCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension,
      ropeTheta: try reader.positive(
        "rope_theta", json.ropeParameters?.ropeTheta ?? json.ropeTheta ?? 10_000),
      rmsNormEpsilon: try reader.positive("rms_norm_eps", json.rmsNormEpsilon ?? 1e-6),
      tiesEmbeddings: json.tiesEmbeddings ?? false,
      maximumPositionCount: try reader.count(
        "max_position_embeddings", json.maximumPositionCount ?? 2048),
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
  package var fileBytes: [UInt8] {
    if let sourceBytes { return sourceBytes }
    let endOfSequence: String
    switch endOfSequenceTokenIDs.count {
    case 0: endOfSequence = "null"
    case 1: endOfSequence = "\(endOfSequenceTokenIDs[0])"
    default: endOfSequence = "\(endOfSequenceTokenIDs)"
    }
    let text = """
      {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": false,
        "attention_dropout": 0.0,
        "bos_token_id": \(jsonToken(bosTokenID)),
        "eos_token_id": \(endOfSequence),
        "head_dim": \(headDimension),
        "hidden_act": "silu",
        "hidden_size": \(hiddenSize),
        "initializer_range": 0.02,
        "intermediate_size": \(intermediateSize),
        "max_position_embeddings": \(maximumPositionCount),
        "mlp_bias": false,
        "model_type": "llama",
        "num_attention_heads": \(headCount),
        "num_hidden_layers": \(layerCount),
        "num_key_value_heads": \(keyValueHeadCount),
        "pad_token_id": \(jsonToken(paddingTokenID)),
        "rms_norm_eps": \(rmsNormEpsilon),
        "rope_scaling": null,
        "rope_theta": \(ropeTheta),
        "tie_word_embeddings": \(tiesEmbeddings),
        "torch_dtype": "float32",
        "use_cache": true,
        "vocab_size": \(vocabularySize)
      }

      """
    return Array(text.utf8)
  }

  /// The contents of `generation_config.json`: when to stop, and plain sampling, as in training.
  var generationFileBytes: [UInt8] {
    let text = """
      {
        "bos_token_id": \(jsonToken(bosTokenID)),
        "do_sample": true,
        "eos_token_id": \(endOfSequenceTokenIDs.isEmpty ? "null" : "\(endOfSequenceTokenIDs)"),
        "pad_token_id": \(jsonToken(paddingTokenID)),
        "temperature": 1.0,
        "top_k": 0,
        "top_p": 1.0
      }

      """
    return Array(text.utf8)
  }
}

private func jsonToken(_ token: Int?) -> String { token.map { "\($0)" } ?? "null" }

/// Checks of single values, with errors that name the file and the field.
private struct FieldReader {
  let path: String

  func count(_ field: String, _ value: Int?) throws -> Int {
    guard let value else { throw CheckpointError.missingField(path: path, field: field) }
    // No dimension of any network comes near the limit; it keeps products of a few within Int.
    guard value >= 1, value < 1 << 24 else {
      throw CheckpointError.invalidField(
        path: path, field: field, found: "\(value)", expected: "between 1 and \(1 << 24 - 1)")
    }
    return value
  }

  func positive(_ field: String, _ value: Double) throws -> Double {
    guard value > 0, value.isFinite else {
      throw CheckpointError.invalidField(
        path: path, field: field, found: "\(value)", expected: "a positive number")
    }
    return value
  }

  /// A token's number; some converters write −1 for "none".
  func token(_ field: String, _ value: Int?, below count: Int) throws -> Int? {
    guard let value, value != -1 else { return nil }
    guard 0..<count ~= value else {
      throw CheckpointError.invalidField(
        path: path, field: field, found: "\(value)", expected: "a token of 0..<\(count)")
    }
    return value
  }
}

/// The fields of `config.json` that say what must be computed.
private struct ConfigurationJSON: Decodable {
  let modelType: String?
  let architectures: [String]?
  let vocabularySize, hiddenSize, intermediateSize, layerCount, headCount: Int?
  let keyValueHeadCount, headDimension, maximumPositionCount: Int?
  let ropeTheta, rmsNormEpsilon, partialRotaryFactor: Double?
  let tiesEmbeddings, attentionBias, mlpBias: Bool?
  let bosTokenID, paddingTokenID: Int?
  let endOfSequenceTokenIDs: OneOrMore?
  let activation: String?
  let ropeScaling, ropeParameters: Rope?
  let quantization: Presence?

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case architectures
    case vocabularySize = "vocab_size"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case layerCount = "num_hidden_layers"
    case headCount = "num_attention_heads"
    case keyValueHeadCount = "num_key_value_heads"
    case headDimension = "head_dim"
    case maximumPositionCount = "max_position_embeddings"
    case ropeTheta = "rope_theta"
    case rmsNormEpsilon = "rms_norm_eps"
    case partialRotaryFactor = "partial_rotary_factor"
    case tiesEmbeddings = "tie_word_embeddings"
    case attentionBias = "attention_bias"
    case mlpBias = "mlp_bias"
    case bosTokenID = "bos_token_id"
    case paddingTokenID = "pad_token_id"
    case endOfSequenceTokenIDs = "eos_token_id"
    case activation = "hidden_act"
    case ropeScaling = "rope_scaling"
    case ropeParameters = "rope_parameters"
    case quantization = "quantization_config"
  }

  /// Rotary positions, under the older and the newer name of their kind.
  struct Rope: Decodable {
    let kind, olderKind: String?
    let ropeTheta, partialRotaryFactor: Double?

    enum CodingKeys: String, CodingKey {
      case kind = "rope_type"
      case olderKind = "type"
      case ropeTheta = "rope_theta"
      case partialRotaryFactor = "partial_rotary_factor"
    }
  }

  /// A number or a list of them.
  struct OneOrMore: Decodable {
    let values: [Int]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let one = try? container.decode(Int.self) {
        values = [one]
      } else {
        values = try container.decode([Int].self)
      }
    }
  }

  /// Something, whatever it is.
  struct Presence: Decodable {
    init(from decoder: any Decoder) throws {}
  }

  func checkSupport(path: String) throws {
    func check(_ field: String, _ found: String, isSupported: Bool, _ supported: String) throws {
      if !isSupported {
        throw CheckpointError.unsupported(
          path: path, field: field, found: found, supported: supported)
      }
    }
    // The other architectures' files say more than is read here.
    let kinds = [ModelArchitecture.llama].map(\.rawValue)
    guard let modelType else {
      throw CheckpointError.missingField(path: path, field: "model_type")
    }
    try check(
      "model_type", "\"\(modelType)\"",
      isSupported: kinds.contains(modelType), kinds.joined(separator: ", "))
    if let architectures, let first = architectures.first {
      try check(
        "architectures", "\"\(first)\"", isSupported: first == "LlamaForCausalLM",
        "LlamaForCausalLM")
    }
    for (field, rope) in [("rope_scaling", ropeScaling), ("rope_parameters", ropeParameters)] {
      let kind = rope?.kind ?? rope?.olderKind ?? "default"
      try check(field, "\"\(kind)\"", isSupported: kind == "default", "default, null")
    }
    let rotated = partialRotaryFactor ?? ropeParameters?.partialRotaryFactor ?? 1
    try check("partial_rotary_factor", "\(rotated)", isSupported: rotated == 1, "1")
    let function = activation ?? "silu"
    try check(
      "hidden_act", "\"\(function)\"", isSupported: ["silu", "swish"].contains(function), "silu")
    try check("attention_bias", "true", isSupported: attentionBias != true, "false")
    try check("mlp_bias", "true", isSupported: mlpBias != true, "false")
    try check("quantization_config", "set", isSupported: quantization == nil, "none")
  }
}
