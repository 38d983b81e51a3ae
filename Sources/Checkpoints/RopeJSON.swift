// Rotary positions as `config.json` gives them, under either of two names.

/// The object `rope_parameters`, or `rope_scaling` as older files call it.
struct RopeJSON: Decodable {
  /// The variant's name, under the newer and the older name of the field.
  let kind, olderKind: String?
  let ropeTheta, partialRotaryFactor: Double?
  let factor, attentionFactor, lowFrequencyFactor, highFrequencyFactor: Double?
  let fastTurns, slowTurns, scale, scaleOfAllDimensions: Double?
  let originalPositionCount: Int?
  let roundsBounds: Bool?

  enum CodingKeys: String, CodingKey {
    case kind = "rope_type"
    case olderKind = "type"
    case ropeTheta = "rope_theta"
    case partialRotaryFactor = "partial_rotary_factor"
    case factor
    case attentionFactor = "attention_factor"
    case lowFrequencyFactor = "low_freq_factor"
    case highFrequencyFactor = "high_freq_factor"
    case fastTurns = "beta_fast"
    case slowTurns = "beta_slow"
    case scale = "mscale"
    case scaleOfAllDimensions = "mscale_all_dim"
    case originalPositionCount = "original_max_position_embeddings"
    case roundsBounds = "truncate"
  }

  /// The variant, or nil for the default.
  ///
  /// - Parameters:
  ///   - field: what errors call this object.
  ///   - maximumPositionCount: what the original length is where the object does not say.
  func scaling(
    field: String, maximumPositionCount: Int, originalPositionCount topLevelCount: Int?,
    path: String
  ) throws -> RopeScaling? {
    let kind = kind ?? olderKind ?? "default"
    let reader = FieldReader(path: path)
    func positive(_ name: String, _ value: Double?) throws -> Double {
      guard let value else {
        throw CheckpointError.missingField(path: path, field: "\(field).\(name)")
      }
      return try reader.positive("\(field).\(name)", value)
    }
    func originalCount() throws -> Int {
      try reader.count(
        "\(field).original_max_position_embeddings",
        topLevelCount ?? originalPositionCount ?? maximumPositionCount)
    }
    switch kind {
    case "default":
      return nil
    case "linear":
      return .linear(factor: try positive("factor", factor))
    case "llama3":
      let low = try positive("low_freq_factor", lowFrequencyFactor)
      let high = try positive("high_freq_factor", highFrequencyFactor)
      guard low < high else {
        throw CheckpointError.invalidField(
          path: path, field: "\(field).high_freq_factor", found: "\(high)",
          expected: "above \"low_freq_factor\", \(low)")
      }
      return .llama3(
        factor: try positive("factor", factor), lowFrequencyFactor: low, highFrequencyFactor: high,
        originalPositionCount: try originalCount())
    case "yarn":
      let count = try originalCount()
      let factor = try positive("factor", factor ?? Double(maximumPositionCount) / Double(count))
      return .yarn(
        RopeScaling.YaRN(
          factor: factor, originalPositionCount: count,
          fastTurns: try positive("beta_fast", nonzero(fastTurns) ?? 32),
          slowTurns: try positive("beta_slow", nonzero(slowTurns) ?? 1),
          roundsBounds: roundsBounds ?? true,
          attentionFactor: try positive(
            "attention_factor", attentionFactor ?? impliedAttentionFactor(factor))))
    default:
      throw CheckpointError.unsupported(
        path: path, field: field, found: "\"\(kind)\"", supported: "default, linear, llama3, yarn")
    }
  }

  /// The attention factor where none is given: of the two scales where both are, else of the factor.
  private func impliedAttentionFactor(_ factor: Double) -> Double {
    let implied = RopeScaling.YaRN.suggestedAttentionFactor
    guard let scale = nonzero(scale), let all = nonzero(scaleOfAllDimensions) else {
      return implied(factor, 1)
    }
    return implied(factor, scale) / implied(factor, all)
  }

  /// A number whose absence other programs may write as 0.
  private func nonzero(_ value: Double?) -> Double? { value == 0 ? nil : value }
}
