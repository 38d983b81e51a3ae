import ChatCompletions
import ModelServers
import Testing

@Suite("Which server is asked")
struct EndpointStatesTests {
  private func states(_ count: Int, concurrency: Int = 8) -> EndpointStates {
    EndpointStates(
      count: count, concurrency: concurrency,
      pauses: RetryPauses(first: 1, longest: 10, attempts: 4), longestWait: 900)
  }

  private func lease(
    _ states: inout EndpointStates, at time: Double
  ) throws -> EndpointStates.Lease {
    let lease = states.lease(at: time)
    return try #require(lease)
  }

  @Test("the one with the fewest requests under way, and no more at once than allowed")
  func leastOutstanding() throws {
    var states = states(3, concurrency: 7)
    let leases = (0..<7).compactMap { _ in states.lease(at: 0) }
    #expect(leases.map(\.index) == [0, 1, 2, 0, 1, 2, 0])
    #expect(states.lease(at: 0) == nil)
    states.release(leases[1], .worked, at: 1)
    #expect(states.lease(at: 1)?.index == 1)
  }

  @Test("one that is down rests, longer every time up to a limit, and a success forgets it")
  func rests() throws {
    var states = states(1)
    var time = 0.0
    for pause in [1.0, 2, 4, 8, 10, 10] {
      let lease = try lease(&states, at: time)
      states.release(lease, .isDown, at: time)
      #expect(states.lease(at: time + pause - 0.01) == nil)
      #expect(states.nextAwakening(after: time) == time + pause)
      time += pause
    }
    states.release(try lease(&states, at: time), .worked, at: time)
    states.release(try lease(&states, at: time), .isDown, at: time)
    #expect(states.nextAwakening(after: time) == time + 1)
  }

  @Test("the others are asked while one rests; many failures at once are one")
  func others() throws {
    var states = states(2)
    let leases = (0..<6).compactMap { _ in states.lease(at: 0) }
    for lease in leases where lease.index == 0 { states.release(lease, .isDown, at: 0.5) }
    #expect(states.nextAwakening(after: 0.5) == 1.5)
    #expect(states.lease(at: 0.6)?.index == 1)
    #expect(states.lease(at: 1.5)?.index == 0)
  }

  @Test("a rate limit makes it rest as long as it asked, then halves what it gets at once")
  func limited() throws {
    var states = states(1, concurrency: 8)
    let leases = (0..<8).compactMap { _ in states.lease(at: 0) }
    for lease in leases { states.release(lease, .limited(seconds: 3), at: 1) }
    #expect(states.lease(at: 3.9) == nil)
    var under = (0..<8).compactMap { _ in states.lease(at: 4) }
    #expect(under.count == 4)
    // Every reply allows a little more, up to what was asked for.
    for _ in 0..<100 {
      states.release(under.removeFirst(), .worked, at: 5)
      while let lease = states.lease(at: 5) { under.append(lease) }
    }
    #expect(under.count == 8)
  }

  @Test("a server that asks for a century is tried again after the longest wait")
  func absurdRetryAfter() throws {
    var states = states(1)
    states.release(try lease(&states, at: 0), .limited(seconds: 3e9), at: 0)
    #expect(states.nextAwakening(after: 0) == 900)
  }

  @Test("a server that asks for no pause gets none once, then pauses that double")
  func noPause() throws {
    var states = states(1)
    states.release(try lease(&states, at: 0), .limited(seconds: 0), at: 0)
    #expect(states.nextAwakening(after: 0) == nil)
    states.release(try lease(&states, at: 0), .limited(seconds: 0), at: 0)
    #expect(states.nextAwakening(after: 0) == 2)
    states.release(try lease(&states, at: 2), .limited(seconds: 0), at: 2)
    #expect(states.nextAwakening(after: 2) == 6)
    // A reply ends that.
    states.release(try lease(&states, at: 6), .worked, at: 6)
    states.release(try lease(&states, at: 6), .limited(seconds: 0), at: 6)
    #expect(states.nextAwakening(after: 6) == nil)
  }

  @Test(
    "a server that stays down for the pauses of one request's attempts is absent, until it replies")
  func absent() throws {
    var states = states(1)
    var time = 0.0
    // Four attempts have pauses of 1, 2 and 4 seconds.
    for pause in [1.0, 2, 4] {
      states.release(try lease(&states, at: time), .isDown, at: time)
      #expect(!states.areAbsent(at: time))
      time += pause
    }
    states.release(try lease(&states, at: time), .isDown, at: time)
    #expect(time == 7 && states.areAbsent(at: time))
    // It is looked for again after its rest; nobody waits meanwhile.
    #expect(states.areAbsent(at: time + 7.9) && !states.areAbsent(at: time + 8))
    let probe = try lease(&states, at: time + 8)
    states.release(probe, .worked, at: time + 8)
    states.release(try lease(&states, at: time + 8), .isDown, at: time + 8)
    #expect(!states.areAbsent(at: time + 8))
  }

