internal import Checkpoints
internal import Kernels
internal import RandomStreams

/// The work of one lane: its requests, in order, at most `slotCount` at a time.
struct GenerationLane {
  private let requests: [GenerationRequest]
  private let decoder: Decoder
  private let sampler: TokenSampler
  private let options: SamplingOptions
  private let slotCount: Int
  private let maximumPositionCount: Int
  /// Requests that have not been admitted, the next one last.
  private var pending: [Int]
  /// The prompt of the last admitted request: those that follow may share it.
  private var latestPrompt: SharedPrompt?
  /// Prompts that are not read to their end.
  private var unread: [SharedPrompt] = []
  /// Admitted requests whose prompt is not read to its end.
  private var waiting: [(index: Int, prompt: SharedPrompt)] = []
  private var active: [ActiveResponse] = []
  /// Tokens of prompts that one step reads at most; bounds the memory of a step.
  private static let promptTokensPerStep = 256

  init(
    model: Model, packed: PackedParameters, requests: [GenerationRequest], assigned: [Int],
    options: SamplingOptions, slotCount: Int
  ) {
    self.requests = requests
    self.options = options
    self.slotCount = slotCount
    decoder = Decoder(model: model, packed: packed)
    sampler = TokenSampler(
      options: options, vocabularySize: model.configuration.vocabularySize)
    maximumPositionCount = model.configuration.maximumPositionCount
    pending = assigned.reversed()
  }

  /// Makes all responses.
  mutating func run(
    onFinished: (Int, GenerationResponse) -> Void
  ) throws(TransformerError) {
    while true {
      try admit(onFinished)
      if active.isEmpty && waiting.isEmpty { return }
      try step(onFinished)
    }
  }

  /// Fills the free slots with the next requests.
  private mutating func admit(
    _ onFinished: (Int, GenerationResponse) -> Void
  ) throws(TransformerError) {
    while active.count + waiting.count < slotCount, let index = pending.popLast() {
      let tokens = requests[index].prompt
      let prompt: SharedPrompt
      if let latestPrompt, latestPrompt.tokens == tokens {
        prompt = latestPrompt
      } else {
        // One that is still being read is given back when those that wait for it have begun.
        if let latestPrompt, latestPrompt.isRead { decoder.cache.release(latestPrompt.sequence) }
        prompt = SharedPrompt(tokens: tokens)
        latestPrompt = prompt
        unread.append(prompt)
      }
      if prompt.isRead {
        try begin(index, prompt, onFinished)
      } else {
        waiting.append((index, prompt))
      }
    }
  }

  /// Reads the newest token of each response and some of the unread prompts, and draws the tokens after them.
  private mutating func step(
    _ onFinished: (Int, GenerationResponse) -> Void
  ) throws(TransformerError) {
    var rows: [DecoderRow] = []
    for i in active.indices {
      let position = active[i].promptTokenCount + active[i].response.tokens.count - 1
      decoder.cache.extend(&active[i].sequence, to: position + 1)
      rows.append(
        DecoderRow(
          token: active[i].latestToken, position: position, sequence: i, predictsNext: true))
    }
    let read = promptRows(firstSequence: active.count)
    let logits = decoder.step(
      rows + read.rows, sequences: active.map(\.sequence) + read.prompts.map(\.sequence))

    for i in active.indices { try active[i].draw(logits[row: i], sampler) }
    var next = active.count
    for prompt in read.prompts where prompt.readCount == prompt.tokens.count {
      prompt.keep(logits[row: next], count: logits.width)
      next += 1
    }
    finishEnded(onFinished)
    let ready = waiting.filter(\.prompt.isRead)
    waiting.removeAll(where: \.prompt.isRead)
    for (index, prompt) in ready { try begin(index, prompt, onFinished) }
    for prompt in unread where prompt.isRead && prompt !== latestPrompt {
      decoder.cache.release(prompt.sequence)
    }
    unread.removeAll(where: \.isRead)
  }

