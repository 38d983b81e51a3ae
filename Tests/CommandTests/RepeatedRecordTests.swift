import Foundation
import TestSupport
import Testing

@Suite("Nothing counts twice")
struct RepeatedRecordTests {
  private func folder(_ stream: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(stream, to: "in")
    return folder
  }

  private static let group = [
    RewardedRollout(index: 0), RewardedRollout(index: 1, isCorrect: false, delta: 0),
  ]

  @Test("srar-report refuses a rollout that comes twice", arguments: ["", "--json"])
  func report(option: String) throws {
    let folder = try folder(Self.group.stream)
    let result = try ToolProcess.shell(
      "cat in in > twice; srar-report \(option) twice", in: folder.url)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(#"twice:3: record "p1" has rollout 0 twice"#), "\(result.errorText)"
    )
    // Two evaluations may have the same numbers, and other responses.
    let evaluations = try ToolProcess.shell(
      #"(cat in; sed 's/"response":" /"response":"!/' in) | srar-report -q --json"#, in: folder.url)
    #expect(evaluations.status == 0, "\(evaluations.errorText)")
    #expect(evaluations.text.contains(#""rollouts":4"#), "\(evaluations.text)")
  }

  @Test(
    "srar-report and srar-update refuse two problems under one id",
    arguments: [#""problem":"1 + 2?""#, #""ground_truth":"3""#])
  func otherProblem(member: String) throws {
    let name = member.split(separator: "\"")[0]
    let second = Self.group[1].line.replacing(
      member, with: "\"\(name)\":\"4\""
    ).replacing("1 + 2?\"}]", with: "1 + 2?\"}]")
    let folder = try folder(Self.group[0].line + "\n" + second + "\n")
    let result = try ToolProcess.shell("srar-report in", in: folder.url)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"in:2: "\#(name)" of record "p1" is another one than in earlier records of that id"#),
      "\(result.errorText)")
    let run = try TinyRun()
    let update = try run.shell(
      """
      srar-rollout -q --policy policy -n 2 --max-response-tokens 8 prompts.jsonl.zst --plain \
        | head -2 | sed 's/}$/,"advantage":{"estimator":"grpo","outcome":1.0,"offsets":[]}}/; 2s/"\(name)":"/"\(name)":"4/' > in
      srar-update in --policy policy --output next
      """)
    #expect(update.status == 65)
    #expect(
      update.errorText.contains("in:2: \"\(name)\" of record")
        && update.errorText.contains("is another one than in earlier records of that id"),
      "\(update.errorText)")
  }

  @Test("srar-report refuses ids that name nothing", arguments: ["null", "true", "1.5", "[]"])
  func ids(id: String) throws {
    let line = Self.group[0].line.replacing(#""id":"p1""#, with: #""id":\#(id)"#)
    let result = try ToolProcess.run("srar-report", [], input: Data(line.utf8))
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(#"<stdin>:1: "id" of the record must be a string"#),
      "\(result.errorText)")
  }

  @Test(
    "a check of steps that the response lacks, or of one step twice, is bad data",
    arguments: [
      (
        #"{"number":9,"correct":false}"#,
        "[0].number\" of record \"p1\" is 9, but the response has the steps 1 to 1"
      ),
      (#"{"number":0,"correct":true}"#, "[0].number\" of record \"p1\" is 0"),
      (
        #"{"number":1,"correct":true},{"number":1,"correct":true}"#,
        "[1].number\" of record \"p1\" is 1, which an entry before it has already"
      ),
    ])
  func stepChecks(steps: String, complaint: String) throws {
    let line =
      String(Self.group[0].line.dropLast()) + #","step_check":{"judge":"m","steps":[\#(steps)]}}"#
    for tool in ["srar-report", "srar-report evaluate"] {
      let folder = try folder(line)
      let result = try ToolProcess.shell("\(tool) in", in: folder.url)
      #expect(result.status == 65, "\(tool)")
      #expect(
        result.errorText.contains("in:1: \"step_check.steps\(complaint)"),
        "\(tool): \(result.errorText)")
    }
  }
}
