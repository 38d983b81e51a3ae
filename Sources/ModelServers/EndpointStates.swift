// Which server is asked next, as far as what happened to the servers decides it.

/// The servers, as a state machine: what happens to them and the time go in, whom to ask comes out.
///
/// The server with the fewest requests under way is asked. A server that fails rests, longer every time. So does one that turns a
/// request away for a rate limit; after that it gets half as many requests at once as before. Every reply then allows a little
/// more, so that the number settles where the server keeps up.
///
/// A server is absent once it has been found down, or has broken connections, for as long as the pauses of one request's attempts
/// last together, without a reply meanwhile. While all servers are absent and rest, nobody waits for them.
package struct EndpointStates {
  private struct Endpoint {
    var outstanding = 0
    /// How many requests may be under way.
    var allowed: Double
    var restsUntil = 0.0
    /// How often in a row it had to rest.
    var rests = 0
    /// Since when it has given nothing but broken connections or none; nil where it has replied since.
    var failsSince: Double?
    var isAbsent = false
  }

  /// A server, lent for one call.
  package struct Lease: Sendable {
    package let index: Int
    fileprivate let start: Double
  }

  /// How a call ended, as far as the server is concerned.
  package enum Ending {
    case worked
    /// In a way that says nothing about the server.
    case failed
    /// The connection broke; the server may have gone.
    case lostConnection
    /// Other requests would meet the same.
    case isDown
    /// It has enough for now; it may have said for how many seconds.
    case limited(seconds: Double?)
  }

  private let pauses: RetryPauses
  private let longestWait: Double
  private let concurrency: Int
  private var endpoints: [Endpoint]

  /// - Parameter longestWait: seconds that a server may ask for at once.
  package init(count: Int, concurrency: Int, pauses: RetryPauses, longestWait: Double) {
    self.pauses = pauses
    self.longestWait = longestWait
    self.concurrency = concurrency
    endpoints = Array(repeating: Endpoint(allowed: Double(concurrency)), count: count)
  }

  /// A server to ask now; nil where all rest or have enough.
  package mutating func lease(at now: Double) -> Lease? {
    guard endpoints.reduce(0, { $0 + $1.outstanding }) < concurrency else { return nil }
    let ready = endpoints.indices.filter { index in
      let endpoint = endpoints[index]
      return endpoint.restsUntil <= now && endpoint.outstanding < Int(endpoint.allowed)
    }
    guard let index = ready.min(by: { endpoints[$0].outstanding < endpoints[$1].outstanding })
    else { return nil }
    endpoints[index].outstanding += 1
    return Lease(index: index, start: now)
  }

  /// Whether waiting is of no use: all servers are absent, and all rest.
  package func areAbsent(at now: Double) -> Bool {
    endpoints.allSatisfy { $0.isAbsent && $0.restsUntil > now }
  }

  /// When the first of the servers that rest can be asked again; nil where none rests.
  package func nextAwakening(after now: Double) -> Double? {
    endpoints.map(\.restsUntil).filter { $0 > now }.min()
  }

  package mutating func release(_ lease: Lease, _ ending: Ending, at now: Double) {
    var endpoint = endpoints[lease.index]
    defer { endpoints[lease.index] = endpoint }
    endpoint.outstanding -= 1
    // Of many calls that failed together only the first counts.
    let isNews = lease.start >= endpoint.restsUntil
    switch ending {
    case .worked:
      endpoint.rests = 0
      endpoint.failsSince = nil
      endpoint.isAbsent = false
      endpoint.allowed = min(endpoint.allowed + 1 / endpoint.allowed, Double(concurrency))
    case .failed: break
    case .lostConnection:
      noteFailure(&endpoint, at: now)
      if endpoint.isAbsent, isNews { rest(&endpoint, at: now) }
    case .isDown:
      noteFailure(&endpoint, at: now)
      if isNews { rest(&endpoint, at: now) }
    case .limited(let seconds):
      endpoint.failsSince = nil
      endpoint.isAbsent = false
      guard isNews || seconds != nil else { return }
      if isNews { endpoint.allowed = max(1, Double(endpoint.outstanding + 1) / 2) }
      if let seconds, seconds > 0 {
        endpoint.restsUntil = max(endpoint.restsUntil, now + min(seconds, longestWait))
      } else if seconds == nil || endpoint.rests > 0 {
        rest(&endpoint, at: now)
      } else {
        // It asked for no pause, and gets none this time.
        endpoint.rests = 1
      }
    }
  }

  private func noteFailure(_ endpoint: inout Endpoint, at now: Double) {
    let start = endpoint.failsSince ?? now
    endpoint.failsSince = start
    endpoint.isAbsent = now - start >= pauses.together
  }

  private func rest(_ endpoint: inout Endpoint, at now: Double) {
    endpoint.rests += 1
    endpoint.restsUntil = now + pauses.pause(after: endpoint.rests)
  }
}
