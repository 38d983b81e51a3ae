// Which server is asked next, and when.

import Dispatch
import Synchronization

/// The servers, as a state machine: what happens to them and the time go in, whom to ask comes out.
///
/// The one with the fewest requests under way is asked. One that fails rests, longer every time. One that turns a request away for
/// a rate limit rests, too, and is then asked by half as many at once as were under way; every reply after that allows a little more,
/// so that the number settles where the server keeps up.
package struct EndpointStates {
  private struct Endpoint {
    var outstanding = 0
    /// How many requests may be under way.
    var allowed: Double
    var restsUntil = 0.0
    /// How often in a row it had to rest.
    var rests = 0
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
    /// Other requests would meet the same.
    case isDown
    /// It has enough for now; it may have said for how many seconds.
    case limited(seconds: Double?)
  }

  private let firstPause: Double
  private let longestPause: Double
  private let concurrency: Int
  private var endpoints: [Endpoint]

  package init(count: Int, concurrency: Int, firstPause: Double, longestPause: Double) {
    self.firstPause = firstPause
    self.longestPause = longestPause
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
      endpoint.allowed = min(endpoint.allowed + 1 / endpoint.allowed, Double(concurrency))
    case .failed: break
    case .limited(let seconds?):
      endpoint.restsUntil = max(endpoint.restsUntil, now + min(seconds, 3600))
      if isNews { endpoint.allowed = max(1, Double(endpoint.outstanding + 1) / 2) }
    case .limited(nil):
      if isNews { endpoint.allowed = max(1, Double(endpoint.outstanding + 1) / 2) }
      fallthrough
    case .isDown:
      guard isNews else { return }
      let pause = firstPause * Double(1 << min(endpoint.rests, 16))
      endpoint.rests += 1
      endpoint.restsUntil = now + min(pause, longestPause)
    }
  }
}

/// The servers, and who waits for one: those who were there before, then first come, first served. Where no server answers, the first
/// requests so come to the end of their attempts, and the run to its own, before all others are tried.
final class EndpointPool: Sendable {
  fileprivate struct State {
    var endpoints: EndpointStates
    var returning = WaitingLine()
    var waiting = WaitingLine()
    /// When somebody looks for servers that have rested; nil where nobody does.
    var alarm: Double?
    var isClosed = false
  }

  private let state: Mutex<State>

  init(count: Int, concurrency: Int, firstPause: Double, longestPause: Double) {
    state = Mutex(
      State(
        endpoints: EndpointStates(
          count: count, concurrency: concurrency, firstPause: firstPause,
          longestPause: longestPause)))
  }

  /// A server, when there is one to ask; nil once nobody is served any more.
  ///
  /// - Parameter isRepeated: whether it is for a request that was sent before.
  func lease(isRepeated: Bool) async -> EndpointStates.Lease? {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        if isRepeated {
          state.returning.append(continuation)
        } else {
          state.waiting.append(continuation)
        }
      }
      serve()
    }
  }

  func release(_ lease: EndpointStates.Lease, _ ending: EndpointStates.Ending) {
    state.withLock { $0.endpoints.release(lease, ending, at: now()) }
    serve()
  }

  /// Serves nobody any more.
  func close() {
    state.withLock { $0.isClosed = true }
    serve()
  }

  /// Gives servers to those who wait, as long as there are some of both. To all at once: where the first of them finds its server down,
  /// the others have tried, too, and none is held up for ever longer by those before it.
  private func serve() {
    let served = state.withLock { state in
      var served: [(CheckedContinuation<EndpointStates.Lease?, Never>, EndpointStates.Lease?)] = []
      while let next = state.nextServed(at: now()) { served.append(next) }
      return served
    }
    for (continuation, lease) in served { continuation.resume(returning: lease) }
    setAlarm()
  }

  /// Serves again when the next server has rested, where somebody waits for it.
  private func setAlarm() {
    let time: Double? = state.withLock { state in
      let now = now()
      guard !state.returning.isEmpty || !state.waiting.isEmpty,
        let time = state.endpoints.nextAwakening(after: now), time < state.alarm ?? .infinity
      else { return nil }
      state.alarm = time
      return time
    }
    guard let time else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + max(time - now(), 0)) { [self] in
      state.withLock { if $0.alarm == time { $0.alarm = nil } }
      serve()
    }
  }
}

/// Seconds on a clock that only goes forward.
func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

extension EndpointPool.State {
  fileprivate mutating func nextServed(
    at now: Double
  ) -> (CheckedContinuation<EndpointStates.Lease?, Never>, EndpointStates.Lease?)? {
    guard !returning.isEmpty || !waiting.isEmpty else { return nil }
    let lease = isClosed ? nil : endpoints.lease(at: now)
    guard isClosed || lease != nil else { return nil }
    guard let continuation = returning.next() ?? waiting.next() else { return nil }
    return (continuation, lease)
  }
}

/// Who waits, first come, first served.
private struct WaitingLine {
  private var line: [CheckedContinuation<EndpointStates.Lease?, Never>] = []
  private var served = 0

  var isEmpty: Bool { served == line.count }

  mutating func append(_ continuation: CheckedContinuation<EndpointStates.Lease?, Never>) {
    line.append(continuation)
  }

  mutating func next() -> CheckedContinuation<EndpointStates.Lease?, Never>? {
    guard served < line.count else { return nil }
    defer {
      served += 1
      if served == line.count || served > 1024 {
        line.removeFirst(served)
        served = 0
      }
    }
    return line[served]
  }
}
