// The door: a question in, a reply or a reason out, whatever the servers do meanwhile.

package import Diagnostics
internal import HTTPClient
import RandomStreams
internal import Secrets
import Synchronization

/// A client for several servers that answer alike.
///
/// Rate limits (429, or 503 with Retry-After) are waited out, for as long as the settings' patience lasts. Some faults are tried again
/// after pauses that double, with jitter: 408, 409, 425, 5xx, broken connections, time limits and replies that cannot be used.
/// Another 4xx ends the run: a wrong key or model must not burn an hour. 413, and 400, 403 and 422 about a request's content, concern
/// that request alone. `RefusalWatch` decides on other 400 and 422.
package final class ServerClient: Sendable {
  let settings: ServerSettings
  let addresses: [String]
  let http: HTTPClient
  let secrets: SecretMask
  let pool: EndpointPool
  let pacer: Pacer
  let state: Mutex<State>
  let readiness: Readiness?

  struct State {
    /// The form that the servers take; nil as long as nobody knows.
    var form: Int?
    var refusals = RefusalWatch()
    /// The first refusal that may concern every request.
    var firstRefusal: ServerError?
    var limits: LimitWatch
    var reports: TroubleReports
    var hasGivenUp = false
  }

  /// What makes a server ready before it is asked, with requests of its own.
  package typealias Preparation = @Sendable (ServerRequests) async -> PreparationFault?

  /// - Parameters:
  ///   - addresses: one for each of the settings' URLs.
  ///   - prepare: makes a server ready, at first and again whenever it was away; nil where all are.
  /// - Throws: `ThreadError` where the system gives no thread for the transfers.
  package init(
    _ settings: ServerSettings, addresses: [String], prepare: Preparation? = nil
  ) throws(ThreadError) {
    self.settings = settings
    self.addresses = addresses
    let secrets = settings.mask
    self.secrets = secrets
    state = Mutex(
      State(
        limits: LimitWatch(patience: settings.patience),
        reports: TroubleReports(count: addresses.count)))
    var http = settings.http
    http.maximumConnections = max(settings.concurrency, 1)
    let client = try HTTPClient(http)
    self.http = client
    pool = EndpointPool(
      EndpointStates(
        count: addresses.count, concurrency: max(settings.concurrency, 1), pauses: settings.pauses,
        longestWait: settings.patience))
    pacer = Pacer(
      requestsPerMinute: settings.requestsPerMinute, tokensPerMinute: settings.tokensPerMinute)
    readiness = prepare.map { prepare in
      Readiness { server in
        let requests = ServerRequests(
          url: settings.urls[server], settings: settings, secrets: secrets, http: client)
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

  /// A server's URL as it may be shown.
  func shownURL(_ server: Int) -> String { maskedURL(settings.urls[server]) }

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
              return .notReady(url: maskedURL(settings.urls[server]), reason: fault)
            case .failed(let fault, _): reason = fault
            default: reason = "it is away"
            }
            if attempt < settings.attempts - 1 {
              try? await Task.sleep(for: .seconds(settings.pauses.pause(after: attempt + 1)))
            }
          }
          return .notReady(url: maskedURL(settings.urls[server]), reason: reason)
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

  var hasGivenUp: Bool { state.withLock { $0.hasGivenUp } }

  /// Notes that a log holds a reply to a request of these settings: the servers have taken such requests.
  package func noteKnownReply() { state.withLock { $0.refusals.noteReply() } }

  /// The first refusal that may concern every request, as long as no request has had a reply.
  package var standingRefusal: ServerError? {
    state.withLock { $0.refusals.hasReply ? nil : $0.firstRefusal }
  }

  /// Asks until there is a reply that can be used.
  ///
  /// - Parameter read: makes something of a reply's body, or says why it cannot be used.
  /// - Throws: what must end the run.
  package func ask<Value: Sendable>(
    _ request: ServerCall, reading read: @escaping @Sendable ([UInt8]) -> ReadBody<Value>
  ) async throws(ServerError) -> CallOutcome<Value> {
    let kept = Kept<Value>()
    let end = try await watchedEnd(of: request) { body in
      switch read(body) {
      case .reply(.usable(let value), let tokens):
        kept.value = value
        return .usable(tokens: tokens)
      case .reply(.unusable(let reason), let tokens): return .unusable(reason, tokens: tokens)
      case .unreadable(let reason): return .failed(reason, .request)
      case .error(let status): return .error(status: status)
      case .outOfDate(let reason): return .failed(reason, .connection)
      }
    }
    let failure = Result<Value, CallFailure>.failure(CallFailure(reason: end.reason))
    return CallOutcome(
      result: kept.value.map { .success($0) } ?? failure, attempts: end.attempts,
      milliseconds: end.milliseconds)
  }

  /// What a reply came to, its value apart: code that knows no types of values is compiled once for all.
  enum Use {
    case usable(tokens: Int?)
    case unusable(String, tokens: Int?)
    case failed(String, Trouble)
    case error(status: Int)
  }

  typealias Reading = @Sendable ([UInt8]) -> Use

  /// What asking came to, where there is no value with a reason.
  private struct End {
    var attempts = 0
    var milliseconds = 0
    var reason = ""
    /// Set where the request was refused, and others might be.
    var refusal: ServerError?
  }

  /// Asks, and ends the run where the refusals so far leave no hope.
  private func watchedEnd(of request: ServerCall, _ read: Reading) async throws(ServerError) -> End
  {
    let number = state.withLock { $0.refusals.begin() }
    let result: Result<End, ServerError>
    do throws(ServerError) {
      result = .success(try await end(of: request, read))
    } catch {
      result = .failure(error)
    }
    let refusal = (try? result.get())?.refusal
    let hopeless = state.withLock { state in
      state.firstRefusal = state.firstRefusal ?? refusal
      state.refusals.end(number, isRefused: refusal != nil)
      return state.refusals.isHopeless ? state.firstRefusal : nil
    }
    if let hopeless { throw hopeless }
    return try result.get()
  }

  private func end(of request: ServerCall, _ read: Reading) async throws(ServerError) -> End {
    var jitter = RandomStream(seed: settings.seed, "retry", request.label)
    var end = End()
    var limits = (count: 0, start: 0.0)
    var isRepeated = false
    while end.attempts < settings.attempts {
      let call = await call(
        request, number: end.attempts + 1, isRepeated: isRepeated, read)
      isRepeated = true
      end.attempts += 1
      end.milliseconds += Int(call.took / .milliseconds(1))
      switch call.result {
      case .used: return end
      case .unused(let reason), .fault(.failed(let reason, _)): end.reason = reason
      case .fault(.limited(_, let message)):
        // Such a call does not count. The server rests; whoever asks next waits for that.
        end.attempts -= 1
        if limits.count == 0 { limits.start = now() }
        limits.count += 1
        try checkLimits(message, call.server)
        guard now() - limits.start < settings.patience || limits.count < settings.attempts else {
          end.reason = "turned away by rate limits for \(Int(settings.patience)) s: \(message)"
          return end
        }
        continue
      case .fault(.unusable(let reason)):
        throw .unusable(url: maskedURL(addresses[call.server]), reason: reason)
      case .fault(.notReady(let reason)):
        throw .notReady(url: shownURL(call.server), reason: reason)
      case .fault(.refused(let refusal)):
        end.refusal = try refused(refusal, call.server, request)
        end.reason = "status \(refusal.status): \(refusal.error.message)"
        return end
      case .fault(.reply): preconditionFailure("a reply is read where it comes")
      case .absent(let reason):
        end.attempts -= 1
        end.reason = reason
        return end
      case .notSent:
        end.attempts -= 1
        if end.reason.isEmpty { end.reason = "was not sent, since too many others failed" }
        return end
      }
      guard end.attempts < settings.attempts else { break }
      await rest(settings.pauses.pause(after: end.attempts) * (0.5 + 0.5 * jitter.uniform()))
    }
    return end
  }

  /// Ends the run where rate limits have let nothing through for too long.
  private func checkLimits(_ message: String, _ server: Int) throws(ServerError) {
    guard state.withLock({ $0.limits.isAtEnd(at: now()) }) else { return }
    throw .limited(url: shownURL(server), seconds: settings.patience, message: message)
  }

  /// What a refusal means beyond its request: nil where nothing, an error where perhaps the same for others.
  ///
  /// - Throws: where it certainly means the same for every other request.
  private func refused(
    _ refusal: Refusal, _ server: Int, _ request: ServerCall
  ) throws(ServerError) -> ServerError? {
    let url = maskedURL(addresses[server])
    if refusal.error.isAboutQuota {
      throw .quotaIsSpent(url: url, message: refusal.error.message)
    }
    let error = ServerError.refused(
      url: url, status: refusal.status, message: refusal.error.message,
      member: refusal.concern == .request
        ? nil : refusal.error.refusedMember(of: request.omittableMembers))
    switch refusal.concern {
    case .request: return nil
    case .unknown: return error
    case .everyRequest:
      let mayBeOfContent = [400, 422].contains(refusal.status)
      guard mayBeOfContent, state.withLock({ $0.refusals.hasReply }) else { throw error }
      return nil
    }
  }

  /// Waits, unless nothing more is sent anyway.
  func rest(_ seconds: Double) async {
    let end = now() + seconds
    while !hasGivenUp, case let rest = end - now(), rest > 0 {
      // Nobody cancels these tasks, so a sleep that is cut short needs no care.
      try? await Task.sleep(for: .seconds(min(rest, 0.5)))
    }
  }
}

/// What a reply was read as, for whoever asked.
private final class Kept<Value: Sendable>: @unchecked Sendable {
  // Set by one attempt after the other, and read after the last.
  var value: Value?
}
