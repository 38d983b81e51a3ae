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
  /// An end-of-sequence token was sampled, the response's last, or a stop string was completed.
  case stop
  /// The limit of tokens, or the model's last position, was reached.
  case length
}

/// One response that was made.
package struct GenerationResponse: Sendable, Equatable {
  package var tokens: [Int32] = []
  /// log p of each token under the distribution that it was drawn from, natural: after penalties, temperature, top-k, top-p
  /// and min-p. Under temperature 0, that of temperature 1 over all tokens, after penalties.
  package var logProbabilities: [Float] = []
  /// log p of each token under the model's own distribution: temperature 1, all tokens, no penalties.
  package var rawLogProbabilities: [Float] = []
  package var finishReason = FinishReason.length
  /// The stop string that ended it.
  package var stopString: String?
}
