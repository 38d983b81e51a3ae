// From what a server answers to the record.

import Diagnostics
package import Records
package import Steps
package import Tokenizers

/// How samples become rollouts.
package struct RolloutReading: Sendable {
  package let server: SamplingServer
  /// What log-probabilities of the server are under.
  package let logProbabilityKind: LogProbabilityKind
  /// The policy's tokenizer, where it is known here: it decodes tokens exactly.
  package let tokenizer: Tokenizer?
  package let stepStyle: StepStyle

  package init(
    server: SamplingServer, logProbabilityKind: LogProbabilityKind, tokenizer: Tokenizer?,
    stepStyle: StepStyle
  ) {
    self.server = server
    self.logProbabilityKind = logProbabilityKind
    self.tokenizer = tokenizer
    self.stepStyle = stepStyle
  }

  /// Why a sample cannot be a rollout.
  package struct Fault: Error, Equatable {
    package let reason: String
  }

  /// The record of a sample.
  package func rollout(
    _ sample: ServedSample, index: Int, prompt: SamplingPrompt
  ) throws(Fault) -> Rollout {
    let finishReason = FinishReason(sample.finishReason)
    if case .other = finishReason {
      throw Fault(
        reason:
          "the response ended for the reason '\(sample.finishReason)', which is not stop or length")
    }
    let places = try self.places(of: sample)
    let parted = steps(of: places.text, style: stepStyle)
    var rollout = Rollout(
      index: index, response: places.text, finishReason: finishReason, model: server.model,
      sampling: server.sampling, stepStyle: stepStyle,
      steps: places.ranges.map { withTokenSpans(parted, tokenBytes: $0) } ?? parted)
    rollout.promptTokens = sample.promptTokens ?? prompt.tokens
    // Servers also tell of token ids that ended a response here; only texts are texts.
    if let stop = sample.stopString, server.sampling.stop.contains(stop), places.text.contains(stop)
    {
      rollout.stopString = stop
    }
    try checkTokens(rollout.promptTokens, "the prompt")
    guard let tokens = sample.tokens else { return rollout }
    try checkTokens(tokens, "the response")
    rollout.tokens = tokens
    guard let values = sample.logProbabilities else { return rollout }
    guard values.count == tokens.count else {
      throw Fault(
        reason:
          "the server gives \(counted(tokens.count, "token")) and \(values.count) log-probabilities"
      )
    }
    // What a record of a sample must not hold, an update would refuse after all the work in between.
    if let token = values.firstIndex(where: { ($0 ?? 0) > Rollout.roundingOfZero }) {
      throw Fault(
        reason:
          "the server's log-probability of token \(token) is \(values[token] ?? 0), and none is above 0"
      )
    }
    place(values, in: &rollout)
    return rollout
  }

  private func checkTokens(_ tokens: [Int]?, _ place: String) throws(Fault) {
    guard let token = tokens?.first(where: { !(0...Int(Int32.max)).contains($0) }) else { return }
    throw Fault(reason: "the server names \(token) in \(place), which is no token")
  }

  /// The response, and which bytes of it each token wrote; nil of a server that names no tokens.
  private func places(
    of sample: ServedSample
  ) throws(Fault) -> (text: String, ranges: [Range<Int>]?) {
    guard let tokens = sample.tokens else { return (sample.text, nil) }
    if let tokenizer {
      let decoded: DecodedText
      do {
        // That it is the server's tokenizer is seen by the text.
        decoded = try tokenizer.decode(tokens, passesUnknown: true)
      } catch {
        throw Fault(reason: "the tokenizer cannot read the server's tokens: \(error)")
      }
      // A server may part thoughts from the text, or cut it behind a stop string.
      guard holds(decoded.text, sample) else {
        throw Fault(reason: "the tokenizer makes another text of the tokens than the server")
      }
      return (decoded.text, decoded.byteRanges)
    }
    guard let tokenBytes = sample.tokenBytes, tokenBytes.count == tokens.count else {
      throw Fault(
        reason:
          "the server names tokens, but not what each of them wrote; '--tokenizer' with the policy's folder decodes them"
      )
    }
    let mayExceed = !server.sampling.stop.isEmpty
    let text = Array(sample.text.utf8)
    let places: TokenPlaces?
    if sample.thoughts != nil || lackThoughts(text, tokenBytes) {
      places = joinedText(
        thoughts: Array((sample.thoughts ?? "").utf8), answer: text, tokens: tokenBytes
      ).flatMap { tokenPlaces(tokenBytes, in: $0, mayExceed: mayExceed, mayLoseTokens: false) }
      if places == nil {
        throw Fault(
          reason:
            "the server parts thoughts from the text, and its tokens do not show where they stand; start it without a "
            + "reasoning parser, or give '--tokenizer' with the policy's folder"
        )
      }
    } else {
      places = tokenPlaces(tokenBytes, in: text, mayExceed: mayExceed)
    }
    guard let places else {
      throw Fault(
        reason:
          "the tokens as the server shows them do not make up its text; '--tokenizer' with the policy's folder decodes them"
      )
    }
    return (String(decoding: places.text, as: UTF8.self), places.ranges)
  }

  /// Whether a text holds what the server gives of it: the thoughts, where they are parted from it, and the text behind them.
  private func holds(_ text: String, _ sample: ServedSample) -> Bool {
    guard let thoughts = sample.thoughts else { return text.contains(sample.text) }
    guard let found = text.firstRange(of: thoughts) else { return false }
    return text[found.upperBound...].contains(sample.text) || sample.text.isEmpty
  }

  /// Puts log-probabilities where a record has those under this distribution; nowhere where it has none such.
  private func place(_ values: [Float?], in rollout: inout Rollout) {
    let sampling = server.sampling
    let isUnpenalized =
      sampling.presencePenalty == 0 && sampling.frequencyPenalty == 0
      && sampling.repetitionPenalty == 1
    // Of greedy sampling a record has them under temperature 1.
    let isAtOne = [0, 1].contains(sampling.temperature)
    let isPolicysOwn = isAtOne && sampling.isWholeDistribution
    switch logProbabilityKind {
    case .raw where isPolicysOwn: rollout.logProbabilities = values
    case .raw: rollout.rawLogProbabilities = values
    case .processed where sampling.temperature > 0 || isPolicysOwn:
      rollout.logProbabilities = values
    case .tempered where sampling.isWholeDistribution: rollout.logProbabilities = values
    case .tempered where isAtOne && isUnpenalized: rollout.rawLogProbabilities = values
    case .processed, .tempered: break
    }
  }
}
