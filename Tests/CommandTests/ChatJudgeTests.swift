import Foundation
import JSONLines
import RandomStreams
import Synchronization
import TestSupport
import Testing

@Suite("srar-judge with a language model", .serialized)
struct ChatJudgeTests {
  @Test("verdicts come through, the key is sent and shown nowhere, and a second run asks nobody")
  func works() throws {
    let folder = try TemporaryFolder()
    let asked = Mutex(0)
    let key = judgeKey
    let server = try LoopbackServer { request in
      asked.withLock { $0 += 1 }
      guard request.path == "/v1/chat/completions",
        request.headers["authorization"] == "Bearer \(key)",
        let question = JudgedProblems.Question(request)
      else { return .respond(status: 400, body: Data("{}".utf8)) }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    defer { server.stop() }
    let more = ["--log", folder.path("log"), "--metrics", folder.path("metrics")]
    let result = try judge(server, JudgedProblems.stream(50), more, in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 50) == 50)
    #expect(asked.withLock { $0 } == 50)
    let again = try judge(server, JudgedProblems.stream(50), more, in: folder)
    #expect(again.output == result.output)
    #expect(asked.withLock { $0 } == 50)
    for text in [result.text, result.errorText]
      + (try ["log", "metrics"].map { try String(contentsOfFile: folder.path($0), encoding: .utf8) })
    {
      #expect(!text.isEmpty && !text.contains(key))
    }
    // A replay needs no server, and no URL.
    let replay = try ToolProcess.run(
      "srar-judge",
      ["--judge", "chat", "--model", "m", "--plain", "--replay", folder.path("log")],
      input: JudgedProblems.stream(50))
    #expect(replay.output == result.output, "\(replay.errorText)")
  }

