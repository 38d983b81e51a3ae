// The numbers of a GGUF file's metadata, checked.

internal import Foundation

/// Checked numbers of a GGUF file's metadata.
struct GGUFFields {
  let file: GGUFFile
  let prefix: String

  func bad(_ key: String, _ expected: String) -> CheckpointError {
    .malformedGGUF(path: file.path, fault: .badValue(key: "\(prefix).\(key)", expected: expected))
  }

  func count(_ key: String, orElse other: @autoclosure () throws -> Int? = nil) throws -> Int {
    let given = file.metadata["\(prefix).\(key)"]
    // One number for each layer, as an array, is none for all of them.
    if let given, given.integer == nil { throw bad(key, "one integer") }
    guard let value = try given?.integer ?? other() else {
      throw CheckpointError.malformedGGUF(
        path: file.path, fault: .missingKey("\(prefix).\(key)"))
    }
    guard (1..<1 << 20).contains(value) else { throw bad(key, "in 1 ..< 1,048,576") }
    return value
  }

  func positive(_ key: String, orElse other: Double?) throws -> Double {
    let given = file.metadata["\(prefix).\(key)"]
    if let given, given.number == nil { throw bad(key, "one number") }
    guard let value = given?.number ?? other else {
      throw CheckpointError.malformedGGUF(
        path: file.path, fault: .missingKey("\(prefix).\(key)"))
    }
    guard value > 0, value.isFinite else { throw bad(key, "a positive number") }
    // Files hold float32: 1e-05 is there as 9.99999975e-06.
    return Double("\(Float(value))") ?? value
  }

  func ropeScaling(_ positionCount: Int) throws -> RopeScaling? {
    let kind = file.metadata["\(prefix).rope.scaling.type"]?.text ?? "none"
    switch kind {
    case "none": return nil
    case "linear":
      return .linear(factor: try positive("rope.scaling.factor", orElse: nil))
    case "yarn":
      let factor = try positive("rope.scaling.factor", orElse: nil)
      return .yarn(
        RopeScaling.YaRN(
          factor: factor,
          originalPositionCount: try count(
            "rope.scaling.original_context_length", orElse: positionCount),
          attentionFactor: RopeScaling.YaRN.suggestedAttentionFactor(factor: factor)))
    default:
      throw CheckpointError.unsupported(
        path: file.path, field: "\(prefix).rope.scaling.type", found: "\"\(kind)\"",
        supported: "none, linear, yarn")
    }
  }
}

// MARK: What changes the computation

extension GGUFFields {
  /// Keys that are read, or that change nothing in what is computed.
  private static let knownKeys: Set = [
    "context_length", "embedding_length", "block_count", "feed_forward_length", "vocab_size",
    "attention.head_count", "attention.head_count_kv", "attention.key_length",
    "attention.value_length", "attention.layer_norm_rms_epsilon", "rope.dimension_count",
    "rope.freq_base", "rope.scaling.type", "rope.scaling.factor",
    "rope.scaling.original_context_length", "rope.scaling.finetuned",
  ]

  /// Numbers that change what is computed, by the values at which they do not.
  private static let neutralNumbers: [String: [Double]] = [
    "attention.clamp_kqv": [0], "attention.max_alibi_bias": [0], "attn_logit_softcapping": [0],
    "final_logit_softcapping": [0], "expert_count": [0], "expert_used_count": [0],
    "expert_shared_count": [0], "logit_scale": [0, 1], "residual_scale": [0, 1],
    "embedding_scale": [0, 1], "rope.scale_linear": [0, 1], "rope.scaling.attn_factor": [0, 1],
    "rope.scaling.yarn_ext_factor": [1], "rope.scaling.yarn_attn_factor": [1],
    "rope.scaling.yarn_beta_fast": [32], "rope.scaling.yarn_beta_slow": [1],
    "rope.scaling.yarn_log_multiplier": [0],
  ]

  /// Flags that change what is computed, by the value at which they do not.
  private static let neutralFlags = ["attention.causal": true, "use_parallel_residual": false]

  /// Keys of the architecture that nothing is known of here, sorted.
  var unknownKeys: [String] {
    file.metadata.keys.filter { name in
      guard name.hasPrefix("\(prefix).") else { return false }
      let key = String(name.dropFirst(prefix.count + 1))
      return !Self.knownKeys.contains(key) && Self.neutralNumbers[key] == nil
        && Self.neutralFlags[key] == nil
        && !["attention.scale", "attention.sliding_window"].contains(key)
    }.sorted()
  }

  /// Refuses settings that the engine does not compute, such as experts, scales or a sliding window.
  ///
  /// - Throws: `CheckpointError.unsupported`.
  func checkComputation(headDimension: Int, positionCount: Int) throws {
    for (key, values) in Self.neutralNumbers.sorted(by: { $0.key < $1.key }) {
      let supported = values.map { "\(Int($0))" }.joined(separator: " or ")
      try check(key, supported) { $0.number.map(values.contains) ?? false }
    }
    for (key, value) in Self.neutralFlags.sorted(by: { $0.key < $1.key }) {
      try check(key, "\(value)") { $0.flag == value }
    }
    let scale = 1 / Double(headDimension).squareRoot()
    try check("attention.scale", "\(Float(scale)), or 0") { value in
      value.number.map { $0 == 0 || abs($0 / scale - 1) < 1e-5 } ?? false
    }
    try check("attention.value_length", "\(headDimension), as the keys") {
      $0.integer == headDimension
    }
    try check("attention.sliding_window", "none, or at least the context") { value in
      value.integer.map { $0 == 0 || $0 >= positionCount } ?? false
    }
  }

  private func check(
    _ key: String, _ supported: String, _ isNeutral: (GGUFValue) -> Bool
  ) throws {
    guard let value = file.metadata["\(prefix).\(key)"], !isNeutral(value) else { return }
    throw CheckpointError.unsupported(
      path: file.path, field: "\(prefix).\(key)", found: value.shortText, supported: supported)
  }
}

extension GGUFValue {
  /// A single value as text, or what an array is called.
  fileprivate var shortText: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(Float(value))"
    case .flag(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .integers, .numbers, .flags, .texts: "an array"
    }
  }
}
