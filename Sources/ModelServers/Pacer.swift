// When a request may start.

import Synchronization

/// Spreads requests evenly, so that no minute has more requests or tokens than a server allows.
package final class Pacer: Sendable {
  private let secondsPerRequest: Double
  private let secondsPerToken: Double
  /// When the next request may start for either reason; nil before the first.
  private let next = Mutex<(request: ContinuousClock.Instant?, token: ContinuousClock.Instant?)>(
    (nil, nil))

  package init(requestsPerMinute: Double?, tokensPerMinute: Double?) {
    secondsPerRequest = requestsPerMinute.map { 60 / $0 } ?? 0
    secondsPerToken = tokensPerMinute.map { 60 / $0 } ?? 0
  }

  /// When a request of about so many tokens may start; it counts from now on.
  package func reserve(
    tokens: Int, at now: ContinuousClock.Instant = .now
  ) -> ContinuousClock.Instant {
    next.withLock { next in
      let start = max(now, next.request ?? now, next.token ?? now)
      next.request = start + .seconds(secondsPerRequest)
      next.token = start + .seconds(secondsPerToken * Double(tokens))
      return start
    }
  }

  /// Corrects what was reserved once the real number is known.
  package func correct(by tokens: Int) {
    next.withLock { $0.token? += .seconds(secondsPerToken * Double(tokens)) }
  }
}
