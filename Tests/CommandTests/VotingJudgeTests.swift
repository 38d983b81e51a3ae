import Foundation
import JSONLines
import Synchronization
import TestSupport
import Testing

@Suite("srar-judge with several votes", .serialized)
struct VotingJudgeTests {
  private struct Judged {
    let status: String?
    let model: String?
    let satisfied: [Bool]
    let voters: Int?
    let answered: Int?
    let disagreement: Double?

    init(_ line: Substring) throws {
      let judge = try #require(try JSONDocument(parsing: Array(line.utf8)).root["judge"])
      status = judge["status"]?.string
      model = judge["model"]?.string
      satisfied = judge["verdicts"]?.elements?.compactMap { $0["satisfied"]?.boolean } ?? []
      voters = judge["voters"]?.integer
      answered = judge["answered"]?.integer
      disagreement = judge["disagreement"]?.double
    }
  }

  private func judged(_ result: ToolProcess.Result) throws -> [Judged] {
    try result.text.split(separator: "\n").map(Judged.init)
  }

  /// A judge that says of both items what it is told to.
  private func server(
    _ answer: @escaping @Sendable (JudgedProblems.Question, String) -> [Bool]?
  ) throws -> LoopbackServer {
    try LoopbackServer { request in
      guard let question = JudgedProblems.Question(request),
        let answer = answer(question, question.model)
      else { return .respond(status: 500, body: Data()) }
      let entries = answer.enumerated().map {
        #"{"id":\#($0.offset + 1),"satisfied":\#($0.element),"step":1}"#
      }
      return .respond(
        status: 200, body: JudgedProblems.completion("[\(entries.joined(separator: ","))]"))
    }
  }

  @Test(
    "three votes of a model: the majority counts, the disagreement is recorded, none is asked twice"
  )
  func votes() throws {
    let folder = try TemporaryFolder()
    let calls = Mutex<[Int: Int]>([:])
    let server = try server { question, _ in
      let call = calls.withLock { calls in
        calls[question.number, default: 0] += 1
        return calls[question.number, default: 0]
      }
      return [call != 1, true]
    }
    defer { server.stop() }
    let arguments = [
      "--url", "http://127.0.0.1:\(server.port)", "--model", "m", "--votes", "3", "--plain",
      "--log", folder.path("log"), "--metrics", folder.path("metrics"),
    ]
    let result = try ToolProcess.run("srar-judge", arguments, input: JudgedProblems.stream(20))
    #expect(result.status == 0, "\(result.errorText)")
    let records = try judged(result)
    #expect(records.count == 20)
    for record in records {
      #expect(record.status == "ok" && record.model == "m" && record.satisfied == [true, true])
      #expect(record.voters == 3 && record.answered == 3 && record.disagreement == 0.5)
    }
    #expect(result.errorText.contains("the voters disagree on 50.0 %"), "\(result.errorText)")
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    #expect(log.split(separator: "\n").count == 60)
    #expect(
      try String(contentsOfFile: folder.path("metrics"), encoding: .utf8)
        .contains(#""disagreement":0.5"#))
    // A killed run goes on vote by vote.
    try folder.write(
      log.split(separator: "\n").prefix(31).joined(separator: "\n") + "\n", to: "log")
    calls.withLock { $0 = [:] }
    let again = try ToolProcess.run("srar-judge", arguments, input: JudgedProblems.stream(20))
    #expect(again.status == 0, "\(again.errorText)")
    #expect(calls.withLock { $0.values.reduce(0, +) } == 29)
    let replay = try ToolProcess.run(
      "srar-judge",
      [
        "--judge", "chat", "--model", "m", "--votes", "3", "--plain", "--replay",
        folder.path("log"),
      ], input: JudgedProblems.stream(20))
    #expect(replay.output == again.output, "\(replay.errorText)")
  }

  @Test("models on servers of their own; one that fails has no vote")
  func models() throws {
    let first = try server { _, model in model == "a" || model == "b" ? [true, false] : nil }
    let second = try server { question, model in
      model == "org/c:8b" && question.number % 2 == 0 ? [false, false] : nil
    }
    defer {
      first.stop()
      second.stop()
    }
    let result = try ToolProcess.run(
      "srar-judge",
      [
        "--url", "http://127.0.0.1:\(first.port)", "--model", "a", "--model", "b", "--model",
        "org/c:8b=http://127.0.0.1:\(second.port)", "--plain", "--attempts", "1",
      ], input: JudgedProblems.stream(4))
    #expect(result.status == 0, "\(result.errorText)")
    let records = try judged(result)
    #expect(records.map(\.model) == Array(repeating: "a, b, org/c:8b", count: 4))
    #expect(records.map(\.satisfied) == Array(repeating: [true, false], count: 4))
    #expect(records.map(\.answered) == [2, 3, 2, 3])
    #expect(records.map(\.disagreement) == [0, 0.5, 0, 0.5])
  }

  @Test("where most voters fail there is no verdict")
  func quorum() throws {
    let server = try server { _, model in model == "a" ? [true, true] : nil }
    defer { server.stop() }
    let result = try ToolProcess.run(
      "srar-judge",
      [
        "--url", "http://127.0.0.1:\(server.port)", "--model", "a", "--model", "b", "--plain",
        "--attempts", "1", "--max-failures", "1", "--allow-no-effect",
      ], input: JudgedProblems.stream(3))
    #expect(result.status == 0, "\(result.errorText)")
    for record in try judged(result) {
      #expect(record.status == "failed" && record.satisfied.isEmpty && record.answered == 1)
    }
    #expect(result.text.contains("1 of 2 voters failed: status 500"), "\(result.text)")
  }
}
