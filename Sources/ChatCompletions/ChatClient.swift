// The door: a question in, a reply or a reason out, whatever the servers do meanwhile.

import HTTPClient
import RandomStreams
import Synchronization

/// A client for servers that speak OpenAI's chat-completions protocol.
///
/// Rate limits (429, or 503 with Retry-After) are waited out. 408, 409, 425, 5xx, broken connections, time limits and replies that
/// cannot be used are tried again after pauses that double, with jitter. Another 4xx ends the run: a wrong key or model must not burn
/// an hour. Only 400, 413 and 422 of a server that has answered this model's requests before concern that request alone, such as one
/// that is too long.
package final class ChatClient: Sendable {
  private let settings: ChatSettings
  private let addresses: [String]
  private let http: HTTPClient
  private let pool: EndpointPool
  private let pacer: Pacer
  private let state = Mutex(State())

  private struct State {
    /// How the servers take a schema; nil as long as nobody knows.
    var dialect: SchemaDialect?
    /// The servers, by index, that have answered.
    var answering: Set<Int> = []
  }

  package init(_ settings: ChatSettings) {
    self.settings = settings
    addresses = settings.urls.map(completionsAddress)
    var http = settings.http
    http.maximumConnections = max(settings.concurrency, 1)
    self.http = HTTPClient(http)
    pool = EndpointPool(
      count: addresses.count, concurrency: max(settings.concurrency, 1),
      firstPause: settings.firstPause, longestPause: settings.longestPause)
    pacer = Pacer(
      requestsPerMinute: settings.requestsPerMinute, tokensPerMinute: settings.tokensPerMinute)
  }

  /// Runs tasks that do little but ask and read replies.
  package var executor: any TaskExecutor { http.executor }

  /// Asks until there is a reply that can be used.
  ///
  /// - Parameter read: makes something of a reply, or says why it cannot be used.
  /// - Throws: what must end the run.
  package func complete<Value: Sendable>(
    _ request: ChatRequest, reading read: @Sendable (ChatReply) -> ReadReply<Value>
  ) async throws(ChatError) -> ChatOutcome<Value> {
    var jitter = RandomStream(seed: settings.seed, "retry", request.label)
    var attempts = 0
    var duration = Duration.zero
    var secondsLimited = 0.0
    var reason = ""
    func outcome(_ result: Result<Value, ChatFailure>) -> ChatOutcome<Value> {
      ChatOutcome(
        result: result, attempts: attempts, milliseconds: Int(duration / .milliseconds(1)))
    }
    while attempts < settings.attempts {
      attempts += 1
      let (attempt, server, took) = await call(request)
      duration += took
      switch attempt {
      case .reply(let reply):
        switch read(reply) {
        case .usable(let value): return outcome(.success(value))
        case .unusable(let fault): reason = fault
        }
      case .limited(let seconds):
        attempts -= 1
        let pause = seconds ?? settings.firstPause
        secondsLimited += pause
        guard secondsLimited <= settings.patience else {
          reason = "turned away by rate limits for \(Int(settings.patience)) s"
          return outcome(.failure(ChatFailure(reason: reason)))
        }
        // The server rests; whoever asks next waits for that.
        continue
      case .failed(let fault, _): reason = fault
      case .unusable(let reason): throw .unusable(url: addresses[server], reason: reason)
      case .refused(let status, let message):
        guard [400, 413, 422].contains(status), state.withLock({ $0.answering.contains(server) })
        else { throw .refused(url: addresses[server], status: status, message: message) }
        reason = "status \(status): \(message)"
        return outcome(.failure(ChatFailure(reason: reason)))
      }
      guard attempts < settings.attempts else { break }
      let pause = settings.firstPause * Double(1 << min(attempts - 1, 16))
      await sleep(min(pause, settings.longestPause) * (0.5 + 0.5 * jitter.uniform()))
    }
    return outcome(.failure(ChatFailure(reason: reason)))
  }

  /// One call, when there is a server that can be asked and leave to ask it.
  private func call(_ request: ChatRequest) async -> (Attempt, server: Int, Duration) {
    let lease = await pool.lease()
    let address = addresses[lease.index]
    // A token is about four bytes; what it really was is put right afterwards.
    let tokens = request.messages.reduce(settings.maximumTokens / 4) {
      $0 + $1.content.utf8.count / 4
    }
    let start = pacer.reserve(tokens: tokens)
    if start > .now { try? await Task.sleep(until: start) }

    let clock = ContinuousClock.now
    let known = state.withLock { $0.dialect }
    var dialect = settings.usesSchema ? known ?? .jsonSchema : .none
    var attempt = await post(request, dialect, to: address)
    while known == nil, dialect != .none, attempt.mayRefuseSchema {
      dialect = dialect.next
      attempt = await post(request, dialect, to: address)
    }
    switch attempt {
    case .reply(let reply):
      pool.release(lease, .worked)
      state.withLock { state in
        state.answering.insert(lease.index)
        if state.dialect == nil { state.dialect = dialect }
      }
      if let prompt = reply.promptTokens, let completion = reply.completionTokens {
        pacer.correct(by: prompt + completion - tokens)
      }
    case .limited(let seconds): pool.release(lease, .limited(seconds: seconds))
    case .failed(_, isServerDown: true): pool.release(lease, .isDown)
    case .failed, .refused, .unusable: pool.release(lease, .failed)
    }
    return (attempt, lease.index, ContinuousClock.now - clock)
  }

  private func post(
    _ request: ChatRequest, _ dialect: SchemaDialect, to address: String
  ) async -> Attempt {
    var headers = [(name: "Content-Type", value: "application/json")]
    if let key = settings.key { headers.append(("Authorization", "Bearer \(key.value)")) }
    let post = HTTPRequest(
      url: address, headers: headers, body: settings.body(of: request, dialect),
      totalLimit: settings.totalLimit, stallLimit: settings.stallLimit,
      maximumResponseBytes: settings.maximumResponseBytes)
    do throws(HTTPError) {
      var response = try await http.perform(post)
      // A server may quote the key that it was sent; nothing that is shown or logged must.
      if let key = settings.key { response.body = key.redacted(in: response.body) }
      return Attempt(.success(response))
    } catch {
      return Attempt(.failure(error))
    }
  }

  /// Nobody cancels these tasks, so a sleep that is cut short needs no care.
  private func sleep(_ seconds: Double) async {
    try? await Task.sleep(for: .seconds(seconds))
  }
}
