/// How the next token is drawn from the model's logits.
package struct SamplingOptions: Sendable, Equatable {
  /// Divides the logits; 0 takes the likeliest token always.
  package var temperature: Double
  /// Only the k likeliest tokens; nil for all.
  package var topK: Int?
  /// Only the fewest likeliest tokens whose probabilities reach this sum; 1 for all.
  package var topP: Double
  /// Tokens that end a response.
  package var endOfSequenceTokenIDs: [Int]
  /// Longest response, in tokens, the end-of-sequence token included.
  package var maxResponseTokens: Int

  package init(
    temperature: Double, topK: Int? = nil, topP: Double, endOfSequenceTokenIDs: [Int],
    maxResponseTokens: Int
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.endOfSequenceTokenIDs = endOfSequenceTokenIDs
    self.maxResponseTokens = maxResponseTokens
  }

  func check() throws(TransformerError) {
    func check(_ option: String, _ value: Double, _ holds: Bool, _ requirement: String)
      throws(TransformerError)
    {
      guard holds else {
        throw .optionOutOfRange(option: option, value: value, requirement: requirement)
      }
    }
    try check("temperature", temperature, temperature >= 0 && temperature.isFinite, "at least 0")
    try check("top-k", Double(topK ?? 1), (topK ?? 1) > 0, "at least 1")
    try check("top-p", topP, topP > 0 && topP <= 1, "in 0 < p ≤ 1")
    try check(
      "maximum response tokens", Double(maxResponseTokens), maxResponseTokens > 0, "at least 1")
  }
}
