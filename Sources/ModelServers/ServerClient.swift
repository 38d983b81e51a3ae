// The door: a question in, a reply or a reason out, whatever the servers do meanwhile.

internal import HTTPClient
import RandomStreams
import Synchronization

/// A client for several servers that answer alike.
///
/// Rate limits (429, or 503 with Retry-After) are waited out. 408, 409, 425, 5xx, broken connections, time limits and replies that
/// cannot be used are tried again after pauses that double, with jitter. Another 4xx ends the run: a wrong key or model must not burn
/// an hour. Only 400, 413 and 422 of a server that has answered before concern that request alone, such as one that is too long.
package final class ServerClient: Sendable {
  private let settings: ServerSettings
  private let addresses: [String]
  private let http: HTTPClient
  private let pool: EndpointPool
  private let pacer: Pacer
  private let state: Mutex<State>
  private let readiness: Readiness?

  private struct State {
    /// The form that the servers take; nil as long as nobody knows.
    var form: Int?
    /// The servers, by index, that have answered.
    var answering: Set<Int> = []
    var reports: TroubleReports
    var hasGivenUp = false
  }

  /// What makes a server ready before it is asked, with requests of its own.
  package typealias Preparation = @Sendable (ServerRequests) async -> PreparationFault?

  /// - Parameters:
  ///   - addresses: one for each of the settings' URLs.
  ///   - prepare: makes a server ready, at first and again whenever it was away; nil where all are.
  package init(
    _ settings: ServerSettings, addresses: [String], prepare: Preparation? = nil
  ) {
    self.settings = settings
    self.addresses = addresses
    state = Mutex(State(reports: TroubleReports(count: addresses.count)))
    var http = settings.http
    http.maximumConnections = max(settings.concurrency, 1)
    let client = HTTPClient(http)
    self.http = client
    pool = EndpointPool(
      count: addresses.count, concurrency: max(settings.concurrency, 1),
      firstPause: settings.firstPause, longestPause: settings.longestPause)
    pacer = Pacer(
      requestsPerMinute: settings.requestsPerMinute, tokensPerMinute: settings.tokensPerMinute)
    readiness = prepare.map { prepare in
      Readiness { server in
        let requests = ServerRequests(url: settings.urls[server], settings: settings, http: client)
        return await prepare(requests).map { fault in
          switch fault {
          case .away(let reason): .failed(reason, .server)
          case .refused(let reason): .notReady(reason)
          }
        }
      }
    }
  }

  /// Runs tasks that do little but ask and read replies.
  package var executor: any TaskExecutor { http.executor }

  /// Makes all servers ready, those that are away after as many attempts as a request has.
  package func prepareAll() async throws(ServerError) {
    guard let readiness else { return }
    let faults = await withTaskGroup(of: ServerError?.self) { [settings, addresses] group in
      for server in addresses.indices {
        group.addTask {
          var reason = ""
          for attempt in 0..<settings.attempts {
            switch await readiness.ensure(server) {
            case nil: return nil
            case .notReady(let fault):
              return .notReady(url: settings.urls[server], reason: fault)
            case .failed(let fault, _): reason = fault
            default: reason = "it is away"
            }
            if attempt < settings.attempts - 1 {
              try? await Task.sleep(for: .seconds(settings.pause(after: attempt + 1)))
            }
          }
          return .notReady(url: settings.urls[server], reason: reason)
        }
      }
      var faults: [ServerError] = []
      for await fault in group { if let fault { faults.append(fault) } }
      return faults
    }
    if let fault = faults.first { throw fault }
  }

  /// Sends nothing more. What is under way ends as it would; a request that waits for its turn or for another attempt ends with a failure.
  package func giveUp() {
    state.withLock { $0.hasGivenUp = true }
    pool.close()
  }

  private var hasGivenUp: Bool { state.withLock { $0.hasGivenUp } }

  /// Asks until there is a reply that can be used.
  ///
  /// - Parameter read: makes something of a reply's body, or says why it cannot be used.
  /// - Throws: what must end the run.
  package func ask<Value: Sendable>(
    _ request: ServerCall, reading read: @Sendable ([UInt8]) -> ReadBody<Value>
  ) async throws(ServerError) -> CallOutcome<Value> {
    let kept = Kept<Value>()
    let end = try await end(of: request) { body in
      switch read(body) {
      case .reply(.usable(let value), let tokens):
        kept.value = value
        return .usable(tokens: tokens)
      case .reply(.unusable(let reason), let tokens): return .unusable(reason, tokens: tokens)
      case .unreadable(let reason): return .failed(reason, .request)
      case .outOfDate(let reason): return .failed(reason, .connection)
      }
    }
    let failure = Result<Value, CallFailure>.failure(CallFailure(reason: end.reason))
    return CallOutcome(
      result: kept.value.map { .success($0) } ?? failure, attempts: end.attempts,
      milliseconds: end.milliseconds)
  }

  /// What a reply came to, its value apart: code that knows no types of values is compiled once for all.
  private enum Use {
    case usable(tokens: Int?)
    case unusable(String, tokens: Int?)
    case failed(String, Trouble)
  }

  /// What asking came to, where there is no value with a reason.
  private struct End {
    var attempts = 0
    var milliseconds = 0
    var reason = ""
  }

  private func end(
    of request: ServerCall, _ read: @Sendable ([UInt8]) -> Use
  ) async throws(ServerError) -> End {
    var jitter = RandomStream(seed: settings.seed, "retry", request.label)
    var end = End()
    var secondsLimited = 0.0
    var isRepeated = false
    while end.attempts < settings.attempts {
      end.attempts += 1
      let (outcome, server, took): (ReadAttempt?, Int, Duration) = await call(
        request, isRepeated: isRepeated, read)
      isRepeated = true
      end.milliseconds += Int(took / .milliseconds(1))
      switch outcome {
      case .used: return end
      case .fault(.limited(let seconds)):
        end.attempts -= 1
        secondsLimited += seconds ?? settings.firstPause
        guard secondsLimited <= settings.patience else {
          end.reason = "turned away by rate limits for \(Int(settings.patience)) s"
          return end
        }
        // The server rests; whoever asks next waits for that.
        continue
      case .unused(let reason), .fault(.failed(let reason, _)): end.reason = reason
      case .fault(.unusable(let reason)):
        throw .unusable(url: addresses[server], reason: reason)
      case .fault(.notReady(let reason)):
        throw .notReady(url: settings.urls[server], reason: reason)
      case .fault(.refused(let status, let message)):
        guard [400, 413, 422].contains(status), state.withLock({ $0.answering.contains(server) })
        else { throw .refused(url: addresses[server], status: status, message: message) }
        end.reason = "status \(status): \(message)"
        return end
      case .fault(.reply): preconditionFailure("a reply is read where it comes")
      case nil:
        end.attempts -= 1
        if end.reason.isEmpty { end.reason = "was not sent, since too many others failed" }
        return end
      }
      guard end.attempts < settings.attempts else { break }
      await rest(settings.pause(after: end.attempts) * (0.5 + 0.5 * jitter.uniform()))
    }
    return end
  }

  /// Waits, unless nothing more is sent anyway.
  private func rest(_ seconds: Double) async {
    let end = now() + seconds
    while !hasGivenUp, case let rest = end - now(), rest > 0 {
      // Nobody cancels these tasks, so a sleep that is cut short needs no care.
      try? await Task.sleep(for: .seconds(min(rest, 0.5)))
    }
  }

  /// What one call came to, its reply read.
  private enum ReadAttempt {
    case used
    case unused(String)
    case fault(Attempt)
  }

  /// One call, when there is a server that can be asked and leave to ask it; nil where nothing more is sent.
  private func call(
    _ request: ServerCall, isRepeated: Bool, _ read: @Sendable ([UInt8]) -> Use
  ) async -> (ReadAttempt?, server: Int, Duration) {
    guard let lease = await pool.lease(isRepeated: isRepeated) else { return (nil, 0, .zero) }
    let start = pacer.reserve(tokens: request.tokens)
    await rest((start - .now) / .seconds(1))
    guard !hasGivenUp else {
      pool.release(lease, .failed)
      return (nil, lease.index, .zero)
    }

    let clock = ContinuousClock.now
    let (attempt, form) = await attempt(request, lease.index)
    let took = ContinuousClock.now - clock
    var fault = attempt
    if case .reply(let body) = attempt {
      let use = read(body)
      if case .failed(let reason, let trouble) = use {
        fault = .failed(reason, trouble)
      } else {
        pool.release(lease, .worked)
        state.withLock { state in
          state.answering.insert(lease.index)
          state.reports.noteReply(from: lease.index, at: now())
          if state.form == nil { state.form = form }
        }
        switch use {
        case .usable(let tokens), .unusable(_, let tokens):
          if let tokens { pacer.correct(by: tokens - request.tokens) }
        case .failed: break
        }
        if case .unusable(let reason, _) = use { return (.unused(reason), lease.index, took) }
        return (.used, lease.index, took)
      }
    }
    switch fault {
    case .limited(let seconds):
      tell(of: lease.index, "turns requests away by a rate limit; they wait")
      pool.release(lease, .limited(seconds: seconds))
    case .failed(let reason, let trouble):
      tell(of: lease.index, "\(reason); such requests are tried again")
      switch trouble {
      case .server:
        await readiness?.wasAway(lease.index)
        pool.release(lease, .isDown)
      case .connection:
        // That may be all that is seen of a server that starts anew.
        await readiness?.wasAway(lease.index)
        pool.release(lease, .failed)
      case .request: pool.release(lease, .failed)
      }
    case .refused, .unusable, .notReady, .reply: pool.release(lease, .failed)
    }
    return (.fault(fault), lease.index, took)
  }

  private func tell(of server: Int, _ trouble: String) {
    guard state.withLock({ $0.reports.isDue(server, at: now()) }) else { return }
    settings.tellOfTrouble("\(settings.urls[server]): \(trouble)")
  }

  /// One call of that server, in the first form that it takes.
  private func attempt(_ request: ServerCall, _ server: Int) async -> (Attempt, form: Int) {
    if let fault = await readiness?.ensure(server) { return (fault, 0) }
    let requests = ServerRequests(url: addresses[server], settings: settings, http: http)
    let known = state.withLock { $0.form }
    var form = known ?? 0
    var attempt = await requests.send(request.body(form))
    while known == nil, form < request.formCount - 1, attempt.mayRefuseForm(request.formWords) {
      form += 1
      attempt = await requests.send(request.body(form))
    }
    return (attempt, form)
  }
}

/// What a reply was read as, for whoever asked.
private final class Kept<Value: Sendable>: @unchecked Sendable {
  // Set by one attempt after the other, and read after the last.
  var value: Value?
}

extension ServerSettings {
  /// Seconds to wait after so many attempts.
  func pause(after attempts: Int) -> Double {
    min(firstPause * Double(1 << min(attempts - 1, 16)), longestPause)
  }
}
