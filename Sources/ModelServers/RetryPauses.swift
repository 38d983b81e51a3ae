// How long to wait between attempts.

/// Pauses that double from the first up to the longest.
package struct RetryPauses: Sendable {
  /// In seconds, as are all pauses.
  let first: Double
  let longest: Double
  /// How many calls a request may take.
  let attempts: Int

  package init(first: Double, longest: Double, attempts: Int) {
    self.first = first
    self.longest = longest
    self.attempts = attempts
  }

  /// The pause after so many attempts, or so many rests in a row; from 1.
  package func pause(after count: Int) -> Double {
    min(first * Double(1 << min(count - 1, 16)), longest)
  }

  /// The pauses between all attempts of one request, at least one pause: after this time without a reply a server is absent.
  package var together: Double {
    (1...max(attempts - 1, 1)).reduce(0) { $0 + pause(after: $1) }
  }
}
