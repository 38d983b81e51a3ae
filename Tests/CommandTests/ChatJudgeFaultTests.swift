import Foundation
import JSONLines
import RandomStreams
import Synchronization
import TestSupport
import Testing

@Suite("srar-judge with a language model that fails", .serialized)
struct ChatJudgeFaultTests {
  @Test(
    "2,000 rollouts survive a server that misbehaves in every way: none lost, none invented, none twice"
  )
  func misbehaving() throws {
    let folder = try TemporaryFolder()
    let elsewhere = try LoopbackServer { _ in .respond(status: 200, body: Data()) }
    defer { elsewhere.stop() }
    let calls = Mutex(0)
    let last = Mutex<JudgedProblems.Question?>(nil)
    let server = try JudgedProblems.server { [port = elsewhere.port] question, _ in
      let call = calls.withLock { calls in
        calls += 1
        return calls
      }
      var random = RandomStream(seed: 7, "misbehaviour", call)
      let verdicts = JudgedProblems.verdicts(question)
      let good = JudgedProblems.completion(verdicts)
      let lies = verdicts.replacing("true", with: "-").replacing("false", with: "true")
        .replacing("-", with: "false")
      let other = last.withLock { last in
        defer { last = question }
        return last
      }
      func says(_ text: String) -> ServerAnswer {
        .respond(status: 200, body: JudgedProblems.completion(text))
      }
      switch random.integer(in: 0..<1000) {
      case 0..<3: return .respond(status: 429, headers: ["Retry-After": "1"], body: Data())
      case 3..<20: return .respond(status: 429, body: Data())
      case 20..<60: return .respond(status: 500, body: Data("oops".utf8))
      case 60..<70: return .respond(status: 503, body: Data(#"{"error":{"message":"busy"}}"#.utf8))
      case 70..<110: return .reset(body: good)
      case 110..<140: return .trickle(body: good, pieces: 10, pause: 0.01)
      case 140..<150: return .silence(seconds: 2)
      case 150..<190: return .respond(status: 200, body: good.prefix(good.count / 2))
      case 190..<230: return says("All criteria are met.")
      case 230..<270: return says(#"[{"id":99,"satisfied":true,"step":1}]"#)
      case 270..<300: return says(#"[{"id":"1","satisfied":"true","step":1}]"#)
      case 300..<305: return .respond(status: 200, body: Data(repeating: 0x20, count: 5 << 20))
      case 305..<340: return .respond(status: 200, body: Data([0x7B, 0x22, 0xFF, 0x22, 0x7D]))
      case 340..<370:
        return .respond(
          status: 302, headers: ["Location": "http://127.0.0.1:\(port)/steal"], body: Data())
      case 370..<400:
        // One verdict of two: the other must be asked for again.
        guard question.items.count == 2 else { return says(JudgedProblems.verdicts(question)) }
        let first = JudgedProblems.isSatisfied(question.number, item: 1)
        return says(#"```json [{"id": 1, "satisfied": \#(first), "step": 1}, {"id": 2, "sat"#)
      case 400..<430:
        return says(
          "<think>[{\"id\":1,\"satisfied\":true,\"step\":1}]</think>"
            + verdicts)
      case 430..<500:
        // A proxy that mixes up whom it answers.
        return says(other.map(JudgedProblems.verdicts) ?? "")
      case 500..<520: return says(lies.replacing(question.code, with: "0000000000000000"))
      case 520..<540: return says("<thinking>\(lies)</thinking>\n\(verdicts)")
      case 540..<560: return says("First draft: \(lies)\nFinal: \(verdicts)")
      case 560..<580: return says(lies + String(verdicts.drop { $0 != "[" }))
      case 580..<600:
        return says(
          verdicts.replacing("\"", with: "'").replacing("true", with: "True")
            .replacing("false", with: "False").replacing("}", with: ",}"))
      default: return .respond(status: 200, body: good)
      }
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(2000),
      [
        "--concurrency", "64", "--timeout", "1", "--attempts", "8", "--max-failures", "1", "--log",
        folder.path("log"),
      ], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    let judged = try expectAccounted(result, count: 2000)
    #expect(judged > 1900)
    #expect(result.errorText.contains("with another request's code or a made-up one"))
    // One line a rollout, whether it was judged or not, and one for every call that gave nothing to use.
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    let lines = try log.split(separator: "\n").map {
      try JSONDocument(parsing: Array($0.utf8)).root
    }
    let faults = lines.filter { $0["fault"] != nil }
    #expect(lines.count - faults.count == 2000)
    #expect(Set(faults.map { $0["status"]?.integer }) == [nil, 200, 302, 429, 500, 503])
    #expect(elsewhere.connectionCount == 0)
  }

  @Test("a server that dies and comes back loses nothing")
  func comesBack() throws {
    let folder = try TemporaryFolder()
    let count = Mutex(0)
    let dies = DispatchSemaphore(value: 0)
    let answer: @Sendable (ReceivedRequest) -> ServerAnswer = { request in
      guard let question = JudgedProblems.Question(request) else { return .silence(seconds: 0) }
      let isFortieth = count.withLock { count in
        count += 1
        return count == 40
      }
      if isFortieth { dies.signal() }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    let server = try LoopbackServer(answer: answer)
    let port = server.port
    let revived = Mutex<LoopbackServer?>(nil)
    Thread {
      dies.wait()
      server.stop()
      Thread.sleep(forTimeInterval: 0.3)
      for _ in 0..<50 {
        guard let again = try? LoopbackServer(port: port, answer: answer) else {
          Thread.sleep(forTimeInterval: 0.02)
          continue
        }
        return revived.withLock { $0 = again }
      }
    }.start()
    let result = try judge(
      server, JudgedProblems.stream(300), ["--concurrency", "8", "--attempts", "20"], in: folder)
    revived.withLock { $0?.stop() }
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 300) == 300)
  }

  @Test(
    "a refusal ends the run at once, with status 69 and the server's words",
    arguments: [(401, "wrong key"), (404, "no such model"), (400, "bad request")])
  func refused(status: Int, message: String) throws {
    let folder = try TemporaryFolder()
    let server = try LoopbackServer { _ in
      .respond(status: status, body: Data(#"{"error":{"message":"\#(message)"}}"#.utf8))
    }
    defer { server.stop() }
    let start = Date.now
    let result = try judge(server, JudgedProblems.stream(500), in: folder)
    #expect(result.status == 69)
    #expect(result.errorText.contains("status \(status): \(message)"), "\(result.errorText)")
    #expect(Date.now.timeIntervalSince(start) < 20)
  }

  @Test(
    "a prompt that is too long for a server that has answered is that rollout's failure, with the server's words",
    arguments: [400, 413, 422])
  func tooLong(status: Int) throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { question, _ in
      question.number == 20
        ? .respond(status: status, body: Data(#"{"error":{"message":"too long"}}"#.utf8)) : nil
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(40),
      ["--concurrency", "1", "--no-schema", "--log", folder.path("log")], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 40) == 39)
    #expect(result.text.contains(#""error":"status \#(status): too long""#))
  }

  @Test(
    "any other refusal ends the run also after successes, and so does one that too many prompts meet",
    arguments: [(401, 20), (402, 20), (403, 20), (404, 20), (410, 20), (451, 20), (400, 2)])
  func refusedLater(status: Int, from first: Int) throws {
    let folder = try TemporaryFolder()
    let asked = Mutex(0)
    let server = try JudgedProblems.server { question, _ in
      asked.withLock { $0 += 1 }
      guard question.number >= first else { return nil }
      return .respond(status: status, body: Data(#"{"error":{"message":"go away"}}"#.utf8))
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(500), ["--concurrency", "1", "--no-schema"], in: folder)
    #expect(result.status == 69)
    #expect(result.errorText.contains("status \(status): go away"), "\(result.errorText)")
    #expect(asked.withLock { $0 } < 100)
  }

  @Test("too many failures end the run with status 69, and the next run goes on from the log")
  func tooManyFailures() throws {
    let folder = try TemporaryFolder()
    let isBroken = Mutex(true)
    let asked = Mutex(0)
    let server = try JudgedProblems.server { question, _ in
      asked.withLock { $0 += 1 }
      guard question.number > 60, isBroken.withLock({ $0 }) else { return nil }
      return .respond(status: 500, body: Data("no".utf8))
    }
    defer { server.stop() }
    let more = [
      "--log", folder.path("log"), "--output", folder.path("out"), "--attempts", "2",
      "--concurrency", "4",
    ]
    let result = try judge(server, JudgedProblems.stream(200), more, in: folder)
    #expect(result.status == 69)
    #expect(result.errorText.contains("rollouts could not be judged"), "\(result.errorText)")
    #expect(try !folder.names.contains("out"))
    isBroken.withLock { $0 = false }
    asked.withLock { $0 = 0 }
    let again = try judge(server, JudgedProblems.stream(200), more, in: folder)
    #expect(again.status == 0, "\(again.errorText)")
    #expect(asked.withLock { $0 } == 140)
  }

  @Test(
    "a server that is not there is told of, and ends the run before all rollouts have been tried")
  func absentServer() throws {
    let folder = try TemporaryFolder()
    let server = try LoopbackServer { _ in .respond(status: 200, body: Data()) }
    server.stop()
    let result = try judge(
      server, JudgedProblems.stream(400),
      ["--log", folder.path("log"), "--attempts", "4", "--concurrency", "32"], in: folder)
    #expect(result.status == 69)
    let lines = result.errorText.split(separator: "\n")
    #expect(lines.count == 2, "\(result.errorText)")
    #expect(lines.first?.hasSuffix("such requests are tried again") == true)
    #expect(result.errorText.contains("rollouts could not be judged"), "\(result.errorText)")
    // The first are asked until the server counts as absent; then nothing waits for it.
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    let entries = try log.split(separator: "\n").map { try JSONDocument(parsing: Array($0.utf8)) }
    // Who is not asked has no call in the log.
    let calls = entries.count { $0.root["fault"] != nil }
    #expect(calls == entries.reduce(0) { $0 + ($1.root["attempts"]?.integer ?? 0) })
    #expect(entries.count { (1...4).contains($0.root["attempts"]?.integer ?? 0) } >= 32)
    #expect(entries.count { $0.root["attempts"]?.integer == 0 } >= 32)
  }

  @Test("a server that says when to come back is not asked before")
  func retryAfter() throws {
    let folder = try TemporaryFolder()
    let times = Mutex<[ContinuousClock.Instant]>([])
    let server = try JudgedProblems.server { _, _ in
      let isFirst = times.withLock { times in
        times.append(.now)
        return times.count == 1
      }
      return isFirst ? .respond(status: 429, headers: ["Retry-After": "1"], body: Data()) : nil
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(1), ["--attempts", "1"], in: folder)
    #expect(try expectAccounted(result, count: 1) == 1)
    #expect(result.errorText.contains("turns requests away by a rate limit"), "\(result.errorText)")
    let asked = times.withLock { $0 }
    #expect(asked.count == 2 && asked[1] - asked[0] >= .seconds(1))
  }
}
