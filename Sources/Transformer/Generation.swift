package import RandomStreams

/// One response to be made.
package struct GenerationRequest: Sendable {
  /// At least one token.
  package let prompt: [Int32]
  /// Every draw of this response comes from here, and from nowhere else.
  package let random: RandomStream
  /// A limit below that of the options, or nil.
  package let maxResponseTokens: Int?

  package init(prompt: [Int32], random: RandomStream, maxResponseTokens: Int? = nil) {
    self.prompt = prompt
    self.random = random
    self.maxResponseTokens = maxResponseTokens
  }
}

/// Why a response ended.
package enum FinishReason: String, Sendable, Equatable {
  /// An end-of-sequence token was sampled; it is the response's last.
  case stop
  /// The limit of tokens, or the model's last position, was reached.
  case length
}

/// One response that was made.
package struct GenerationResponse: Sendable, Equatable {
  package var tokens: [Int32]
  /// log p of each token under the distribution that it was drawn from, natural: after temperature, top-k and top-p. Under
  /// temperature 0, that of temperature 1 over all tokens.
  package var logProbabilities: [Float]
  package var finishReason: FinishReason
}
