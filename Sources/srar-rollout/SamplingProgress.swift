import Filters
import Synchronization

/// The line on the terminal while responses are sampled: how many, how fast, how long still.
final class SamplingProgress: Sendable {
  private struct State {
    var responses = 0
    /// Tokens of those.
    var responseTokens = 0
    /// Tokens that were drawn so far.
    var tokens = 0
    /// How many responses there will be; nil where it cannot be known.
    var expectedResponses: Double?
  }

  private let progress: Progress
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(_ progress: Progress) { self.progress = progress }

  /// Notes how many responses the whole run will have, an estimate while the input is being read.
  func expect(responses: Double?) { state.withLock { $0.expectedResponses = responses } }

  /// Counts a response that is done.
  func noteResponse(tokenCount: Int) {
    state.withLock { state in
      state.responses += 1
      state.responseTokens += tokenCount
    }
  }

  /// Counts tokens that were drawn; from any thread.
  func noteTokens(_ count: Int) {
    let now = state.withLock { state in
      state.tokens += count
      return state
    }
    let fraction = fraction(now)
    progress.update(fraction: fraction, line(now, fraction: fraction))
  }

  /// The share of the tokens that have been drawn, other responses taken to be as long as those that are done.
  private func fraction(_ now: State) -> Double? {
    guard let expected = now.expectedResponses, now.responses > 0 else { return nil }
    let tokens = expected * Double(now.responseTokens) / Double(now.responses)
    return min(1, Double(now.tokens) / max(tokens, 1))
  }

  private func line(_ now: State, fraction: Double?) -> String {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = Int(Double(now.tokens) / max(seconds, 0.001))
    let text = "\(now.responses) responses, \(rate) tokens/s"
    guard let fraction, fraction > 0 else { return text }
    return text + ", \(Int((seconds / fraction - seconds).rounded(.up))) s left"
  }
}
