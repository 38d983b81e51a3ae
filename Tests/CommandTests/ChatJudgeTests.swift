import Foundation
import JSONLines
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
    let server = try JudgedProblems.server { _, request in
      asked.withLock { $0 += 1 }
      guard request.path == "/v1/chat/completions",
        request.headers["authorization"] == "Bearer \(key)"
      else { return .respond(status: 400, body: Data("{}".utf8)) }
      return nil
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
    let proxy = try JudgedProblems.server { _, request in
      request.path == "http://judge.invalid/v1/chat/completions"
        ? nil : .respond(status: 400, body: Data())
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
    let server = try JudgedProblems.server { _, _ in
      asked.withLock { $0 += 1 }
      return nil
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

  @Test("a record leaves the pipe while the reply to the next one is still awaited")
  func streams() throws {
    let folder = try TemporaryFolder()
    let hasLeft = DispatchSemaphore(value: 0)
    let waited = Mutex<DispatchTimeoutResult?>(nil)
    let server = try JudgedProblems.server { question, _ in
      if question.number == 2 {
        // The reply waits for the record before it to arrive at the other end.
        let result = hasLeft.wait(timeout: .now() + 60)
        waited.withLock { $0 = result }
      }
      return nil
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

  @Test("a server that wants the schema in another form is found out once, whatever its status")
  func otherSchema() throws {
    let folder = try TemporaryFolder()
    let refused = Mutex(0)
    let server = try JudgedProblems.server { _, request in
      let form = #""response_format":{"type":"json_object","schema":{"type":"object""#
      guard !String(decoding: request.body, as: UTF8.self).contains(form) else { return nil }
      refused.withLock { $0 += 1 }
      return .respond(
        status: 500, body: Data(#"{"error":{"message":"response_format: 'json_schema'"}}"#.utf8))
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
    let server = try JudgedProblems.server { question, _ in
      guard question.hasSchema else { return nil }
      withSchema.withLock { $0 += 1 }
      return .respond(
        status: 400, body: Data(#"{"error":{"message":"response_format is unknown"}}"#.utf8))
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(40), ["--concurrency", "1"], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 40) == 40)
    #expect(withSchema.withLock { $0 } == 2)
  }
}
