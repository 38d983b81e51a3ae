// When a request may start.

/// Spreads requests evenly, so that no minute has more requests or tokens than a server allows.
actor Pacer {
  private let secondsPerRequest: Double
  private let secondsPerToken: Double
  private var nextRequest = ContinuousClock.now
  private var nextToken = ContinuousClock.now

  init(requestsPerMinute: Double?, tokensPerMinute: Double?) {
    secondsPerRequest = requestsPerMinute.map { 60 / $0 } ?? 0
    secondsPerToken = tokensPerMinute.map { 60 / $0 } ?? 0
  }

  /// When a request of about so many tokens may start; it counts from now on.
  func reserve(tokens: Int) -> ContinuousClock.Instant {
    let now = ContinuousClock.now
    let start = max(now, nextRequest, nextToken)
    nextRequest = start + .seconds(secondsPerRequest)
    nextToken = start + .seconds(secondsPerToken * Double(tokens))
    return start
  }

  /// Corrects what was reserved once the real number is known.
  func correct(by tokens: Int) {
    nextToken += .seconds(secondsPerToken * Double(tokens))
  }
}

/// So many at once and no more; who comes first goes first.
actor Slots {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var nextWaiting = 0

  init(_ count: Int) { free = count }

  func take() async {
    if free > 0 {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func give() {
    guard nextWaiting < waiting.count else {
      free += 1
      return
    }
    let continuation = waiting[nextWaiting]
    nextWaiting += 1
    if nextWaiting > 1024 {
      waiting.removeFirst(nextWaiting)
      nextWaiting = 0
    }
    continuation.resume()
  }
}
