/// A call that gave nothing that could be used, as whoever asked may keep it.
package struct CallFault: Equatable, Sendable {
  /// Which of the request's attempts it was, from 1. Calls that do not count, as those that a rate limit turned away, have the number
  /// of the attempt that they were to be.
  package var attempt: Int
  /// What was wrong, without secrets.
  package let reason: String
  /// The response's HTTP status; nil where none came.
  package let status: Int?
  package let milliseconds: Int

  package init(attempt: Int, reason: String, status: Int?, milliseconds: Int) {
    self.attempt = attempt
    self.reason = reason
    self.status = status
    self.milliseconds = milliseconds
  }
}

extension Attempt {
  /// What was wrong; nil for a reply.
  var reason: String? {
    switch self {
    case .reply: nil
    case .limited(_, let message): message
    case .failed(let reason, _), .unusable(let reason), .notReady(let reason): reason
    case .refused(let refusal): "status \(refusal.status): \(refusal.error.message)"
    }
  }
}