  /// Rows for the next tokens of the unread prompts, and the prompts that they belong to.
  private func promptRows(firstSequence: Int) -> (rows: [DecoderRow], prompts: [SharedPrompt]) {
    var rows: [DecoderRow] = []
    var prompts: [SharedPrompt] = []
    for prompt in unread where rows.count < Self.promptTokensPerStep {
      let end = min(prompt.tokens.count, prompt.readCount + Self.promptTokensPerStep - rows.count)
      decoder.cache.extend(&prompt.sequence, to: end)
      for position in prompt.readCount..<end {
        rows.append(
          DecoderRow(
            token: prompt.tokens[position], position: position,
            sequence: firstSequence + prompts.count,
            predictsNext: position + 1 == prompt.tokens.count))
      }
      prompt.readCount = end
      prompts.append(prompt)
    }
    return (rows, prompts)
  }

  /// Starts a response after its prompt, with its first token.
  private mutating func begin(
    _ index: Int, _ prompt: SharedPrompt, _ onFinished: (Int, GenerationResponse) -> Void
  ) throws(TransformerError) {
    guard let logits = prompt.logits else { return }
    let request = requests[index]
    var response = ActiveResponse(
      index: index, promptTokenCount: prompt.tokens.count,
      limit: min(
        options.maxResponseTokens, request.maxResponseTokens ?? options.maxResponseTokens,
        maximumPositionCount - prompt.tokens.count),
      random: request.random,
      sequence: decoder.cache.fork(prompt.sequence, tokenCount: prompt.tokens.count))
    try response.draw(logits.base, sampler)
    active.append(response)
    finishEnded(onFinished)
  }

  private mutating func finishEnded(_ onFinished: (Int, GenerationResponse) -> Void) {
    for ended in active where ended.isEnded {
      decoder.cache.release(ended.sequence)
      onFinished(ended.index, ended.response)
    }
    active.removeAll(where: \.isEnded)
  }
}

/// A prompt in the cache, and what the model predicts after it.
private final class SharedPrompt {
  let tokens: [Int32]
  var sequence = CachedSequence()
  /// Tokens that were read so far.
  var readCount = 0
  /// [vocabulary], once the prompt is read to its end
  private(set) var logits: FloatBuffer?

  var isRead: Bool { logits != nil }

  init(tokens: [Int32]) { self.tokens = tokens }

  func keep(_ logits: UnsafeMutablePointer<Float>, count: Int) {
    let kept = FloatBuffer(count: count)
    kept.base.update(from: logits, count: count)
    self.logits = kept
  }
}

/// A response that is being made.
private struct ActiveResponse {
  /// Of its request.
  let index: Int
  let promptTokenCount: Int
  /// Longest response, in tokens.
  let limit: Int
  var random: RandomStream
  var sequence: CachedSequence
  var response = GenerationResponse(tokens: [], logProbabilities: [], finishReason: .length)
  private(set) var isEnded = false
  private(set) var latestToken: Int32 = 0

  init(
    index: Int, promptTokenCount: Int, limit: Int, random: RandomStream, sequence: CachedSequence
  ) {
    self.index = index
    self.promptTokenCount = promptTokenCount
    self.limit = limit
    self.random = random
    self.sequence = sequence
  }

  /// Draws the next token, and notes whether it was the last.
  mutating func draw(
    _ logits: UnsafeMutablePointer<Float>, _ sampler: TokenSampler
  ) throws(TransformerError) {
    guard let drawn = sampler.sample(logits, random: &random) else {
      throw .predictionsNotFinite(request: index, responseTokenCount: response.tokens.count)
    }
    latestToken = Int32(drawn.token)
    response.tokens.append(latestToken)
    response.logProbabilities.append(drawn.logProbability)
    if sampler.options.endOfSequenceTokenIDs.contains(drawn.token) {
      response.finishReason = .stop
      isEnded = true
    } else if response.tokens.count >= limit {
      isEnded = true
    }
  }
}
