// When the user is told of a server that does not answer.

/// Decides when to say that servers give no replies: at once of one that never gave any, else after some seconds without one; then ever
/// more rarely, so that a night of rate limits fills no screen.
package struct TroubleReports {
  private struct Server {
    var lastReply: Double?
    var earliest = 0.0
    var pause = 60.0
  }

  /// Seconds without a reply that are nothing unusual.
  private static let tolerated = 10.0

  private var servers: [Server]

  package init(count: Int) { servers = Array(repeating: Server(), count: count) }

  package mutating func noteReply(from server: Int, at now: Double) {
    servers[server].lastReply = now
  }

  /// Whether trouble with the server is to be told of now; if so, the next is told of later.
  package mutating func isDue(_ server: Int, at now: Double) -> Bool {
    let isSilent = servers[server].lastReply.map { now - $0 >= Self.tolerated } ?? true
    guard isSilent, now >= servers[server].earliest else { return false }
    servers[server].earliest = now + servers[server].pause
    servers[server].pause = min(2 * servers[server].pause, 3600)
    return true
  }
}
