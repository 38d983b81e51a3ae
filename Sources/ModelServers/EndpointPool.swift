// Which server is asked next, and when.

import Dispatch
import Synchronization

/// Whom to ask, or why nobody.
enum EndpointTurn: Sendable {
  case server(EndpointStates.Lease)
  /// All servers are absent; the last failure says why.
  case absent(reason: String)
  /// Nobody is served any more.
  case closed
}

/// The servers, and who waits for one: those who were there before, then first come, first served. Where all servers are absent,
/// nobody waits.
final class EndpointPool: Sendable {
  fileprivate struct State {
    var endpoints: EndpointStates
    /// Why the last call that says something of its server failed.
    var lastFault = ""
    var returning = WaitingLine()
    var waiting = WaitingLine()
    /// When somebody looks for servers that have rested; nil where nobody does.
    var alarm: Double?
    var isClosed = false
  }

  private let state: Mutex<State>

  init(_ endpoints: EndpointStates) { state = Mutex(State(endpoints: endpoints)) }

  /// A server, when there is one to ask.
  ///
  /// - Parameter isRepeated: whether it is for a request that was sent before.
  func turn(isRepeated: Bool) async -> EndpointTurn {
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

  /// - Parameter fault: what happened, where it says something of the server.
  func release(
    _ lease: EndpointStates.Lease, _ ending: EndpointStates.Ending, fault: String? = nil
  ) {
    state.withLock { state in
      if let fault { state.lastFault = fault }
      state.endpoints.release(lease, ending, at: now())
    }
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
      var served: [(Waiting, EndpointTurn)] = []
      while let next = state.nextServed(at: now()) { served.append(next) }
      return served
    }
    for (waiting, turn) in served { waiting.resume(returning: turn) }
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
  fileprivate mutating func nextServed(at now: Double) -> (Waiting, EndpointTurn)? {
    guard !returning.isEmpty || !waiting.isEmpty, let turn = turn(at: now),
      let next = returning.next() ?? waiting.next()
    else { return nil }
    return (next, turn)
  }

  private mutating func turn(at now: Double) -> EndpointTurn? {
    if isClosed { return .closed }
    if let lease = endpoints.lease(at: now) { return .server(lease) }
    return endpoints.areAbsent(at: now) ? .absent(reason: lastFault) : nil
  }
}

/// Somebody who waits for a server.
private typealias Waiting = CheckedContinuation<EndpointTurn, Never>

/// Who waits, first come, first served.
private struct WaitingLine {
  private var line: [Waiting] = []
  private var served = 0

  var isEmpty: Bool { served == line.count }

  mutating func append(_ waiting: Waiting) { line.append(waiting) }

  mutating func next() -> Waiting? {
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
