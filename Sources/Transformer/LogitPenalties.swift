/// What makes tokens less likely that are there already.
package struct LogitPenalties: Sendable, Equatable {
  /// Taken off the logit of each token that the response has; 0 turns it off (OpenAI's API).
  package var presence: Double
  /// Taken off once for each time that the response has the token; 0 turns it off (OpenAI's API).
  package var frequency: Double
  /// Divides the positive and multiplies the negative logits of tokens that the prompt or the response has; 1 turns it off
  /// (Keskar et al., "CTRL", 2019; made safe for negative logits as in transformers).
  package var repetition: Double

  package init(presence: Double = 0, frequency: Double = 0, repetition: Double = 1) {
    self.presence = presence
    self.frequency = frequency
    self.repetition = repetition
  }

  package static let none = LogitPenalties()

  /// What presence and frequency may be. More would only overflow.
  package static let offsets = -1e4...1e4
  /// What repetition may be.
  package static let factors = 1e-4...1e4

  /// Lowers logits in place: repetition first, then frequency and presence, as vLLM does.
  func apply(to logits: UnsafeMutablePointer<Float>, seen: SeenTokens) {
    if repetition != 1 {
      let factor = Float(repetition)
      for token in seen.distinct {
        let logit = logits[Int(token)]
        logits[Int(token)] = logit > 0 ? logit / factor : logit * factor
      }
    }
    for (token, count) in seen.responseCounts {
      logits[Int(token)] -= Float(frequency) * Float(count) + Float(presence)
    }
  }
}

/// The tokens that a response and its prompt have so far.
package struct SeenTokens {
  /// How often the response has each of its tokens.
  private(set) var responseCounts: [Int32: Int] = [:]
  /// Each token of the prompt and the response once.
  private(set) var distinct: Set<Int32>

  package init(prompt: [Int32]) { distinct = Set(prompt) }

  package mutating func note(_ token: Int32) {
    responseCounts[token, default: 0] += 1
    distinct.insert(token)
  }
}
