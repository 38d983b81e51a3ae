/// How the next token is drawn from the model's logits.
///
/// In this order: penalties, temperature, top-k, top-p, min-p, as transformers has them; each works on what the one
/// before it left.
package struct SamplingOptions: Sendable, Equatable {
  /// Divides the logits; 0 takes the likeliest token always.
  package var temperature: Double
  /// The lowest temperature but 0. Below it logits could grow so large that the rounding of their sums exceeds all differences of
  /// probability, and there is nothing left to draw anyway.
  package static let leastTemperature = 1e-5
  /// Only the k likeliest tokens; nil for all.
  package var topK: Int?
  /// Only the fewest likeliest tokens whose probabilities reach this sum; 1 for all.
  package var topP: Double
  /// Only tokens of at least this share of the likeliest one's probability; 0 for all.
  package var minP: Double
  package var penalties: LogitPenalties
  /// Tokens that end a response; it keeps them.
  package var endOfSequenceTokenIDs: [Int]
  /// Texts that end a response; it keeps them. nil for none.
  package var stopStrings: StopStrings?
  /// Longest response, in tokens, the end-of-sequence token included.
  package var maxResponseTokens: Int

  package init(
    temperature: Double, topK: Int? = nil, topP: Double, minP: Double = 0,
    penalties: LogitPenalties = .none, endOfSequenceTokenIDs: [Int],
    stopStrings: StopStrings? = nil, maxResponseTokens: Int
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.penalties = penalties
    self.endOfSequenceTokenIDs = endOfSequenceTokenIDs
    self.stopStrings = stopStrings
    self.maxResponseTokens = maxResponseTokens
  }

  /// Whether some tokens may be left out that the model thinks possible.
  func leavesTokensOut(vocabularySize: Int) -> Bool {
    topP < 1 || minP > 0 || (topK ?? vocabularySize) < vocabularySize
  }

  func check() throws(TransformerError) {
    func check(_ option: String, _ value: Double, _ holds: Bool, _ requirement: String)
      throws(TransformerError)
    {
      guard holds else {
        throw .optionOutOfRange(option: option, value: value, requirement: requirement)
      }
    }
    try check(
      "temperature", temperature,
      temperature == 0 || temperature >= Self.leastTemperature && temperature.isFinite,
      "0, or at least \(Self.leastTemperature)")
    try check("top-k", Double(topK ?? 1), (topK ?? 1) > 0, "at least 1")
    try check("top-p", topP, topP > 0 && topP <= 1, "in 0 < p ≤ 1")
    try check("min-p", minP, minP >= 0 && minP <= 1, "in 0 ≤ p ≤ 1")
    for (name, value) in [
      ("presence penalty", penalties.presence), ("frequency penalty", penalties.frequency),
    ] {
      try check(
        name, value, LogitPenalties.offsets.contains(value), "in \(LogitPenalties.offsets)")
    }
    try check(
      "repetition penalty", penalties.repetition,
      LogitPenalties.factors.contains(penalties.repetition), "in \(LogitPenalties.factors)")
    try check(
      "maximum response tokens", Double(maxResponseTokens), maxResponseTokens > 0, "at least 1")
  }
}