  @Test(
    "a server that breaks every connection is absent, too; one that answers now and then is not")
  func broken() throws {
    var states = states(1)
    for time in [0.0, 1, 6] {
      states.release(try lease(&states, at: time), .lostConnection, at: time)
      #expect(states.nextAwakening(after: time) == nil)
    }
    states.release(try lease(&states, at: 7), .lostConnection, at: 7)
    #expect(states.areAbsent(at: 7.5))
    for time in stride(from: 10.0, to: 100, by: 5) {
      states.release(try lease(&states, at: time), .worked, at: time)
      states.release(try lease(&states, at: time), .lostConnection, at: time)
      #expect(!states.areAbsent(at: time))
    }
  }

  @Test("nobody is absent as long as another server may answer")
  func oneOfTwo() throws {
    var states = states(2, concurrency: 1)
    for time in [0.0, 7] {
      let first = try lease(&states, at: time)
      states.release(first, .isDown, at: time)
    }
    #expect(!states.areAbsent(at: 7))
  }
}

@Suite("Pacing")
struct PacerTests {
  @Test("spreads requests and tokens evenly over the minute")
  func spreads() {
    let now = ContinuousClock.now
    let byRequests = Pacer(requestsPerMinute: 120, tokensPerMinute: nil)
    let starts = (0..<4).map { _ in byRequests.reserve(tokens: 1000, at: now) - now }
    #expect(starts == [.zero, .seconds(0.5), .seconds(1), .seconds(1.5)])
    let byTokens = Pacer(requestsPerMinute: nil, tokensPerMinute: 6000)
    #expect(byTokens.reserve(tokens: 100, at: now) == now)
    #expect(byTokens.reserve(tokens: 100, at: now) - now == .seconds(1))
    // The request took 50 tokens less than was thought.
    byTokens.correct(by: -50)
    #expect(byTokens.reserve(tokens: 100, at: now) - now == .seconds(1.5))
  }
}

@Suite("Addresses and keys")
struct AddressTests {
  @Test(
    "a server's address gets what it lacks",
    arguments: [
      ("http://a:1", "http://a:1/v1/chat/completions"),
      ("http://a/v1/", "http://a/v1/chat/completions"),
      ("https://a/openai/v1", "https://a/openai/v1/chat/completions"),
      ("http://a/v1/chat/completions", "http://a/v1/chat/completions"),
      ("http://a?key=b/c", "http://a/v1/chat/completions?key=b/c"),
      (
        "https://a/openai/deployments/d/?api-version=1#part",
        "https://a/openai/deployments/d/chat/completions?api-version=1"
      ),
      ("http://a/v1/chat/completions?x=1", "http://a/v1/chat/completions?x=1"),
    ])
  func addresses(url: String, address: String) {
    #expect(apiAddress(url, "/chat/completions") == address)
  }

  @Test(
    "what stands beside a server's API is found from its address",
    arguments: ["http://a:1", "http://a:1/", "http://a:1/v1", "http://a:1/v1/"])
  func roots(url: String) {
    #expect(rootAddress(url, "/generate") == "http://a:1/generate")
    #expect(rootAddress(url + "?k=1", "/generate") == "http://a:1/generate?k=1")
    #expect(rootAddress(url + "?k=1", "/load?x=2") == "http://a:1/load?x=2&k=1")
  }

  @Test("a key shows itself in no description, and is none with a line break in it")
  func keys() throws {
    let key = try #require(APIKey("sk-4711"))
    #expect("\(key)" == "(a key)" && String(reflecting: key) == "(a key)")
    #expect(!String(describing: ["key": key]).contains("4711"))
    #expect(APIKey("a\r\nX-Other: 1") == nil && APIKey("") == nil)
    let header = try #require(RequestHeader(name: "X-Key", value: "sk-4711 and more"))
    #expect("\(header)" == "(the header X-Key)" && !String(reflecting: header).contains("4711"))
    #expect(RequestHeader(name: "X-Key", value: "a\nb") == nil)
    #expect(RequestHeader(name: "X Key", value: "a") == nil)
    #expect(RequestHeader(name: "", value: "a") == nil)
    var servers = ServerSettings()
    servers.key = key
    let settings = ChatSettings(servers, model: "m")
    #expect(!settings.description.contains("4711"))
  }
}
