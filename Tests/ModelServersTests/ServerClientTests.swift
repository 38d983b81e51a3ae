import Foundation
import HTTPClient
import ModelServers
import Synchronization
import TestSupport
import Testing

@Suite("Asking servers", .timeLimit(.minutes(3)))
struct ServerClientTests {
  private func client(
    _ server: LoopbackServer, _ change: (inout ServerSettings) -> Void = { _ in }
  ) throws -> ServerClient {
    var settings = ServerSettings()
    settings.urls = ["http://127.0.0.1:\(server.port)/v1?api-version=1"]
    settings.firstPause = 0.01
    settings.longestPause = 0.05
    change(&settings)
    return try ServerClient(settings, addresses: settings.urls.map { apiAddress($0, "/ask") })
  }

  private func ask(_ client: ServerClient, _ label: String = "a") async throws -> CallOutcome<
    String
  > {
    let call = ServerCall(label: label, tokens: 1, omittableMembers: ["seed"]) { _ in
      Array(label.utf8)
    }
    return try await client.ask(call) { body in
      .reply(.usable(String(decoding: body, as: UTF8.self)), tokens: nil)
    }
  }

  private func error(_ client: ServerClient) async -> ServerError? {
    do {
      _ = try await ask(client)
      return nil
    } catch {
      return error as? ServerError
    }
  }

  @Test("a refusal that may be of one request is its failure, and stands until there is a reply")
  func refusal() async throws {
    let server = try LoopbackServer { request in
      request.body == Data("bad".utf8)
        ? .respond(status: 400, body: Data("no".utf8)) : .respond(status: 200, body: Data("y".utf8))
    }
    defer { server.stop() }
    let client = try client(server)
    let refused = try await ask(client, "bad")
    #expect(refused.result == .failure(CallFailure(reason: "status 400: no")))
    guard case .refused(_, 400, "no", nil) = client.standingRefusal else {
      Issue.record("no refusal stands")
      return
    }
    #expect(try await ask(client, "good").result == .success("y"))
    #expect(client.standingRefusal == nil)
  }

  @Test("a log that holds a reply settles it, too")
  func knownReply() async throws {
    let server = try LoopbackServer { _ in .respond(status: 400, body: Data("no".utf8)) }
    defer { server.stop() }
    let client = try client(server)
    client.noteKnownReply()
    for _ in 0..<RefusalWatch.limit { _ = try await ask(client) }
    #expect(client.standingRefusal == nil)
  }

  @Test("where all are refused, the run ends after twenty")
  func allRefused() async throws {
    let body = #"{"error":{"message":"unknown member: seed"}}"#
    let server = try LoopbackServer { _ in .respond(status: 400, body: Data(body.utf8)) }
    defer { server.stop() }
    let client = try client(server)
    for _ in 1..<RefusalWatch.limit { _ = try await ask(client) }
    let found = await error(client)
    guard case .refused(_, 400, "unknown member: seed", "seed") = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect("\(found.map { "\($0)" } ?? "")".contains("'--omit seed'"))
  }

  @Test("an empty account ends the run with the provider's words")
  func quota() async throws {
    let body = #"{"error":{"message":"You are broke","code":"insufficient_quota"}}"#
    for status in [429, 200] {
      let server = try LoopbackServer { _ in .respond(status: 429, body: Data(body.utf8)) }
      defer { server.stop() }
      guard case .quotaIsSpent(_, "You are broke") = await error(try client(server)) else {
        Issue.record("status \(status)")
        return
      }
    }
  }

