import Foundation
import JSONLines
import Synchronization
import TestSupport
import Testing

@Suite("srar-judge with servers as they are", .serialized)
struct ChatJudgeServerTests {
  /// A body with that JSON.
  private func body(_ json: String) -> Data { Data(json.utf8) }

  private func message(_ text: String) -> String {
    let quoted = (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) }
    return quoted ?? ""
  }

  @Test(
    "a prompt that is refused first of all is that rollout's failure",
    arguments: [1, 32],
    [
      #"{"error":{"message":"no"}}"#,
      #"{"error":{"message":"x","code":"context_length_exceeded"}}"#,
      #"{"error":{"message":"x","code":"content_filter"}}"#,
    ])
  func firstRefused(concurrency: Int, reply: String) throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { question, _ in
      question.number == 1 ? .respond(status: 400, body: body(reply)) : nil
    }
    defer { server.stop() }
    let options = ["--concurrency", "\(concurrency)", "--log", folder.path("log")]
    let result = try judge(server, JudgedProblems.stream(40), options, in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 40) == 39)
    #expect(result.text.contains(#""error":"status 400: "#))
    // What the log holds says as well that the server takes such requests.
    let again = try judge(server, JudgedProblems.stream(40), options, in: folder)
    #expect(again.status == 0, "\(again.errorText)")
    #expect(try expectAccounted(again, count: 40) == 39)
  }

  @Test(
    "where every prompt is refused, the run ends with the server's words, however few there are")
  func allRefused() throws {
    let folder = try TemporaryFolder()
    let server = try LoopbackServer { _ in
      .respond(status: 400, body: Data(#"{"error":{"message":"no such thing"}}"#.utf8))
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(3), ["--max-failures", "1"], in: folder)
    #expect(result.status == 69)
    #expect(result.errorText.contains("status 400: no such thing"), "\(result.errorText)")
  }

  @Test("a refused member is named with the way to leave it out, and '--omit' does")
  func omit() throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { _, request in
      String(decoding: request.body, as: UTF8.self).contains(#""max_tokens""#)
        ? .respond(
          status: 400,
          body: body(
            #"{"error":{"message":"Unsupported parameter: 'max_tokens'","code":"unsupported_parameter"}}"#
          )) : nil
    }
    defer { server.stop() }
    let refused = try judge(server, JudgedProblems.stream(3), in: folder)
    #expect(refused.status == 69)
    #expect(refused.errorText.contains("'--omit max_tokens'"), "\(refused.errorText)")
    let result = try judge(
      server, JudgedProblems.stream(3),
      ["--omit", "max_tokens", "--extra-body", #"{"max_completion_tokens":99}"#], in: folder)
    #expect(try expectAccounted(result, count: 3) == 3, "\(result.errorText)")
    for (options, complaint) in [
      (["--omit", "messages"], "'--omit messages': only temperature, max_tokens"),
      (["--omit", "seed", "--extra-body", #"{"seed":1}"#], "both name 'seed'"),
    ] {
      let wrong = try judge(server, JudgedProblems.stream(1), options, in: folder)
      #expect(wrong.status == 64 && wrong.errorText.contains(complaint), "\(wrong.errorText)")
    }
  }

  @Test("every request says that it wants no stream")
  func stream() throws {
    let folder = try TemporaryFolder()
    let bodies = Mutex<[String]>([])
    let server = try JudgedProblems.server { _, request in
      bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
      return nil
    }
    defer { server.stop() }
    _ = try judge(server, JudgedProblems.stream(3), in: folder)
    let all = bodies.withLock { $0 }
    #expect(!all.isEmpty && all.allSatisfy { $0.contains(#""stream":false"#) })
  }

  @Test(
    "replies in other forms are read",
    arguments: [
      #"{"choices":[{"message":{"content":[{"type":"text","text":TEXT}]},"finish_reason":"stop"}]}"#,
      #"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"x"}]},{"type":"text","text":TEXT}]}}]}"#,
      #"{"choices":[{"message":{"content":TEXT,"reasoning":"long","reasoning_content":null}}]}"#,
      "data: {\"choices\":[{\"message\":{\"content\":TEXT}}]}\n\ndata: [DONE]\n\n",
      ": hello\n\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":TEXT},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[]}\n\ndata: [DONE]\n",
    ])
  func forms(reply: String) throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { question, _ in
      let text = message(JudgedProblems.verdicts(question))
      return .respond(status: 200, body: body(reply.replacing("TEXT", with: text)))
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(2), ["--attempts", "1"], in: folder)
    #expect(try expectAccounted(result, count: 2) == 2, "\(result.errorText) \(result.text)")
  }

  @Test(
    "a reply without an answer says why",
    arguments: [
      (
        #"{"choices":[{"message":{"content":null,"reasoning":"long"},"finish_reason":"length"}]}"#,
        "raise '--max-tokens'"
      ),
      (
        #"{"choices":[{"message":{"content":null,"reasoning_content":"x"},"finish_reason":"stop"}]}"#,
        "thoughts and no answer"
      ),
      (
        #"{"choices":[{"message":{"content":null,"refusal":"I will not"},"finish_reason":"stop"}]}"#,
        "the model refuses: I will not"
      ),
      (#"{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}"#, "filtered"),
      (#"{"error":{"message":"Provider is down","code":500}}"#, "status 500: Provider is down"),
      ("data: {\"error\":{\"message\":\"it broke\"}}\n\n", "status 500: it broke"),
    ])
  func silent(reply: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { _, _ in .respond(status: 200, body: body(reply)) }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(2),
      ["--attempts", "2", "--max-failures", "1", "--allow-no-effect"], in: folder)
    #expect(try expectAccounted(result, count: 2) == 0)
    #expect(result.text.contains(reason), "\(result.text)")
  }

  @Test("a rate limit under the guise of a success is waited out, with the provider's words")
  func disguisedLimit() throws {
    let folder = try TemporaryFolder()
    let calls = Mutex(0)
    let server = try JudgedProblems.server { _, _ in
      let call = calls.withLock { calls in
        calls += 1
        return calls
      }
      let error = #"{"error":{"message":"Provider returned error","code":429}}"#
      return call == 1 ? .respond(status: 200, body: body(error)) : nil
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(1), ["--attempts", "1"], in: folder)
    #expect(try expectAccounted(result, count: 1) == 1, "\(result.errorText)")
    #expect(
      result.errorText.contains("rate limit (status 429: Provider returned error)"),
      "\(result.errorText)")
  }

  @Test("an empty account ends the run with the provider's words")
  func quota() throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { _, _ in
      .respond(
        status: 429,
        body: body(#"{"error":{"message":"You are broke","type":"insufficient_quota"}}"#))
    }
    defer { server.stop() }
    let result = try judge(server, JudgedProblems.stream(3), in: folder)
    #expect(result.status == 69)
    #expect(result.errorText.contains("the quota is spent: You are broke"), "\(result.errorText)")
  }

  @Test("keys, headers and passwords that a server quotes are in no record, log, metric or message")
  func secrets() throws {
    let folder = try TemporaryFolder()
    let headers = Mutex<[[String: String]]>([])
    let quoted =
      #"sk\u002dvery\u002Dsecret\u002d4711 file-secret-0815 env-secret\/0815 literal-secret-0815 extra\u002dsecret\u002d0815 pass-secret-0815 query-secret-0815"#
    let server = try JudgedProblems.server { question, request in
      let count = headers.withLock { headers in
        headers.append(request.headers)
        return headers.count
      }
      // The first rollout's two attempts meet an error, which a message quotes; the log keeps the other replies.
      if count <= 2 {
        return .respond(status: 500, body: body(#"{"error":{"message":"\#(quoted)"}}"#))
      }
      let text = message(JudgedProblems.verdicts(question)).dropLast()
      return .respond(
        status: 200, body: body(#"{"choices":[{"message":{"content":\#(text) \#(quoted)"}}]}"#))
    }
    defer { server.stop() }
    try folder.write("file-secret-0815\n", to: "header")
    try folder.write(judgeKey + "\n", to: "key")
    let tool = try ToolProcess(
      "srar-judge",
      [
        "--url", "http://user:pass-secret-0815@127.0.0.1:\(server.port)/v1?key=query-secret-0815",
        "--model", "m", "--plain", "--api-key-file", folder.path("key"), "--retry-pause", "0.01",
        "--attempts", "2", "--concurrency", "1", "--max-failures", "1", "--log",
        folder.path("log"), "--metrics", folder.path("metrics"), "--header",
        "X-File=@" + folder.path("header"), "--header",
        "X-Environment=env:SRAR_TEST_HEADER", "--header=X-Literal=literal-secret-0815",
        "--extra-body", #"{"api_key":"extra-secret-0815"}"#,
      ], environment: ["SRAR_TEST_HEADER": "env-secret/0815"])
    tool.write(JudgedProblems.stream(4))
    let result = tool.finish(within: 60)
    #expect(result.status == 0, "\(result.errorText)")
    let sent = try #require(headers.withLock { $0 }.first)
    #expect(sent["x-file"] == "file-secret-0815" && sent["x-environment"] == "env-secret/0815")
    #expect(sent["x-literal"] == "literal-secret-0815")
    let written = try [
      result.text, result.errorText, String(contentsOfFile: folder.path("log"), encoding: .utf8),
      String(contentsOfFile: folder.path("metrics"), encoding: .utf8),
    ]
    for text in written {
      #expect(!text.contains("0815") && !text.contains("4711"), "\(text)")
      #expect(text.contains("*****"), "\(text)")
    }
  }

  @Test("a header that cannot be sent is refused, and its value not shown")
  func badHeader() throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server()
    defer { server.stop() }
    for (header, complaint) in [
      ("no-value-0815", "'--header' must be NAME=VALUE"), ("X Y=secret-0815", "'--header X Y'"),
      ("X=env:SRAR_NO_SUCH", "has no variable 'SRAR_NO_SUCH'"), ("X=", "'--header X'"),
    ] {
      let result = try judge(server, JudgedProblems.stream(1), ["--header", header], in: folder)
      #expect(result.status == 64)
      #expect(result.errorText.contains(complaint), "\(result.errorText)")
      #expect(!result.errorText.contains("0815"), "\(result.errorText)")
    }
  }

  @Test("a dead server ends the run after the pauses of one request's attempts")
  func dead() throws {
    let folder = try TemporaryFolder()
    let server = try LoopbackServer { _ in .silence(seconds: 0) }
    server.stop()
    for concurrency in ["1", "4", "32"] {
      let start = ContinuousClock.now
      let result = try judge(
        server, JudgedProblems.stream(300),
        ["--attempts", "4", "--concurrency", concurrency, "--retry-pause", "0.05"], in: folder)
      #expect(result.status == 69)
      // Pauses of 0.05, 0.1 and 0.2 s; the rest is what a debug build takes.
      #expect(ContinuousClock.now - start < .seconds(10), "--concurrency \(concurrency)")
    }
  }
}
