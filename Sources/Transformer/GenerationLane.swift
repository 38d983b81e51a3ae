internal import Kernels
internal import RandomStreams
internal import Synchronization

/// One batch: takes requests from the queue and makes their responses, at most `slotCount` at a time.
///
/// Where the cache has no room for another token of each, the response that was begun last gives its place back and is
/// continued later, its tokens read again: every kernel computes a row the same way whatever the other rows are, so that
/// this changes no bit of it.
struct GenerationLane {
  private let index: Int
  private let queue: GenerationQueue
  private let decoder: Decoder
  private let options: SamplingOptions
  /// One for each thread that draws.
  private let samplers: [TokenSampler]
  private let slotCount: Int
  private let lastPosition: Int
  private let onTokens: @Sendable (Int) -> Void
  /// Requests that were taken but not begun.
  private var pending: ArraySlice<(index: Int, request: GenerationRequest)> = []
  /// Responses that gave way, the one to be continued first at the end.
  private var displaced: [ActiveResponse] = []
  /// The prompt of the last request that was begun: those that follow may share it.
  private var latestPrompt: SharedPrompt?
  /// Prompts that are not read to their end.
  private var unread: [SharedPrompt] = []
  /// Begun responses whose prompt is not read to its end.
  private var waiting: [(response: ActiveResponse, prompt: SharedPrompt)] = []
  /// In the order in which they were begun.
  private var active: [ActiveResponse] = []

  /// - Parameter onTokens: takes the number of tokens that a step has drawn.
  init(
    index: Int, queue: GenerationQueue, decoder: Decoder, options: SamplingOptions, slotCount: Int,
    vocabularySize: Int, lastPosition: Int, onTokens: @escaping @Sendable (Int) -> Void
  ) {
    self.index = index
    self.queue = queue
    self.decoder = decoder
    self.slotCount = slotCount
    self.lastPosition = lastPosition
    self.onTokens = onTokens
    self.options = options
    samplers = (0..<decoder.threadCount).map { _ in
      TokenSampler(options: options, vocabularySize: vocabularySize)
    }
  }

  /// Makes responses until the queue is closed and empty, or stopped.
  mutating func run() throws(TransformerError) {
    while !queue.isStopped {
      try admit()
      if !active.isEmpty || !waiting.isEmpty {
        try step()
      } else if !queue.waitForWork(lane: index) {
        return
      }
    }
  }

  private var responseCount: Int { active.count + waiting.count }

  /// Fills the free slots with the next requests, as far as the cache has room.
  private mutating func admit() throws(TransformerError) {
    while responseCount < slotCount {
      if let response = displaced.last {
        guard hasRoom(forTokenCount: response.tokenCount) else { break }
        displaced.removeLast()
        // What it continues is its own: no other response begins with it.
        try begin(response, after: newPrompt(response.prompt + response.response.tokens))
        continue
      }
      if pending.isEmpty {
        guard let group = queue.take(lane: index, load: responseCount) else { return }
        pending = group.members
      }
      guard let (number, request) = pending.first else { return }
      let shared = latestPrompt?.tokens == request.prompt ? latestPrompt : nil
      guard hasRoom(forTokenCount: shared == nil ? request.prompt.count : 0) else { break }
      pending.removeFirst()
      if shared == nil {
        forgetLatestPrompt()
        latestPrompt = newPrompt(request.prompt)
      }
      guard let prompt = latestPrompt else { return }
      try begin(
        ActiveResponse(
          request, index: number, options: options, lastPosition: lastPosition),
        after: prompt)
    }
    queue.noteFull(lane: index, load: responseCount + pending.count + displaced.count)
  }

  /// Whether the cache can hold so many more tokens, a block of its own for the response, and one for each that is being made.
  private mutating func hasRoom(forTokenCount tokenCount: Int) -> Bool {
    let needed = KVCache.blockCount(tokenCount: tokenCount) + 1 + active.count
    if unreservedBlockCount < needed, tokenCount > 0 { forgetLatestPrompt() }
    return unreservedBlockCount >= needed
  }

  /// Free blocks but those that begun responses need to draw their first token.
  private var unreservedBlockCount: Int {
    let reserved = unread.reduce(waiting.count) {
      $0 + KVCache.blockCount(tokenCount: $1.tokens.count) - $1.sequence.blockCount
    }
    return decoder.cache.freeBlockCount - reserved
  }

  private mutating func newPrompt(_ tokens: [Int32]) -> SharedPrompt {
    let prompt = SharedPrompt(tokens: tokens)
    unread.append(prompt)
    return prompt
  }

