import Foundation
import TestSupport
import Testing

@Suite("srar-judge and srar-report on the command line")
struct JudgeCommandTests {
  private static let rollouts =
    RecordStreams.rollout(index: 0, correct: true) + "\n"
    + RecordStreams.rollout(index: 1, correct: false) + "\n"

  /// A folder with two rollouts, one right and one wrong, judged with a log.
  private func judged() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Self.rollouts, to: "rollouts")
    let result = try ToolProcess.shell(
      "srar-judge -q --plain --log log rollouts -o judged", in: folder.url)
    try #require(result.status == 0, "\(result.errorText)")
    return folder
  }

  private func text(_ name: String, in folder: TemporaryFolder) throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  @Test("a replay of the log gives the same bytes and appends nothing")
  func replays() throws {
    let folder = try judged()
    let log = try text("log", in: folder)
    #expect(log.split(separator: "\n").count == 2)
    let result = try ToolProcess.shell(
      "srar-judge --plain --replay log --log log rollouts -o again --metrics metrics",
      in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.errorText.contains("(2 from the log)"), "\(result.errorText)")
    #expect(try text("again", in: folder) == text("judged", in: folder))
    #expect(try text("log", in: folder) == log)
    #expect(try text("metrics", in: folder).contains(#""replayed":2"#))
  }

  @Test("a rollout that the log lacks stops a replay, unless the judge may be asked")
  func replayLacks() throws {
    let folder = try judged()
    let result = try ToolProcess.shell(
      "head -1 log > part; srar-judge --plain --replay part rollouts -o again", in: folder.url)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"rollouts:2: the log has no answer of "equations" for rollout 1 of record "p1""#),
      "\(result.errorText)")
    #expect(try !folder.names.contains("again"))
    let live = try ToolProcess.shell(
      "srar-judge --plain --replay part --replay-missing live --log part rollouts -o again",
      in: folder.url)
    #expect(live.status == 0, "\(live.errorText)")
    #expect(try text("again", in: folder) == text("judged", in: folder))
    #expect(try text("part", in: folder) == text("log", in: folder))
  }

  @Test(
    "the half line that a killed judge left is told and passed over, and the next entry stands alone"
  )
  func tornLog() throws {
    let folder = try judged()
    let result = try ToolProcess.shell(
      """
      { head -1 log; tail -1 log | head -c 100; } > torn
      srar-judge --plain --replay torn --replay-missing live --log torn rollouts -o again
      tail -1 torn | cmp - <(tail -1 log) && echo whole
      """, in: folder.url)
    #expect(result.status == 0 && result.text == "whole\n", "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "passed over 1 line of the log that cannot be read: torn:2: not JSON"),
      "\(result.errorText)")
    #expect(try text("again", in: folder) == text("judged", in: folder))
  }

  @Test(
    "arithmetic and a server exclude each other", arguments: ["srar-judge", "srar-judge steps"])
  func equationsAskNoServer(command: String) throws {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      "\(command) --judge equations --url http://127.0.0.1:9/v1 --model m rollouts", in: folder.url)
    #expect(result.status == 64)
    #expect(result.errorText.contains("'--judge equations' asks no model"), "\(result.errorText)")
  }

  @Test("a model without a server is not judged by arithmetic")
  func modelWithoutServer() throws {
    let result = try ToolProcess.shell("env -u JUDGE_URL srar-judge --model m /dev/null")
    #expect(result.status == 64)
    #expect(result.errorText.contains("where is the judge?"), "\(result.errorText)")
  }

  @Test("a rollout that had nothing to judge has no rubric score, and is in no mean")
  func nothingToJudge() throws {
    let folder = try judged()
    let result = try ToolProcess.shell(
      """
      set -e
      sed 's/"status":"ok"/"status":"skipped"/' judged > skipped
      srar-reward --plain --allow-no-effect skipped --metrics metrics > rewarded
      grep -c '"rubric":-*[0-9]' rewarded || true
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "0\n")
    #expect(result.errorText.contains("that had nothing to judge"), "\(result.errorText)")
    #expect(!result.errorText.contains("mean rubric score"), "\(result.errorText)")
  }

  @Test("agree compares verdict by verdict")
  func agreement() throws {
    let folder = try judged()
    let other = try text("judged", in: folder)
      .replacing(#""satisfied":false,"step":1"#, with: #""satisfied":true,"step":2"#)
    try folder.write(other, to: "other")
    let result = try ToolProcess.shell(
      "srar-judge agree judged other --json && srar-judge agree judged other", in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n")
    #expect(
      try #require(lines.first)
        == #"{"rollouts":2,"verdicts_on_missing_items":0,"contradictions":0,"items":2,"only_first_judged":0,"only_second_judged":0,"both_satisfied":1,"only_first_satisfied":0,"only_second_satisfied":1,"neither_satisfied":0,"satisfied_agreement":0.5,"cohen_kappa":0.0,"both_name_step":2,"same_step":1,"step_agreement":0.5,"by_type":{"SUGGEST":{"items":2,"only_first_judged":0,"only_second_judged":0,"both_satisfied":1,"only_first_satisfied":0,"only_second_satisfied":1,"neither_satisfied":0,"satisfied_agreement":0.5,"cohen_kappa":0.0,"both_name_step":2,"same_step":1,"step_agreement":0.5}}}"#
    )
    #expect(
      lines.contains {
        $0.hasPrefix("agreement on satisfied") && $0.hasSuffix("    50.0 %    50.0 %")
      })
  }

  @Test(
    "agree refuses rollouts that are not the same ones, rollouts twice, and streams that share none",
    arguments: [
      (#""problem":"1 + 2?""#, #""problem":"2 + 1?""#, "\"problem\" of \"p1\", rollout 0, differs"),
      (#""ground_truth":"3""#, #""ground_truth":"4""#, "\"ground_truth\" of \"p1\""),
      ("Computes 1 + 2 = 3.", "Adds.", "\"rubric\" of \"p1\""),
      ("Step 1: add", "Step 1: sum", "\"rollout.response\" of \"p1\""),
      (#""index":1"#, #""index":0"#, "other:2: rollout 0 of \"p1\" was there before"),
      (#""id":"p1""#, #""id":"p2""#, "judged and other have no rollout in common"),
    ])
  func agreementContent(_ found: String, _ replacement: String, message: String) throws {
    let folder = try judged()
    try folder.write(
      try text("judged", in: folder).replacing(found, with: replacement), to: "other")
    let result = try ToolProcess.run("srar-judge", ["agree", "judged", "other"], in: folder.url)
    #expect(result.status == 65 && result.text.isEmpty, "\(result.text)")
    #expect(result.errorText.contains(message), "\(result.errorText)")
  }

  @Test("agree says which rollouts are paired by id and index alone")
  func agreementByID() throws {
    let folder = try judged()
    let bare = [0, 1].map {
      #"{"id":"p1","rollout":{"index":\#($0)},"judge":{"status":"ok","verdicts":[{"id":1,"satisfied":true,"step":1}],"model":"people","attempts":1}}"#
        + "\n"
    }.joined()
    try folder.write(bare, to: "people")
    let result = try ToolProcess.run("srar-judge", ["agree", "judged", "people"], in: folder.url)
    #expect(result.status == 0)
    #expect(
      result.errorText.contains("paired 2 rollouts by id and index alone"), "\(result.errorText)")
  }

  @Test("steps, rewards and the report tell the faithful response from the other")
  func report() throws {
    let folder = try judged()
    let result = try ToolProcess.shell(
      """
      srar-judge steps -q judged | srar-reward -q > rewarded
      srar-report -q rewarded --json
      srar-report -q rewarded rewarded --label one --label two --summary summary --note steps=60
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let json = try #require(result.text.split(separator: "\n").first)
    for member in [
      #""rollouts":2"#, #""accuracy":0.5"#, #""faithful":0.5"#, #""misaligned":0.0"#,
      #""step_accuracy":0.5"#, #""format":1.0"#, #""base":0.55"#, #""rubric":0.4"#,
    ] {
      #expect(json.contains(member), "\(json)")
    }
    #expect(
      result.text.contains("accuracy                         50.0 %   50.0 %"), "\(result.text)")
    let summary = try text("summary", in: folder)
    #expect(
      summary.contains(#""accuracy_before":0.5"#) && summary.contains(#""faithful_after":0.5"#))
    #expect(summary.hasSuffix(#""steps":60}"# + "\n"))
  }

  @Test("a failed judge keeps the outcome and gives no step a score")
  func failedJudge() throws {
    let folder = try TemporaryFolder()
    let failed = RecordStreams.judged.replacing(
      #""status":"ok","verdicts":[{"id":1,"satisfied":true,"step":1}]"#,
      with: #""status":"failed","verdicts":[],"error":"no reply""#)
    try folder.write(failed, to: "judged")
    let result = try ToolProcess.shell(
      """
      srar-reward --plain --allow-no-effect judged --metrics metrics \
        | srar-advantage -q --plain --allow-no-effect
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains(#""correct":true"#) && result.text.contains(#""base":1.0"#))
    #expect(result.text.contains(#""offsets":[]"#), "\(result.text)")
    #expect(try text("metrics", in: folder).contains(#""judge_failures":1"#))
  }
}
