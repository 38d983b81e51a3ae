// Which server is asked next.

import Dispatch
import Synchronization

/// The servers: the one with the fewest requests under way is asked; one that fails rests, longer every time.
final class EndpointPool: Sendable {
  private struct Endpoint {
    var outstanding = 0
    /// In seconds of the process's clock.
    var restsUntil = 0.0
    /// How often in a row it had to rest.
    var rests = 0
  }

  /// A server, lent for one call.
  struct Lease: Sendable {
    let index: Int
    fileprivate let start: Double
  }

  private let firstPause: Double
  private let longestPause: Double
  private let endpoints: Mutex<[Endpoint]>

  init(count: Int, firstPause: Double, longestPause: Double) {
    self.firstPause = firstPause
    self.longestPause = longestPause
    endpoints = Mutex(Array(repeating: Endpoint(), count: count))
  }

  /// A server that is not resting, or for how many seconds all of them still rest.
  func lease() -> Result<Lease, Resting> {
    endpoints.withLock { endpoints in
      let now = now()
      let ready = endpoints.indices.filter { endpoints[$0].restsUntil <= now }
      guard let index = ready.min(by: { endpoints[$0].outstanding < endpoints[$1].outstanding })
      else {
        let end = endpoints.map(\.restsUntil).min() ?? now
        return .failure(Resting(seconds: max(end - now, 0.001)))
      }
      endpoints[index].outstanding += 1
      return .success(Lease(index: index, start: now))
    }
  }

  struct Resting: Error { let seconds: Double }

  /// Gives a server back that did its work, or failed in a way that says nothing about it.
  func release(_ lease: Lease, worked: Bool) {
    endpoints.withLock { endpoints in
      endpoints[lease.index].outstanding -= 1
      if worked { endpoints[lease.index].rests = 0 }
    }
  }

  /// Gives a server back that must rest.
  ///
  /// - Parameter seconds: what it asked for; nil where it did not say.
  func release(_ lease: Lease, restingFor seconds: Double?) {
    endpoints.withLock { endpoints in
      let now = now()
      endpoints[lease.index].outstanding -= 1
      if let seconds {
        endpoints[lease.index].restsUntil = max(
          endpoints[lease.index].restsUntil, now + min(seconds, 3600))
        return
      }
      // Of many calls that failed together only the first lengthens the pause.
      guard lease.start >= endpoints[lease.index].restsUntil else { return }
      let pause = firstPause * Double(1 << min(endpoints[lease.index].rests, 16))
      endpoints[lease.index].rests += 1
      endpoints[lease.index].restsUntil = now + min(pause, longestPause)
    }
  }

  private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