  /// Gives back the place of the latest prompt; one that is still being read goes when those that wait for it have begun.
  private mutating func forgetLatestPrompt() {
    if let latestPrompt, latestPrompt.isRead { decoder.cache.release(latestPrompt.sequence) }
    latestPrompt = nil
  }

  /// Starts or continues a response after its prompt; one that is still being read is waited for.
  private mutating func begin(
    _ response: ActiveResponse, after prompt: SharedPrompt
  ) throws(TransformerError) {
    guard let logits = prompt.logits else {
      waiting.append((response, prompt))
      return
    }
    var response = response
    response.sequence = decoder.cache.fork(prompt.sequence, tokenCount: prompt.tokens.count)
    try response.draw(logits.base, samplers[0])
    onTokens(1)
    if response.isEnded {
      finish(response)
    } else {
      active.append(response)
    }
  }

  /// Reads the newest token of each response and some of the unread prompts, and draws the tokens after them.
  private mutating func step() throws(TransformerError) {
    makeRoom()
    var rows: [DecoderRow] = []
    for i in active.indices {
      let position = active[i].tokenCount - 1
      decoder.cache.extend(&active[i].sequence, to: position + 1)
      rows.append(
        DecoderRow(
          token: active[i].response.tokens[active[i].response.tokens.count - 1],
          position: position, sequence: i, predictsNext: true))
    }
    let read = promptRows(firstSequence: active.count)
    let logits = decoder.step(
      rows + read.rows, sequences: active.map(\.sequence) + read.prompts.map(\.sequence))

    try draw(logits)
    onTokens(active.count)
    var next = active.count
    for prompt in read.prompts where prompt.readCount == prompt.tokens.count {
      prompt.keep(logits[row: next], count: logits.width)
      next += 1
    }
    for response in active where response.isEnded { finish(response) }
    active.removeAll(where: \.isEnded)
    let ready = waiting.filter(\.prompt.isRead)
    waiting.removeAll(where: \.prompt.isRead)
    for (response, prompt) in ready { try begin(response, after: prompt) }
    for prompt in unread where prompt.isRead && prompt !== latestPrompt {
      decoder.cache.release(prompt.sequence)
    }
    unread.removeAll(where: \.isRead)
  }

  /// Draws the next token of each active response.
  private mutating func draw(_ logits: Rows) throws(TransformerError) {
    let count = active.count
    let faults = Mutex<[(response: Int, error: TransformerError)]>([])
    active.withUnsafeMutableBufferPointer { [samplers] active in
      guard let base = active.baseAddress else { return }
      let responses = DisjointResponses(base: base)
      Lanes.run(count: count, threadCount: samplers.count) { index, worker in
        do throws(TransformerError) {
          try responses.base[index].draw(logits[row: index], samplers[worker])
        } catch {
          faults.withLock { $0.append((index, error)) }
        }
      }
    }
    // Whatever the threads' order, the same fault is told.
    if let first = faults.withLock({ $0.min { $0.response < $1.response } }) { throw first.error }
  }

  /// Sees to it that every response has a place for its next token; the youngest give way.
  private mutating func makeRoom() {
    while unreservedBlockCount < missingBlockCount {
      if latestPrompt?.isRead == true {
        forgetLatestPrompt()
      } else if responseCount > 1, var youngest = active.popLast() {
        decoder.cache.release(youngest.sequence)
        youngest.sequence = CachedSequence()
        displaced.append(youngest)
      } else {
        // One response alone always has room: requests that could not are refused.
        return
      }
    }
  }

  /// Blocks that the active responses' next tokens need beyond those that they have.
  private var missingBlockCount: Int {
    active.reduce(0) {
      $0 + KVCache.blockCount(tokenCount: $1.tokenCount) - $1.sequence.blockCount
    }
  }

  /// Rows for the next tokens of the unread prompts, and the prompts that they belong to.
  private func promptRows(firstSequence: Int) -> (rows: [DecoderRow], prompts: [SharedPrompt]) {
    let limit = Decoder.promptTokensPerStep
    var rows: [DecoderRow] = []
    var prompts: [SharedPrompt] = []
    for prompt in unread where rows.count < limit {
      let end = min(prompt.tokens.count, prompt.readCount + limit - rows.count)
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

  private func finish(_ response: ActiveResponse) {
    decoder.cache.release(response.sequence)
    queue.finish(response.index, response.response)
  }
}

/// Responses of which each is changed by one thread.
private struct DisjointResponses: @unchecked Sendable {
  let base: UnsafeMutablePointer<ActiveResponse>
}
