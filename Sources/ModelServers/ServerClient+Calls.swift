// One call of one server, and what the call says about the server.

internal import HTTPClient
import Secrets
import Synchronization

extension ServerClient {
  /// What one call came to, its reply read.
  struct ReadCall {
    enum Result {
      case used
      case unused(String)
      case fault(Attempt)
      /// No server is there to be asked.
      case absent(reason: String)
      /// Nothing more is sent.
      case notSent
    }

    let result: Result
    var server = 0
    var took = Duration.zero
  }

  /// Makes one call once a server and a pacing slot are free.
  ///
  /// - Parameter number: of the attempt that it is, from 1.
  func call(_ request: ServerCall, number: Int, isRepeated: Bool, _ read: Reading) async -> ReadCall
  {
    let lease: EndpointStates.Lease
    switch await pool.turn(isRepeated: isRepeated) {
    case .server(let server): lease = server
    case .absent(let reason): return ReadCall(result: .absent(reason: reason))
    case .closed: return ReadCall(result: .notSent)
    }
    let start = pacer.reserve(tokens: request.tokens)
    await rest((start - .now) / .seconds(1))
    guard !hasGivenUp else {
      pool.release(lease, .failed)
      return ReadCall(result: .notSent)
    }

    let clock = ContinuousClock.now
    let (sent, form) = await send(request, number: number, lease.index)
    let took = ContinuousClock.now - clock
    func note(_ reason: String?) {
      guard let reason else { return }
      noteFault(reason, sent, number, request)
    }
    var fault = sent.attempt
    if case .reply(let response) = fault {
      switch await use(of: response.body, request, read) {
      case .failed(let reason, let trouble): fault = .failed(reason, trouble)
      case .error(let status):
        var response = response
        response.body = secrets.masked(response.body)
        fault = Attempt(error: status, response)
      case .usable(let tokens):
        noteReply(lease, request, form: form, tokens: tokens)
        return ReadCall(result: .used, server: lease.index, took: took)
      case .unusable(let reason, let tokens):
        noteReply(lease, request, form: form, tokens: tokens)
        note(reason)
        return ReadCall(result: .unused(reason), server: lease.index, took: took)
      }
    }
    note(fault.reason)
    await release(lease, fault)
    return ReadCall(result: .fault(fault), server: lease.index, took: took)
  }

  /// Reads a reply, away from the thread of the transfers where that takes long.
  private func use(of body: [UInt8], _ request: ServerCall, _ read: Reading) async -> Use {
    guard request.isLongToRead else { return read(body) }
    return await withTaskExecutorPreference(globalConcurrentExecutor) { read(body) }
  }

  private func noteReply(
    _ lease: EndpointStates.Lease, _ request: ServerCall, form: Int, tokens: Int?
  ) {
    pool.release(lease, .worked)
    state.withLock { state in
      state.refusals.noteReply()
      state.limits.noteReply()
      state.reports.noteReply(from: lease.index, at: now())
      if state.form == nil { state.form = form }
    }
    if let tokens { pacer.correct(by: tokens - request.tokens) }
  }

  /// Gives a server back after a call that failed.
  private func release(_ lease: EndpointStates.Lease, _ fault: Attempt) async {
    switch fault {
    case .limited(let seconds, let message):
      tell(of: lease.index, "turns requests away by a rate limit (\(message)); they wait")
      pool.release(lease, .limited(seconds: seconds))
    case .failed(let reason, let trouble):
      tell(of: lease.index, "\(reason); such requests are tried again")
      switch trouble {
      case .server:
        await readiness?.wasAway(lease.index)
        pool.release(lease, .isDown, fault: reason)
      case .connection:
        // That may be all that is seen of a server that starts anew.
        await readiness?.wasAway(lease.index)
        pool.release(lease, .lostConnection, fault: reason)
      case .request: pool.release(lease, .failed)
      }
    case .refused, .unusable, .notReady, .reply: pool.release(lease, .failed)
    }
  }

  private func tell(of server: Int, _ trouble: String) {
    guard state.withLock({ $0.reports.isDue(server, at: now()) }) else { return }
    settings.tellOfTrouble("\(shownURL(server)): \(trouble)")
  }

  /// What was sent to a server, and what came of it.
  private struct Sent {
    let attempt: Attempt
    /// The response's; nil where none came.
    var status: Int?
    /// nil where nothing was sent, since the server could not be made ready.
    var took: Duration?
  }

  /// Tells whoever asked of a call that gave nothing to use.
  private func noteFault(_ reason: String, _ sent: Sent, _ number: Int, _ request: ServerCall) {
    guard let took = sent.took else { return }
    request.noteFault(
      CallFault(
        attempt: number, reason: secrets.masked(reason), status: sent.status,
        milliseconds: Int(took / .milliseconds(1))))
  }

  /// One call of that server, in the first form that it takes.
  private func send(
    _ request: ServerCall, number: Int, _ server: Int
  ) async -> (Sent, form: Int) {
    if let fault = await readiness?.ensure(server) { return (Sent(attempt: fault), 0) }
    let requests = ServerRequests(
      url: addresses[server], settings: settings, secrets: secrets, http: http)
    let known = state.withLock { $0.form }
    var form = known ?? 0
    while true {
      let start = ContinuousClock.now
      let (attempt, status) = await requests.send(request.body(form))
      let sent = Sent(attempt: attempt, status: status, took: ContinuousClock.now - start)
      guard known == nil, form < request.formCount - 1, let reason = attempt.reason,
        attempt.mayRefuseForm(request.formWords)
      else { return (sent, form) }
      noteFault(reason, sent, number, request)
      form += 1
    }
  }
}
