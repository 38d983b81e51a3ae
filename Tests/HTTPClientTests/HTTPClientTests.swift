import Foundation
import HTTPClient
import Synchronization
import TestSupport
import Testing

@Suite("The HTTP client", .timeLimit(.minutes(2)))
struct HTTPClientTests {
  private func url(_ port: UInt16) -> String { "http://127.0.0.1:\(port)/" }

  private func error(
    _ request: HTTPRequest, _ settings: HTTPSettings = HTTPSettings()
  ) async throws -> HTTPError? {
    let client = try HTTPClient(settings)
    do throws(HTTPError) {
      _ = try await client.perform(request)
      return nil
    } catch {
      return error
    }
  }

  @Test("many requests at once, with bodies and without, on as many connections as are allowed")
  func manyAtOnce() async throws {
    let server = try LoopbackServer { request in
      .respond(status: 200, body: Data(request.path.utf8) + request.body)
    }
    defer { server.stop() }
    var settings = HTTPSettings()
    settings.maximumConnections = 8
    let client = try HTTPClient(settings)
    let bodies = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      for number in 0..<200 {
        group.addTask { [port = server.port] in
          // Some longer than what a socket takes at once.
          let body = number % 3 == 0 ? nil : [UInt8](repeating: 0x61, count: number * 997)
          let request = HTTPRequest(url: "http://127.0.0.1:\(port)/\(number)", body: body)
          return (number, try await client.perform(request).body)
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for number in 0..<200 {
      let count = number % 3 == 0 ? 0 : number * 997
      #expect(bodies[number] == Array("/\(number)".utf8) + [UInt8](repeating: 0x61, count: count))
    }
    #expect(server.connectionCount <= 8)
  }

  @Test("tasks run on the client's thread, and go on there after a request and after a pause")
  func executor() async throws {
    let server = try LoopbackServer { _ in .respond(status: 200, body: Data("yes".utf8)) }
    defer { server.stop() }
    let client = try HTTPClient()
    let address = url(server.port)
    let threads = try await Task(executorPreference: client.executor) {
      var threads = [thread()]
      _ = try await client.perform(HTTPRequest(url: address))
      threads.append(thread())
      try await Task.sleep(for: .milliseconds(5))
      return threads + [thread()]
    }.value
    // Another task of the client has the same thread, one of another client its own.
    let again = await Task(executorPreference: client.executor) { thread() }.value
    let other = try HTTPClient()
    let elsewhere = await Task(executorPreference: other.executor) { thread() }.value
    #expect(Set(threads + [again]).count == 1)
    #expect(elsewhere != again)
  }

  @Test("a connection that nobody accepts is given up after the connect limit")
  func connectLimit() async throws {
    guard let listener = FullListener() else {
      print("skipped: this system lets connections into a full queue")
      return
    }
    var settings = HTTPSettings()
    settings.connectLimit = 0.3
    let found = try await error(HTTPRequest(url: url(listener.port), totalLimit: 600), settings)
    guard case .unreachable = found else {
      Issue.record("expected no connection, got \(String(describing: found))")
      return
    }
  }

  @Test("a body that stops in the middle is given up after the stall limit")
  func stallLimit() async throws {
    let server = try LoopbackServer { _ in .stall(body: Data(repeating: 0x20, count: 1000)) }
    defer { server.stop() }
    let found = try await error(
      HTTPRequest(url: url(server.port), totalLimit: 600, stallLimit: 0.3))
    #expect(found == .stalled(seconds: 0.3))
  }

  @Test("a response that takes its time to begin, or trickles, is not stalled")
  func slowIsNotStalled() async throws {
    let asked = Mutex(0)
    let server = try LoopbackServer { _ in
      if asked.withLock({
        $0 += 1; return $0
      }) == 1 {
        Thread.sleep(forTimeInterval: 2)
        return .respond(status: 200, body: Data("late".utf8))
      }
      return .trickle(body: Data(repeating: 0x61, count: 40), pieces: 40, pause: 0.05)
    }
    defer { server.stop() }
    let client = try HTTPClient()
    let request = HTTPRequest(url: url(server.port), totalLimit: 600, stallLimit: 1.5)
    #expect(try await client.perform(request).body == Array("late".utf8))
    #expect(try await client.perform(request).body.count == 40)
  }

  @Test("a response that is not whole within the total limit is given up")
  func totalLimit() async throws {
    let server = try LoopbackServer { _ in .silence(seconds: 5) }
    defer { server.stop() }
    let found = try await error(HTTPRequest(url: url(server.port), totalLimit: 1, stallLimit: 600))
    #expect(found == .tooSlow(seconds: 1))
  }

  @Test("a closed port, a body that is too long and an address that is none are told apart")
  func otherErrors() async throws {
    let server = try LoopbackServer { _ in .respond(status: 200, body: Data(count: 5000)) }
    let address = url(server.port)
    #expect(
      try await error(HTTPRequest(url: address, maximumResponseBytes: 4999))
        == .tooLarge(limitBytes: 4999))
    server.stop()
    guard case .unreachable = try await error(HTTPRequest(url: address)) else {
      Issue.record("a closed port was reached")
      return
    }
    guard case .badAddress = try await error(HTTPRequest(url: "ftp://127.0.0.1/")) else {
      Issue.record("ftp was spoken")
      return
    }
  }
}

/// The thread that this runs on.
private func thread() -> UInt { UInt(pthread_self()) }
