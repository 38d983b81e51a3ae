// How long rate limits are waited out.

/// Counts the time for which rate limits have let nothing through: once, however many requests wait.
package struct LimitWatch {
  private let patience: Double
  /// When the first request was turned away after the last reply.
  private var start: Double?

  /// - Parameter patience: in seconds.
  package init(patience: Double) { self.patience = patience }

  package mutating func noteReply() { start = nil }

  /// Notes that a request is turned away.
  ///
  /// - Returns: whether nothing has been let through for longer than the patience.
  package mutating func isAtEnd(at now: Double) -> Bool {
    let start = start ?? now
    self.start = start
    return now - start >= patience
  }
}
