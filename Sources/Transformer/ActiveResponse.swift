internal import RandomStreams

/// A response that is being made.
struct ActiveResponse {
  /// Of its request.
  let index: Int
  let prompt: [Int32]
  /// Longest response, in tokens.
  private let limit: Int
  private var random: RandomStream
  /// What penalties look at; nil where there are none.
  private var seen: SeenTokens?
  /// The last bytes of the response, where stop strings are looked for.
  private var tail: [UInt8] = []
  /// Its place in the cache; empty while it has none.
  var sequence = CachedSequence()
  private(set) var response = GenerationResponse()
  private(set) var isEnded = false

  init(_ request: GenerationRequest, index: Int, options: SamplingOptions, lastPosition: Int) {
    self.index = index
    prompt = request.prompt
    limit = min(
      options.maxResponseTokens, request.maxResponseTokens ?? options.maxResponseTokens,
      lastPosition - request.prompt.count)
    random = request.random
    seen = options.penalties == .none ? nil : SeenTokens(prompt: request.prompt)
  }

  /// Tokens that there are so far, the prompt's included.
  var tokenCount: Int { prompt.count + response.tokens.count }

  /// Draws the next token, and notes whether it was the last.
  mutating func draw(
    _ logits: UnsafeMutablePointer<Float>, _ sampler: TokenSampler
  ) throws(TransformerError) {
    guard let drawn = sampler.sample(logits, seen: seen, random: &random) else {
      throw .predictionsNotFinite(request: index, responseTokenCount: response.tokens.count)
    }
    let token = Int32(drawn.token)
    seen?.note(token)
    response.tokens.append(token)
    response.logProbabilities.append(drawn.logProbability)
    response.rawLogProbabilities.append(drawn.rawLogProbability)
    response.stopString = sampler.options.stopStrings?.match(
      endingWith: drawn.token, tail: &tail)
    if response.stopString != nil
      || sampler.options.endOfSequenceTokenIDs.contains(drawn.token)
    {
      response.finishReason = .stop
      isEnded = true
    } else if response.tokens.count >= limit {
      isEnded = true
    }
  }
}