  @Test(
    "rate limits that let nothing through end the run once the patience is over, for all at once")
  func patience() async throws {
    let server = try LoopbackServer { _ in
      .respond(status: 429, headers: ["Retry-After-Ms": "20"], body: Data("full".utf8))
    }
    defer { server.stop() }
    let client = try client(server) { $0.patience = 0.3 }
    let start = ContinuousClock.now
    let found = await withTaskGroup(of: ServerError?.self) { group in
      for _ in 0..<20 { group.addTask { await error(client) } }
      return await group.reduce(into: [ServerError?]()) { $0.append($1) }
    }
    #expect(found.count == 20)
    for error in found {
      guard case .limited(_, 0.3, "status 429: full") = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test(
    "a server that says when to come back is not asked before",
    arguments: [
      (503, "Retry-After-Ms"), (429, "Retry-After-Ms"), (429, "X-RateLimit-Reset-Tokens"),
    ])
  func waits(status: Int, header: String) async throws {
    let times = Mutex<[ContinuousClock.Instant]>([])
    let server = try LoopbackServer { _ in
      let isFirst = times.withLock { times in
        times.append(.now)
        return times.count == 1
      }
      let value = header == "Retry-After-Ms" ? "300" : "300ms"
      return isFirst
        ? .respond(status: status, headers: [header: value], body: Data())
        : .respond(status: 200, body: Data("y".utf8))
    }
    defer { server.stop() }
    // One attempt must do: a call that a limit turned away is none.
    let outcome = try await ask(try client(server) { $0.attempts = 1 })
    #expect(outcome.result == .success("y") && outcome.attempts == 1)
    let asked = times.withLock { $0 }
    #expect(asked.count == 2 && asked[1] - asked[0] >= .seconds(0.3))
  }

  @Test(
    "an absent server fails all requests after the pauses of one, however few are asked at once",
    arguments: [1, 4, 32])
  func absent(concurrency: Int) async throws {
    let server = try LoopbackServer { _ in .silence(seconds: 0) }
    server.stop()
    let client = try client(server) {
      $0.concurrency = concurrency
      $0.attempts = 4
      $0.longestPause = 60
    }
    let start = ContinuousClock.now
    let outcomes = try await withThrowingTaskGroup(of: CallOutcome<String>.self) { group in
      for number in 0..<200 { group.addTask { try await ask(client, "\(number)") } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count == 200)
    for outcome in outcomes {
      guard case .failure(let failure) = outcome.result else {
        Issue.record("an absent server has answered")
        return
      }
      #expect(failure.reason.hasPrefix("cannot connect"), "\(failure.reason)")
    }
    // Three pauses of 0.07 s together, and the time that 200 tasks take.
    #expect(ContinuousClock.now - start < .seconds(30))
    #expect(outcomes.allSatisfy { $0.attempts <= 4 })
  }

  @Test("a server that closes every connection is given up as soon")
  func closes() async throws {
    let server = try LoopbackServer { _ in .silence(seconds: 0) }
    defer { server.stop() }
    let client = try client(server) {
      $0.concurrency = 2
      $0.attempts = 4
    }
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<100 { group.addTask { _ = try await ask(client, "\(number)") } }
      try await group.waitForAll()
    }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test("an error under the guise of a success is that error, with what it says about waiting")
  func disguisedError() async throws {
    let asked = Mutex(0)
    let server = try LoopbackServer { _ in
      let call = asked.withLock { asked in
        asked += 1
        return asked
      }
      return call == 1
        ? .respond(status: 200, body: Data("limited".utf8))
        : .respond(status: 200, body: Data("y".utf8))
    }
    defer { server.stop() }
    let call = ServerCall(label: "a", tokens: 1) { _ in [] }
    let outcome = try await client(server) { $0.attempts = 1 }.ask(call) {
      body -> ReadBody<String> in
      body == Array("limited".utf8)
        ? .error(status: 429) : .reply(.usable(String(decoding: body, as: UTF8.self)), tokens: nil)
    }
    #expect(outcome.result == .success("y") && outcome.attempts == 1)
  }

  @Test(
    "headers are sent, one of the user's own in place of the key's, and the query stays behind the path"
  )
  func headers() async throws {
    let received = Mutex<[ReceivedRequest]>([])
    let server = try LoopbackServer { request in
      received.withLock { $0.append(request) }
      return .respond(status: 200, body: Data("y".utf8))
    }
    defer { server.stop() }
    let key = try #require(APIKey("sk-key-4711"))
    let own = [("api-key", "value 1"), ("authorization", "Basic x")]
    for count in [1, 2] {
      let client = try client(server) { settings in
        settings.key = key
        settings.headers = own.prefix(count).compactMap { RequestHeader(name: $0.0, value: $0.1) }
      }
      _ = try await ask(client)
    }
    let requests = received.withLock { $0 }
    #expect(requests.map(\.path) == ["/v1/ask?api-version=1", "/v1/ask?api-version=1"])
    #expect(requests.map { $0.headers["api-key"] } == ["value 1", "value 1"])
    #expect(requests.map { $0.headers["authorization"] } == ["Bearer sk-key-4711", "Basic x"])
  }

  @Test(
    "nothing secret that a server quotes, however escaped, reaches a reason, an error or a note")
  func secrets() async throws {
    let notes = Mutex<[String]>([])
    let quoted = [
      #"sk-ke\/y\u003d4711"#, "hea%2Fder-4711", #"extra\u002D4711"#, "pass-4711", "query-4711",
      "dXNlcjpwYXNzLTQ3MTE=",
    ]
    let body = #"{"error":{"message":"\#(quoted.joined(separator: " "))"}}"#
    for status in [500, 400, 401] {
      let server = try LoopbackServer { _ in .respond(status: status, body: Data(body.utf8)) }
      defer { server.stop() }
      let client = try client(server) { settings in
        settings.urls = ["http://user:pass-4711@127.0.0.1:\(server.port)/v1?key=query-4711"]
        settings.key = APIKey("sk-ke/y=4711")
        settings.headers = [RequestHeader(name: "X", value: "hea/der-4711")].compactMap { $0 }
        settings.secrets = ["extra-4711"]
        settings.attempts = 2
        settings.tellOfTrouble = { note in notes.withLock { $0.append(note) } }
      }
      var said = ""
      do {
        said = "\(try await ask(client).result)"
      } catch {
        said = "\(error)"
      }
      #expect(!said.contains("4711") && said.contains("*****"), "\(said)")
    }
    let all = notes.withLock { $0 }
    #expect(!all.isEmpty && !all.contains { $0.contains("4711") }, "\(all)")
  }
}
