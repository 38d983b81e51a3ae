import Foundation
import JSONLines
import Synchronization
import TestSupport
import Testing

@Suite("What else language models are asked", .serialized)
struct LanguageModelToolTests {
  /// A server that replies to a prompt; nil is status 500.
  private func server(_ reply: @escaping @Sendable (String) -> String?) throws -> LoopbackServer {
    try LoopbackServer { request in
      guard
        let body = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any],
        let messages = body["messages"] as? [[String: Any]],
        let prompt = messages.first?["content"] as? String, let text = reply(prompt)
      else { return .respond(status: 500, body: Data("no".utf8)) }
      return .respond(status: 200, body: JudgedProblems.completion(text))
    }
  }

  private func run(
    _ tool: String, _ arguments: [String], _ server: LoopbackServer, _ input: String
  ) throws -> ToolProcess.Result {
    try ToolProcess.run(
      tool,
      arguments + [
        "--url", "http://127.0.0.1:\(server.port)", "--model", "m", "--plain", "--retry-pause",
        "0.02", "--attempts", "2",
      ], input: Data(input.utf8))
  }

  private func roots(_ result: ToolProcess.Result) throws -> [JSONValue] {
    try result.text.split(separator: "\n").map { try JSONDocument(parsing: Array($0.utf8)).root }
  }

  // Steps.

  /// A rollout of two steps.
  private func twoSteps(_ id: String) -> String {
    let response = #"### Step 1: a\n1 + 1 = 2\n### Step 2: b\n2 + 2 = 4\n\\boxed{4}"#
    return
      #"{"id":"\#(id)","problem":"Problem \#(id).","ground_truth":"4","rubric":[{"id":1,"type":"PITFALL","text":"x"}],"rollout":{"index":0,"response":"\#(response)","steps":[{"number":1,"label":"1","bytes":[0,24]},{"number":2,"label":"2","bytes":[24,57]}]},"judge":{"status":"ok","verdicts":[{"id":1,"satisfied":true,"step":1}]}}"#
      + "\n"
  }

  @Test("steps are checked, a missing one is asked for again, and an incomplete check is a failure")
  func steps() throws {
    let folder = try TemporaryFolder()
    let prompts = Mutex<[String]>([])
    let server = try server { prompt in
      prompts.withLock { $0.append(prompt) }
      let asksForSecond = prompt.contains("STEPS TO BE CHECKED\n2\n")
      if prompt.contains("Problem a.") {
        return #"{"steps":[{"number":2,"correct":false},{"number":1,"correct":true}]}"#
      }
      if prompt.contains("Problem b."), asksForSecond { return #"[{"number":2,"correct":true}]"# }
      return #"[{"number":1,"correct":true}]"#
    }
    defer { server.stop() }
    let arguments = ["steps", "--log", folder.path("log"), "--max-failures", "1"]
    let input = twoSteps("a") + twoSteps("b") + twoSteps("c")
    let result = try run("srar-judge", arguments, server, input)
    #expect(result.status == 0, "\(result.errorText)")
    let checks = try roots(result).map { try #require($0["step_check"]) }
    #expect(
      result.text.contains(
        #""step_check":{"judge":"m","steps":[{"number":1,"correct":true},{"number":2,"correct":false}]}"#
      ))
    #expect(checks.map { $0["steps"]?.elements?.count } == [2, 2, 0])
    #expect(checks[2]["error"]?.string == "the replies left out 2")
    #expect(result.errorText.contains("1 rollout could not be judged"), "\(result.errorText)")
    // Each step is shown under its number between markers.
    let prompt = try #require(prompts.withLock { $0 }.first)
    #expect(prompt.contains(/\[[0-9a-f]{16} step 2\]\n### Step 2: b/))
    // What was checked is kept; what failed is asked again.
    prompts.withLock { $0 = [] }
    let again = try run("srar-judge", arguments + ["--pitfalls"], server, input)
    #expect(prompts.withLock { $0 }.allSatisfy { $0.contains("Problem c.") })
    let first = try #require(try roots(again).first?["step_check"]?["steps"]?.elements)
    #expect(first.map { $0["correct"]?.boolean } == [false, false])
    // A failed check says nothing of faithfulness.
    try folder.write(result.text, to: "checked")
    let report = try ToolProcess.shell(
      "srar-reward -q checked | srar-report -q --json", in: folder.url)
    #expect(report.text.contains(#""faithful":0.5"#), "\(report.text) \(report.errorText)")
    #expect(report.text.contains(#""step_check_failures":1"#))
  }

  @Test("a PITFALL on which verdicts contradict each other makes no step wrong, and is counted")
  func contradictedPitfall() throws {
    let server = try server { _ in #"[{"number":1,"correct":true},{"number":2,"correct":true}]"# }
    defer { server.stop() }
    let verdict = #"{"id":1,"satisfied":true,"step":1}"#
    let both = twoSteps("a").replacing(
      verdict, with: #"{"id":1,"satisfied":false,"step":1},\#(verdict)"#)
    let twice = twoSteps("b").replacing(verdict, with: "\(verdict),\(verdict)")
    let arithmetic = try ToolProcess.run(
      "srar-judge", ["steps", "--pitfalls", "--plain"], input: Data((both + twice).utf8))
    for result in [
      try run("srar-judge", ["steps", "--pitfalls"], server, both + twice), arithmetic,
    ] {
      #expect(result.status == 0, "\(result.errorText)")
      let steps = try roots(result).map { root in
        try #require(root["step_check"]?["steps"]?.elements).map { $0["correct"]?.boolean }
      }
      #expect(steps == [[true, true], [false, true]])
      #expect(
        result.errorText.contains(
          "1 PITFALL item with verdicts that contradict each other: taken as not judged"),
        "\(result.errorText)")
    }
  }

  // Rubrics.

  private func problem(_ id: String, _ types: [String]) -> String {
    let items = types.enumerated().map {
      #"{"id":\#($0.offset + 1),"type":"\#($0.element)","text":"Item \#($0.offset + 1)."}"#
    }
    return
      #"{"id":"\#(id)","problem":"Problem \#(id).","ground_truth":"4","rubric":[\#(items.joined(separator: ","))],"extra":1.50}"#
      + "\n"
  }

  /// The first item is right, the second is not, the third is of a type that is not apt.
  private let validity =
    #"{"validity":[{"id":1,"right":true,"relevant":true,"type_apt":true},{"id":2,"right":false,"relevant":true,"type_apt":true},{"id":3,"right":true,"relevant":true,"type_apt":false}]}"#

  @Test(
    "rubrics lose the items that are unfit, or their problems, or nothing",
    arguments: [
      ("drop-item", ["a", "c"], [1, 3]), ("drop-problem", ["c"], [3]),
      ("keep", ["a", "b", "c"], [3, 2, 3]),
    ])
  func rubrics(rule: String, ids: [String], counts: [Int]) throws {
    let validity = validity
    let server = try server { prompt in prompt.contains("Problem c.") ? "no idea" : validity }
    defer { server.stop() }
    // b is left without a SUGGEST item; the check of c fails.
    let input =
      problem("a", ["SUGGEST", "PITFALL", "ANSWER"]) + problem("b", ["PITFALL", "SUGGEST"])
      + problem("c", ["SUGGEST", "BONUS", "ANSWER"])
    let result = try run(
      "srar-judge", ["rubrics", "--unfit", rule, "--max-failures", "1"], server, input)
    #expect(result.status == 0, "\(result.errorText)")
    let records = try roots(result)
    #expect(records.compactMap { $0["id"]?.string } == ids)
    #expect(records.compactMap { $0["rubric"]?.elements?.count } == counts)
    #expect(records.last?["rubric_check"]?["error"]?.string?.contains("no entry") == true)
    // What else the record has stays, digit for digit and in its place.
    #expect(result.text.components(separatedBy: #""extra":1.50"#).count == ids.count + 1)
    if rule == "drop-item" {
      #expect(
        result.text.hasPrefix(
          #"{"id":"a","problem":"Problem a.","ground_truth":"4","rubric":[{"id":1,"type":"SUGGEST","text":"Item 1."}],"extra":1.50,"rubric_check":"#
        ), "\(result.text)")
    }
    #expect(
      result.errorText.contains(
        "3 of 5 items are not fit to judge by: 2 not right, 0 not relevant, 1 of a type"),
      "\(result.errorText)")
  }

  // Distillation.

  private func rewarded(_ id: String, _ index: Int, _ response: String, _ isCorrect: Bool) -> String
  {
    #"{"id":"\#(id)","problem":"Problem \#(id).","ground_truth":"4","source":"s","rollout":{"index":\#(index),"response":"\#(response)","steps":[]},"reward":{"correct":\#(isCorrect),"format":true,"base":1.0,"looping":false},"extra":[1.0]}"#
      + "\n"
  }

  @Test("distil writes a rubric for each problem whose solutions make a contrast")
  func distil() throws {
    let folder = try TemporaryFolder()
    let prompts = Mutex<[String]>([])
    let server = try server { prompt in
      prompts.withLock { $0.append(prompt) }
      let code = prompt.firstMatch(of: /"code", which is "([0-9a-f]+)"/)?.1 ?? ""
      let answer = #"{"id":2,"type":"ANSWER","text":"States 4."}"#
      // The rubric of c never has an ANSWER item.
      let items = prompt.contains("Problem c.") ? "" : ",\(answer)"
      return
        #"{"code":"\#(code)","rubric":[{"id":1,"type":"SUGGEST","text":"Adds 2 and 2."}\#(items)]}"#
    }
    defer { server.stop() }
    let input =
      rewarded("a", 0, "right one", true) + rewarded("a", 1, "flawed one", false)
      + rewarded("a", 2, "flawed one", false) + rewarded("a", 3, "right two", true)
      + rewarded("b", 0, "right one", true) + rewarded("b", 1, "right two", true)
      + rewarded("c", 0, "right one", true) + rewarded("c", 1, "flawed one", false)
    let arguments = [
      "distill", "--log", folder.path("log"), "--max-failures", "1", "--max-solutions", "1",
    ]
    let result = try run("srar-prep", arguments, server, input)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text
        == #"{"id":"a","problem":"Problem a.","ground_truth":"4","source":"s","extra":[1.0],"rubric":[{"id":1,"type":"SUGGEST","text":"Adds 2 and 2."},{"id":2,"type":"ANSWER","text":"States 4."}]}"#
        + "\n")
    #expect(result.errorText.contains("left out 1 problem of which"), "\(result.errorText)")
    #expect(result.errorText.contains("1 problem could not be judged"), "\(result.errorText)")
    let prompt = try #require(prompts.withLock { $0 }.first { $0.contains("Problem a.") })
    #expect(prompt.contains("right one") && prompt.contains("flawed one"))
    #expect(!prompt.contains("right two"))
    // Three calls: one for a, two attempts for c; then c alone is asked for again.
    #expect(prompts.withLock { $0.count } == 3)
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    #expect(log.contains("the rubric has 0 ANSWER items instead of one"), "\(log)")
    prompts.withLock { $0 = [] }
    let again = try run("srar-prep", arguments, server, input)
    #expect(again.output == result.output)
    #expect(prompts.withLock { $0 }.allSatisfy { $0.contains("Problem c.") })
  }

  @Test(
    "the first entry that says nothing on what was asked is shown, with its record, also on replay")
  func unknownType() throws {
    let folder = try TemporaryFolder()
    let server = try server { prompt in
      let code = prompt.firstMatch(of: /"code", which is "([0-9a-f]+)"/)?.1 ?? ""
      let items =
        #"{"id":1,"type":"SUGGEST","text":"Adds."},{"id":2,"type":"ANSWER","text":"4."},{"id":3,"type":"HINT","text":"Look."}"#
      return #"{"code":"\#(code)","rubric":[\#(items)]}"#
    }
    defer { server.stop() }
    let input =
      rewarded("a", 0, "right one", true) + rewarded("a", 1, "flawed one", false)
      + rewarded("b", 0, "right one", true) + rewarded("b", 1, "flawed one", false)
    let result = try run(
      "srar-prep", ["distill", "--log", folder.path("log")], server, input)
    #expect(result.status == 0, "\(result.errorText)")
    let line =
      #"2 entries of the replies said nothing on what was asked; the first, on record "a": {"id":3,"type":"HINT","text":"Look."}"#
    #expect(result.errorText.contains(line), "\(result.errorText)")
    let replay = try run("srar-prep", ["distill", "--replay", folder.path("log")], server, input)
    #expect(replay.errorText.contains(line), "\(replay.errorText)")
    #expect(replay.output == result.output)
  }
}
