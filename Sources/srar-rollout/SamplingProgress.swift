import Filters
import Synchronization
import Transformer

/// The line on the terminal while responses are sampled.
final class SamplingProgress: Sendable {
  private let progress: Progress
  private let secondsBefore: Double
  /// How many responses the whole run will have, an estimate while the input is being read; nil where it cannot be known.
  private let expectedResponses: Double?
  private let start = ContinuousClock.now
  private let done: Mutex<(responses: Int, tokens: Int)>

  /// - Parameters:
  ///   - responsesBefore: those of the run that earlier calls have sampled.
  ///   - tokensBefore: the tokens of those.
  init(_ run: ToolRun, responsesBefore: Int, tokensBefore: Int, expectedResponses: Double?) {
    progress = run.progress
    secondsBefore = run.seconds
    self.expectedResponses = expectedResponses
    done = Mutex((responsesBefore, tokensBefore))
  }

  /// Counts a response; from any thread.
  func note(_ response: GenerationResponse) {
    let now = done.withLock { done in
      done.responses += 1
      done.tokens += response.tokens.count
      return done
    }
    let fraction = expectedResponses.map { Double(now.responses) / $0 }
    progress.update(fraction: fraction, line(now, fraction: fraction))
  }

  private func line(_ now: (responses: Int, tokens: Int), fraction: Double?) -> String {
    let seconds = secondsBefore + (ContinuousClock.now - start) / .seconds(1)
    let rate = Int(Double(now.tokens) / max(seconds, 0.001))
    let text = "\(now.responses) responses, \(rate) tokens/s"
    guard let fraction, fraction > 0, fraction <= 1 else { return text }
    return text + ", \(Int((seconds / fraction - seconds).rounded(.up))) s left"
  }
}
