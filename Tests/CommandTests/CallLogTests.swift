import Foundation
import JSONLines
import Synchronization
import TestSupport
import Testing

@Suite("The log of a language model's judge keeps every call", .serialized)
struct CallLogTests {
  private func lines(_ folder: TemporaryFolder) throws -> [JSONValue] {
    try String(contentsOfFile: folder.path("log"), encoding: .utf8).split(separator: "\n").map {
      try JSONDocument(parsing: Array($0.utf8)).root
    }
  }

  private func replay(_ log: String, _ count: Int, in folder: TemporaryFolder) throws
    -> ToolProcess.Result
  {
    try ToolProcess.run(
      "srar-judge",
      [
        "--judge", "chat", "--model", "m", "--plain", "--no-schema", "--max-failures", "1",
        "--replay", folder.path(log),
      ],
      input: JudgedProblems.stream(count))
  }

  /// What the first call about the problem of each number meets, and what the log says of it.
  private static let faults: [(answer: ServerAnswer, fault: String, status: Int?)] = [
    (
      .respond(status: 500, body: Data("no \(judgeKey) for you".utf8)),
      "status 500: no ***** for you", 500
    ),
    (
      .respond(status: 429, headers: ["Retry-After-Ms": "1"], body: Data("full".utf8)),
      "status 429: full", 429
    ),
    (.reset(body: JudgedProblems.completion("x")), "", nil),
    (.silence(seconds: 3), "", nil),
    (
      .respond(status: 200, body: Data(#"{"error":{"message":"it broke","code":502}}"#.utf8)),
      "status 502: it broke", 200
    ),
    (.respond(status: 200, body: Data("<html>busy</html>".utf8)), "the reply is not JSON: ", 200),
    (
      .respond(status: 302, headers: ["Location": "/"], body: Data()),
      "status 302: the server points elsewhere", 302
    ),
    (
      .respond(
        status: 200,
        body: Data(#"{"choices":[{"message":{"content":null},"finish_reason":"length"}]}"#.utf8)),
      "the reply was cut off before its answer", 200
    ),
    (.respond(status: 200, body: JudgedProblems.completion("No.")), "the reply has no entry", 200),
    (.respond(status: 413, body: Data("too long".utf8)), "status 413: too long", 413),
  ]

  @Test("those that fail too, with what was wrong; a replay passes over them")
  func faults() throws {
    let folder = try TemporaryFolder()
    let seen = Mutex<Set<Int>>([])
    let count = Self.faults.count
    let server = try JudgedProblems.server { question, _ in
      guard seen.withLock({ $0.insert(question.number).inserted }) else { return nil }
      return Self.faults[question.number - 1].answer
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(count),
      [
        "--concurrency", "1", "--timeout", "1", "--log", folder.path("log"), "--no-schema",
        "--max-failures", "1",
      ], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = try lines(folder)
    #expect(lines.count == 2 * count)
    for (number, expected) in Self.faults.enumerated() {
      let (fault, answer) = (lines[2 * number], lines[2 * number + 1])
      let reason = try #require(fault["fault"]?.string)
      #expect(!reason.isEmpty && reason.hasPrefix(expected.fault), "\(reason)")
      #expect(fault["status"]?.integer == expected.status, "\(reason)")
      #expect(fault["attempt"]?.integer == 1 && fault["latency_ms"]?.integer != nil)
      for member in ["request", "record", "judge"] {
        #expect(fault[member]?.string != nil && fault[member]?.string == answer[member]?.string)
      }
      #expect(fault["index"]?.integer == 0 && fault["record"]?.string == "p\(number + 1)")
      #expect(answer["fault"] == nil && answer["attempts"] != nil)
      // A call that a rate limit turned away does not count.
      let isFree = [429, 413].contains(expected.status)
      #expect(answer["attempts"]?.integer == (isFree ? 1 : 2), "\(reason)")
    }
    let slow = try #require(lines[6]["latency_ms"]?.integer)
    #expect((900..<2500).contains(slow))
    let replayed = try replay("log", count, in: folder)
    #expect(replayed.output == result.output, "\(replayed.errorText)")
    // Logs of older versions have the answers alone.
    let text = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    let old = text.split(separator: "\n").filter { !$0.contains(#""attempt":"#) }
    #expect(old.count == count)
    try folder.write(old.joined(separator: "\n") + "\n", to: "old")
    let older = try replay("old", count, in: folder)
    #expect(older.output == result.output && older.status == 0, "\(older.errorText)")
  }

  @Test("one whose refusal ends the run is kept, as are the forms that a server refuses")
  func endsRun() throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { question, _ in
      question.hasSchema
        ? .respond(status: 400, body: Data("no response_format".utf8))
        : .respond(status: 401, body: Data("wrong key".utf8))
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(1), ["--log", folder.path("log")], in: folder)
    #expect(result.status == 69)
    let lines = try lines(folder)
    #expect(lines.map { $0["status"]?.integer } == [400, 400, 401])
    #expect(
      lines.map { $0["fault"]?.string } == [
        "status 400: no response_format", "status 400: no response_format",
        "status 401: wrong key",
      ])
  }

  @Test("attempts are counted on where a reply left something out")
  func secondQuestion() throws {
    let folder = try TemporaryFolder()
    let calls = Mutex(0)
    let server = try JudgedProblems.server { question, _ in
      let call = calls.withLock { calls in
        calls += 1
        return calls
      }
      if call % 2 == 1 { return .respond(status: 500, body: Data("no".utf8)) }
      guard call == 2 else { return nil }
      let first = #"{"id":1,"satisfied":\#(JudgedProblems.isSatisfied(1, item: 1)),"step":1}"#
      return .respond(
        status: 200,
        body: JudgedProblems.completion(#"{"code":"\#(question.code)","verdicts":[\#(first)]}"#))
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(1), ["--log", folder.path("log")], in: folder)
    #expect(try expectAccounted(result, count: 1) == 1, "\(result.errorText)")
    let lines = try lines(folder)
    #expect(lines.map { $0["attempt"]?.integer } == [1, 3, nil])
    #expect(lines.last?["attempts"]?.integer == 4)
  }

  @Test("a log whose only lines are calls that failed answers nothing")
  func faultsAlone() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      #"{"request":"0","record":"p1","index":0,"judge":"m","attempt":1,"fault":"status 500: no","status":500,"latency_ms":1}"#
        + "\n", to: "log")
    let result = try replay("log", 1, in: folder)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(result.errorText.contains("the log has no answer of \"m\" for rollout 0"))
    #expect(!result.errorText.contains("cannot be read"), "\(result.errorText)")
  }
}