  @Test("the environment's proxy is asked for a server elsewhere, which nobody looks up")
  func proxy() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      String(decoding: JudgedProblems.stream(2), as: UTF8.self), to: "rollouts")
    let proxy = try LoopbackServer { request in
      guard request.path == "http://judge.invalid/v1/chat/completions",
        let question = JudgedProblems.Question(request)
      else { return .respond(status: 400, body: Data()) }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    defer { proxy.stop() }
    let result = try ToolProcess.shell(
      """
      http_proxy=http://127.0.0.1:\(proxy.port) srar-judge --url http://judge.invalid/v1 --model m --plain rollouts
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 2) == 2)
  }

  @Test("equal responses to a problem are asked about once")
  func equalResponses() throws {
    let folder = try TemporaryFolder()
    let asked = Mutex(0)
    let server = try LoopbackServer { request in
      guard let question = JudgedProblems.Question(request) else { return .silence(seconds: 0) }
      asked.withLock { $0 += 1 }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    defer { server.stop() }
    let lines = (1...3).flatMap { number in
      (0..<4).map {
        JudgedProblems.rollout(number).replacing(#""index":0"#, with: #""index":\#($0)"#)
      }
    }
    let result = try judge(
      server, Data((lines.joined(separator: "\n") + "\n").utf8),
      ["--metrics", folder.path("metrics")], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.components(separatedBy: #""status":"ok""#).count == 13)
    #expect(asked.withLock { $0 } == 3)
    let metrics = try String(contentsOfFile: folder.path("metrics"), encoding: .utf8)
    #expect(metrics.contains(#""calls":3"#), "\(metrics)")
  }

  @Test(
    "2,000 rollouts survive a server that misbehaves in every way: none lost, none invented, none twice"
  )
  func misbehaving() throws {
    let folder = try TemporaryFolder()
    let elsewhere = try LoopbackServer { _ in .respond(status: 200, body: Data()) }
    defer { elsewhere.stop() }
    let calls = Mutex(0)
    let server = try LoopbackServer { [port = elsewhere.port] request in
      guard let question = JudgedProblems.Question(request) else {
        return .respond(status: 400, body: Data("{}".utf8))
      }
      let call = calls.withLock { calls in
        calls += 1
        return calls
      }
      var random = RandomStream(seed: 7, "misbehaviour", call)
      let good = JudgedProblems.completion(JudgedProblems.verdicts(question))
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
            + JudgedProblems.verdicts(question))
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
    // One line a rollout, whether it was judged or not.
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    #expect(log.split(separator: "\n").count == 2000)
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

  @Test("too many failures end the run with status 69, and the next run goes on from the log")
  func tooManyFailures() throws {
    let folder = try TemporaryFolder()
    let isBroken = Mutex(true)
    let asked = Mutex(0)
    let server = try LoopbackServer { request in
      guard let question = JudgedProblems.Question(request) else { return .silence(seconds: 0) }
      asked.withLock { $0 += 1 }
      if question.number > 60, isBroken.withLock({ $0 }) {
        return .respond(status: 500, body: Data("no".utf8))
      }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
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

  @Test("a server that wants the schema in another form is found out once, whatever its status")
  func otherSchema() throws {
    let folder = try TemporaryFolder()
    let refused = Mutex(0)
    let server = try LoopbackServer { request in
      guard let question = JudgedProblems.Question(request) else { return .silence(seconds: 0) }
      guard
        String(decoding: request.body, as: UTF8.self)
          .contains(#""response_format":{"type":"json_object","schema":{"type":"object""#)
      else {
        refused.withLock { $0 += 1 }
        return .respond(
          status: 500, body: Data(#"{"error":{"message":"response_format: 'json_schema'"}}"#.utf8))
      }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(40), ["--concurrency", "1"], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 40) == 40)
    #expect(refused.withLock { $0 } == 1)
  }

  @Test("a server that takes no schema is asked once with it in each form, then without")
  func noSchema() throws {
    let folder = try TemporaryFolder()
    let withSchema = Mutex(0)
    let server = try LoopbackServer { request in
      guard let question = JudgedProblems.Question(request) else { return .silence(seconds: 0) }
      guard !question.hasSchema else {
        withSchema.withLock { $0 += 1 }
        return .respond(
          status: 400, body: Data(#"{"error":{"message":"response_format is unknown"}}"#.utf8))
      }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(40), ["--concurrency", "1"], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 40) == 40)
    #expect(withSchema.withLock { $0 } == 2)
  }

  @Test("a server that says when to come back is not asked before")
  func retryAfter() throws {
    let folder = try TemporaryFolder()
    let times = Mutex<[ContinuousClock.Instant]>([])
    let server = try LoopbackServer { request in
      guard let question = JudgedProblems.Question(request) else { return .silence(seconds: 0) }
      let isFirst = times.withLock { times in
        times.append(.now)
        return times.count == 1
      }
      return isFirst
        ? .respond(status: 429, headers: ["Retry-After": "1"], body: Data())
        : .respond(
          status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(1), ["--attempts", "1"], in: folder)
    #expect(try expectAccounted(result, count: 1) == 1)
    let asked = times.withLock { $0 }
    #expect(asked.count == 2 && asked[1] - asked[0] >= .seconds(1))
  }

  @Test("a record leaves the pipe while the reply to the next one is still awaited")
  func streams() throws {
    let folder = try TemporaryFolder()
    let hasLeft = DispatchSemaphore(value: 0)
    let waited = Mutex<DispatchTimeoutResult?>(nil)
    let server = try LoopbackServer { request in
      guard let question = JudgedProblems.Question(request) else { return .silence(seconds: 0) }
      if question.number == 2 {
        // The reply waits for the record before it to arrive at the other end.
        let result = hasLeft.wait(timeout: .now() + 60)
        waited.withLock { $0 = result }
      }
      return .respond(
        status: 200, body: JudgedProblems.completion(JudgedProblems.verdicts(question)))
    }
    defer { server.stop() }
    let tool = Process()
    tool.executableURL = ToolProcess.folder.appendingPathComponent("srar-judge")
    tool.arguments = ["--url", "http://127.0.0.1:\(server.port)", "--model", "m", "--plain"]
    let (input, output) = (Pipe(), Pipe())
    tool.standardInput = input
    tool.standardOutput = output
    tool.standardError = FileHandle(forWritingAtPath: try folder.write("", to: "errors"))
    try tool.run()
    // The input stays open: nobody has said that no third record comes.
    try input.fileHandleForWriting.write(contentsOf: JudgedProblems.stream(2))
    var received = Data()
    var lines = 0
    while lines < 2 {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      received.append(data)
      lines = received.count { $0 == 0x0A }
      if lines == 1 { hasLeft.signal() }
    }
    try input.fileHandleForWriting.close()
    tool.waitUntilExit()
    #expect(tool.terminationStatus == 0 && lines == 2)
    #expect(waited.withLock { $0 } == .success)
  }

  @Test("what is missing is said: the model, the server, marks of a prompt, an object")
  func usage() throws {
    let folder = try TemporaryFolder()
    try folder.write("Judge this.", to: "prompt")
    for (arguments, complaint) in [
      (["--judge", "chat"], "which model judges?"),
      (["--judge", "chat", "--model", "m"], "where is the judge?"),
      (["--url", "http://x", "--model", "m", "--prompt", folder.path("prompt")], "{{steps}}"),
      (["--url", "http://x", "--model", "m", "--extra-body", "[1]"], "must be a JSON object"),
    ] {
      let result = try ToolProcess.run("srar-judge", arguments, input: JudgedProblems.stream(1))
      #expect(result.status == 64)
      #expect(result.errorText.contains(complaint), "\(result.errorText)")
    }
  }
}
