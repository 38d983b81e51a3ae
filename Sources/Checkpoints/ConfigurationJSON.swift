// `config.json` as it stands, and which of its settings the engine computes.

/// The fields of `config.json` that say what must be computed.
struct ConfigurationJSON: Decodable {
  let modelType: String?
  let architectures: [String]?
  let vocabularySize, hiddenSize, intermediateSize, layerCount, headCount: Int?
  let keyValueHeadCount, headDimension, maximumPositionCount: Int?
  let ropeTheta, rmsNormEpsilon, partialRotaryFactor: Double?
  let tiesEmbeddings, attentionBias, mlpBias, slidesWindow: Bool?
  let layerTypes: [String]?
  let bosTokenID, paddingTokenID: Int?
  let endOfSequenceTokenIDs: OneOrMore?
  let activation: String?
  let ropeScaling, ropeParameters: RopeJSON?
  let originalPositionCount: Int?
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
    case slidesWindow = "use_sliding_window"
    case layerTypes = "layer_types"
    case bosTokenID = "bos_token_id"
    case paddingTokenID = "pad_token_id"
    case endOfSequenceTokenIDs = "eos_token_id"
    case activation = "hidden_act"
    case ropeScaling = "rope_scaling"
    case ropeParameters = "rope_parameters"
    case originalPositionCount = "original_max_position_embeddings"
    case quantization = "quantization_config"
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

  /// Which network it is, where the engine computes all of it.
  func supportedArchitecture(path: String) throws -> ModelArchitecture {
    func check(_ field: String, _ found: String, isSupported: Bool, _ supported: String) throws {
      if !isSupported {
        throw CheckpointError.unsupported(
          path: path, field: field, found: found, supported: supported)
      }
    }
    let kinds = ModelArchitecture.allCases.map(\.rawValue).joined(separator: ", ")
    guard let modelType else {
      throw CheckpointError.missingField(path: path, field: "model_type")
    }
    guard let architecture = ModelArchitecture(rawValue: modelType) else {
      throw CheckpointError.unsupported(
        path: path, field: "model_type", found: "\"\(modelType)\"", supported: kinds)
    }
    if let name = architectures?.first {
      try check(
        "architectures", "\"\(name)\"", isSupported: name == architecture.className,
        architecture.className)
    }
    let rotated = ropeParameters?.partialRotaryFactor ?? partialRotaryFactor ?? 1
    try check("partial_rotary_factor", "\(rotated)", isSupported: rotated == 1, "1")
    let function = activation ?? "silu"
    try check(
      "hidden_act", "\"\(function)\"", isSupported: ["silu", "swish"].contains(function), "silu")
    try check("mlp_bias", "true", isSupported: mlpBias != true, "false")
    try check("use_sliding_window", "true", isSupported: slidesWindow != true, "false")
    if let other = layerTypes?.first(where: { $0 != "full_attention" }) {
      try check("layer_types", "\"\(other)\"", isSupported: false, "full_attention")
    }
    try check("quantization_config", "set", isSupported: quantization == nil, "none")
    return architecture
  }

  /// The variant of rotary positions; the newer name of the object wins.
  func ropeScaling(maximumPositionCount: Int, path: String) throws -> RopeScaling? {
    try (ropeParameters ?? ropeScaling)?.scaling(
      field: ropeParameters == nil ? "rope_scaling" : "rope_parameters",
      maximumPositionCount: maximumPositionCount, originalPositionCount: originalPositionCount,
      path: path)
  }
}

/// The one field of `generation_config.json` that training and sampling share.
struct GenerationConfigurationJSON: Decodable {
  let endOfSequenceTokenIDs: ConfigurationJSON.OneOrMore?

  enum CodingKeys: String, CodingKey { case endOfSequenceTokenIDs = "eos_token_id" }
}
