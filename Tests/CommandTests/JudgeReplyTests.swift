import Foundation
import JSONLines
import Synchronization
import TestSupport
import Testing

@Suite("What tools make of the text of replies", .serialized)
struct JudgeReplyTests {
  /// A tool that asks a language model about one problem, "Problem x.".
  struct Asking: Sendable, CustomTestStringConvertible {
    let tool: String
    let arguments: [String]
    let input: String
    /// The true entries, and others.
    let right: String
    let wrong: String
    /// What the output has of the true entries alone.
    let sign: String

    var testDescription: String { ([tool] + arguments).joined(separator: " ") }
  }

  private static let rollout =
    #""rollout":{"index":0,"response":"So.\n### Step 1: a\n1 + 1 = 2","steps":[{"number":1,"label":"1","bytes":[4,27]}]}"#
  private static let problem =
    #""problem":"Problem x.","ground_truth":"2","rubric":[{"id":1,"type":"SUGGEST","text":"Adds."},{"id":2,"type":"ANSWER","text":"2."}]"#

  static let askings = [
    Asking(
      tool: "srar-judge", arguments: ["--allow-no-effect"],
      input: "{\"id\":\"x\",\(problem),\(rollout)}\n",
      right: #"{"id":1,"satisfied":true,"step":1}"#,
      wrong: #"{"id":1,"satisfied":false,"step":0}"#,
      sign: #""verdicts":[{"id":1,"satisfied":true,"step":1}]"#),
    Asking(
      tool: "srar-judge", arguments: ["steps"], input: "{\"id\":\"x\",\(problem),\(rollout)}\n",
      right: #"{"number":1,"correct":true}"#, wrong: #"{"number":1,"correct":false}"#,
      sign: #""steps":[{"number":1,"correct":true}]"#),
    Asking(
      tool: "srar-judge", arguments: ["rubrics", "--unfit", "keep"],
      input: "{\"id\":\"x\",\(problem)}\n",
      right:
        #"{"id":1,"right":true,"relevant":true,"type_apt":true},{"id":2,"right":true,"relevant":true,"type_apt":true}"#,
      wrong:
        #"{"id":1,"right":false,"relevant":true,"type_apt":true},{"id":2,"right":true,"relevant":true,"type_apt":true}"#,
      sign: #""items":[{"id":1,"right":true,"relevant":true,"type_apt":true},"#),
    Asking(
      tool: "srar-prep", arguments: ["distill", "--one-sided"],
      input:
        "{\"id\":\"x\",\(problem),\(rollout),\"reward\":{\"correct\":true,\"format\":true,\"base\":1,\"looping\":false}}\n",
      right:
        #"{"id":1,"type":"SUGGEST","text":"Computes \frac{1}{2}, \times and \nu \neq 3."},{"id":2,"type":"ANSWER","text":"\(37\)"}"#,
      wrong:
        #"{"id":1,"type":"SUGGEST","text":"Guesses."},{"id":2,"type":"ANSWER","text":"3"}"#,
      sign:
        #""rubric":[{"id":1,"type":"SUGGEST","text":"Computes \\frac{1}{2}, \\times and \\nu \\neq 3."},{"id":2,"type":"ANSWER","text":"\\(37\\)"}]"#
    ),
  ]

  /// Runs a tool against a server whose replies are made of `RIGHT`, `WRONG` and `CODE`; the last one is given for good.
  private func run(
    _ asking: Asking, replies: [String], _ more: [String] = [], in folder: TemporaryFolder
  ) throws -> (result: ToolProcess.Result, bodies: [Data], metrics: String) {
    let bodies = Mutex<[Data]>([])
    let server = try LoopbackServer { request in
      let body = String(decoding: request.body, as: UTF8.self)
      guard let code = body.firstMatch(of: /"code\\", which is \\"([0-9a-f]+)\\"/)?.1 else {
        return .respond(status: 400, body: Data("{}".utf8))
      }
      let number = bodies.withLock { bodies in
        bodies.append(request.body)
        return bodies.count
      }
      let text = replies[min(number, replies.count) - 1].replacing("CODE", with: code)
        .replacing("RIGHT", with: asking.right).replacing("WRONG", with: asking.wrong)
      return .respond(status: 200, body: JudgedProblems.completion(text))
    }
    defer { server.stop() }
    let result = try ToolProcess.run(
      asking.tool,
      asking.arguments + [
        "--url", "http://127.0.0.1:\(server.port)", "--model", "m", "--plain", "--retry-pause",
        "0.01", "--attempts", "3", "--max-failures", "1", "--log", folder.path("log"),
        "--metrics", folder.path("metrics"),
      ] + more, input: Data(asking.input.utf8))
    let metrics = try String(contentsOfFile: folder.path("metrics"), encoding: .utf8)
    return (result, bodies.withLock { $0 }, metrics)
  }

  @Test(
    "a reply with another's code is asked for again in other words, counted, reported and logged",
    arguments: askings)
  func foreignCode(asking: Asking) throws {
    let folder = try TemporaryFolder()
    let foreign = #"{"code":"0123456789abcdef","list":[WRONG]}"#
    let (result, bodies, metrics) = try run(
      asking, replies: [foreign, foreign, #"{"code":"CODE","list":[RIGHT]}"#], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains(asking.sign), "\(result.text)")
    #expect(bodies.count == 3 && Set(bodies).count == 3)
    let second = String(decoding: try #require(bodies.dropFirst().first), as: UTF8.self)
    #expect(second.contains(#"your last reply could not be used, since its \"code\" was not"#))
    #expect(second.contains(#""temperature":0"#))
    #expect(metrics.contains(#""unusable_replies":2,"foreign_codes":2"#), "\(metrics)")
    #expect(
      result.errorText.contains("2 with another request's code or a made-up one"),
      "\(result.errorText)")
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    let lines = try log.split(separator: "\n").map {
      try JSONDocument(parsing: Array($0.utf8)).root
    }
    // Each call has a line of its own where it gave nothing to use; then comes the answer.
    #expect(lines.count == 3 && lines.prefix(2).allSatisfy { $0["status"]?.integer == 200 })
    #expect(lines.map { $0["attempt"]?.integer } == [1, 2, nil])
    let entry = try #require(lines.last)
    #expect(entry["unusable"]?.elements?.count == 2)
    #expect(entry["unusable"]?.elements?.first?["fault"]?.string == "foreign_code")
    let reply = entry["unusable"]?.elements?.first?["reply"]?.string
    #expect(reply == foreign.replacing("WRONG", with: asking.wrong))
    // The new log answers again, the same, and asks nobody.
    let replay = try ToolProcess.run(
      asking.tool,
      asking.arguments + ["--url", "http://127.0.0.1:9", "--model", "m", "--plain"]
        + ["--replay", folder.path("log")], input: Data(asking.input.utf8))
    #expect(replay.output == result.output, "\(replay.errorText)")
  }

  @Test("nothing of replies that all carry another's code comes into a record", arguments: askings)
  func onlyForeignCodes(asking: Asking) throws {
    let folder = try TemporaryFolder()
    let (result, bodies, _) = try run(
      asking, replies: [#"{"code":"0123456789abcdef","list":[RIGHT]}"#], in: folder)
    #expect(bodies.count == 3 && result.status == 0, "\(result.errorText)")
    #expect(!result.text.contains(asking.sign))
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    #expect(log.contains(#""error":"the reply carries the code of another request"#), "\(log)")
  }

  @Test(
    "drafts and thoughts are no answer, and slips of JSON cost none", arguments: askings,
    [
      #"<thinking>{"code":"CODE","list":[WRONG]}</thinking>{"code":"CODE","list":[RIGHT]}"#,
      #"[THINK]{"code":"CODE","list":[WRONG]}[/THINK]{"code":"CODE","list":[RIGHT]}"#,
      #"<|channel|>analysis<|message|>{"code":"CODE","list":[WRONG]}<|end|><|start|>assistant<|channel|>final<|message|>{"code":"CODE","list":[RIGHT]}"#,
      "First draft: {\"code\":\"CODE\",\"list\":[WRONG]}\nFinal: {\"code\":\"CODE\",\"list\":[RIGHT]}",
      "```json\n{'code': 'CODE', // mine\n 'list': [RIGHT,],}\n```",
      "data: {\"code\":\"CODE\",\"list\":[RIGHT]}\n\ndata: [DONE]",
    ])
  func drafts(asking: Asking, reply: String) throws {
    let folder = try TemporaryFolder()
    let (result, bodies, _) = try run(asking, replies: [reply], in: folder)
    #expect(result.status == 0 && bodies.count == 1, "\(result.errorText)")
    #expect(result.text.contains(asking.sign), "\(result.text)")
  }

  @Test("a reply that contradicts itself is asked for again", arguments: askings)
  func contradiction(asking: Asking) throws {
    let folder = try TemporaryFolder()
    let (result, bodies, metrics) = try run(
      asking,
      replies: [#"{"code":"CODE","list":[WRONG,RIGHT]}"#, #"{"code":"CODE","list":[RIGHT]}"#],
      in: folder)
    #expect(result.status == 0 && bodies.count == 2, "\(result.errorText)")
    #expect(result.text.contains(asking.sign), "\(result.text)")
    #expect(metrics.contains(#""contradictory_replies":1"#), "\(metrics)")
    let second = String(decoding: try #require(bodies.dropFirst().first), as: UTF8.self)
    #expect(second.contains("it had different entries for 1"))
    // To the end: no entry that was contradicted counts.
    let other = try TemporaryFolder()
    let (failed, _, _) = try run(
      asking, replies: [#"{"code":"CODE","list":[WRONG,RIGHT]}"#], in: other)
    #expect(!failed.text.contains(asking.sign) && failed.status == 0)
    let log = try String(contentsOfFile: other.path("log"), encoding: .utf8)
    #expect(log.contains(#""error":"the reply contradicts itself on 1"#), "\(log)")
  }

  @Test("where verdicts can stand alone, the items that are not contradicted keep theirs")
  func partialContradiction() throws {
    let folder = try TemporaryFolder()
    let server = try JudgedProblems.server { question, _ in
      let own = JudgedProblems.verdicts(question)
      let more = own.replacing("]}", with: #",{"id":2,"satisfied":true,"step":7}]}"#)
      return .respond(status: 200, body: JudgedProblems.completion(more))
    }
    defer { server.stop() }
    let result = try judge(
      server, JudgedProblems.stream(1), ["--attempts", "2", "--log", folder.path("log")],
      in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try expectAccounted(result, count: 1) == 1)
    #expect(result.text.contains(#""verdicts":[{"id":1,"satisfied":true,"step":1}],"#))
    #expect(result.text.contains(#""attempts":2"#))
    #expect(
      result.errorText.contains(
        "1 item got no verdict: left out by the replies, or contradicted in them"),
      "\(result.errorText)")
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    #expect(log.components(separatedBy: #""fault":"contradiction""#).count == 3)
  }

  @Test("a rubric that an old log holds without its backslashes is asked for again")
  func damagedLog() throws {
    let asking = Self.askings[3]
    let folder = try TemporaryFolder()
    _ = try run(asking, replies: [#"{"code":"CODE","list":[RIGHT]}"#], in: folder)
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    // As older versions wrote it.
    try folder.write(
      log.replacing(#""text":"Computes \\frac{1}"#, with: #""text":"Computes \u000crac{1}"#),
      to: "log")
    let (result, bodies, _) = try run(
      asking, replies: [#"{"code":"CODE","list":[RIGHT]}"#], in: folder)
    #expect(bodies.count == 1 && result.text.contains(asking.sign), "\(result.errorText)")
  }
}
