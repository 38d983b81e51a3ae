package import JSONLines

/// How responses were sampled, as the record states it: in this order penalties, temperature, top-k, top-p and min-p.
package struct SamplingDescription: Equatable, Sendable, JSONWritable {
  /// 0 is greedy.
  package var temperature: Double
  /// 1 turns it off.
  package var topP: Double
  /// 0 turns it off.
  package var topK: Int
  /// 0 turns it off.
  package var minP: Double
  /// 0 turns it off.
  package var presencePenalty: Double
  /// 0 turns it off.
  package var frequencyPenalty: Double
  /// 1 turns it off.
  package var repetitionPenalty: Double
  /// Texts that end a response.
  package var stop: [String]
  package var maxResponseTokens: Int
  package var seed: UInt64
  /// What the engine rounded factors of products to, `bf16`; nil for float32, or where nobody says.
  package var compute: String?

  package init(
    temperature: Double, topP: Double, topK: Int, minP: Double = 0, presencePenalty: Double = 0,
    frequencyPenalty: Double = 0, repetitionPenalty: Double = 1, stop: [String] = [],
    maxResponseTokens: Int, seed: UInt64, compute: String? = nil
  ) {
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.minP = minP
    self.presencePenalty = presencePenalty
    self.frequencyPenalty = frequencyPenalty
    self.repetitionPenalty = repetitionPenalty
    self.stop = stop
    self.maxResponseTokens = maxResponseTokens
    self.seed = seed
    self.compute = compute
  }

  /// Whether the distribution is the policy's at this temperature: no token left out, none penalized.
  package var isWholeDistribution: Bool {
    topP >= 1 && topK <= 0 && minP <= 0 && presencePenalty == 0 && frequencyPenalty == 0
      && repetitionPenalty == 1
  }

  package func write(to json: inout JSONWriter) {
    json.object { sampling in
      sampling.member("temperature", temperature)
      sampling.member("top_p", topP)
      sampling.member("top_k", topK)
      if minP != 0 { sampling.member("min_p", minP) }
      if presencePenalty != 0 { sampling.member("presence_penalty", presencePenalty) }
      if frequencyPenalty != 0 { sampling.member("frequency_penalty", frequencyPenalty) }
      if repetitionPenalty != 1 { sampling.member("repetition_penalty", repetitionPenalty) }
      if !stop.isEmpty { sampling.member("stop", stop) }
      sampling.member("max_response_tokens", maxResponseTokens)
      sampling.member("seed", seed)
      if let compute { sampling.member("compute", compute) }
    }
  }

  init(_ fields: Fields) throws {
    temperature = try fields.double("temperature")
    topP = try fields.doubleIfPresent("top_p") ?? 1
    topK = try fields.integerIfPresent("top_k") ?? 0
    minP = try fields.doubleIfPresent("min_p") ?? 0
    presencePenalty = try fields.doubleIfPresent("presence_penalty") ?? 0
    frequencyPenalty = try fields.doubleIfPresent("frequency_penalty") ?? 0
    repetitionPenalty = try fields.doubleIfPresent("repetition_penalty") ?? 1
    stop = try fields.stringsIfPresent("stop") ?? []
    maxResponseTokens = try fields.integerIfPresent("max_response_tokens") ?? 0
    seed = try fields.unsignedIfPresent("seed") ?? 0
    compute = try fields.stringIfPresent("compute")
  }
}
