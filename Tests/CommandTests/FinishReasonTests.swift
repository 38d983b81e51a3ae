import Foundation
import TestSupport
import Testing

@Suite("Responses that neither the policy nor the limit ended")
struct FinishReasonTests {
  private static let right = RewardedRollout(index: 0)
  private static let wrong = RewardedRollout(index: 1, isCorrect: false, delta: 0)

  @Test(
    "are in no statistics, get no advantage, and keep their reason",
    arguments: ["abort", "error", "content_filter", "tool_calls"])
  func advantages(reason: String) throws {
    let folder = try TemporaryFolder()
    let cut = RewardedRollout(index: 2, more: #""finish_reason":"\#(reason)""#)
    try folder.write([Self.right, Self.wrong].stream, to: "two")
    try folder.write([Self.right, cut, Self.wrong].stream, to: "three")
    let result = try ToolProcess.shell(
      """
      srar-advantage -q --plain two --output of-two
      srar-advantage --plain three --output of-three --metrics metrics
      grep -v '"index":2' of-three | cmp - of-two
      grep '"index":2' of-three; cat metrics
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n")
    try #require(lines.count == 2, "\(result.text)")
    #expect(lines[0].contains(#""finish_reason":"\#(reason)""#))
    #expect(lines[0].contains(#""outcome":0.0,"offsets":[]"#), "\(lines[0])")
    #expect(lines[1].contains(#""ended_otherwise":1"#), "\(lines[1])")
    #expect(
      result.errorText.contains("1 rollout ended neither by the policy nor at the limit"),
      "\(result.errorText)")
  }

  @Test("are not learned from, and counted")
  func update() throws {
    let run = try TinyRun()
    let advantage = #","advantage":{"estimator":"grpo","outcome":1.0,"offsets":[]}}"#
    func line(_ index: Int, _ reason: String) -> String {
      RewardedRollout(index: index, more: #""finish_reason":"\#(reason)""#).line.dropLast()
        + advantage
    }
    let result = try run.shell(
      """
      set -e
      printf '%s\\n' '\(line(0, "stop").replacing("\\n", with: " "))' > whole
      cp whole all
      printf '%s\\n' '\(line(1, "abort").replacing("\\n", with: " "))' >> all
      printf '%s\\n' '\(line(2, "error").replacing("\\n", with: " "))' >> all
      for name in whole all; do
        srar-update $name --policy policy --output next-$name --metrics metrics-$name
      done
      cmp next-whole/model.safetensors next-all/model.safetensors
      """)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "2 rollouts ended neither by the policy nor at the limit (abort, error): left out"),
      "\(result.errorText)")
    #expect(try run.metrics("metrics-all")["ended_otherwise"] as? Int == 2)
    #expect(try run.metrics("metrics-all")["rollouts"] as? Int == 1)
    #expect(try run.metrics("metrics-whole")["ended_otherwise"] as? Int == 0)
  }

  @Test("come out of a log with their reason, and are told")
  func fromLog() throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.problem, to: "in")
    try folder.write(
      """
      {"id":"p1","response":"### Step 1: a","finish_reason":"content_filter"}
      {"id":"p1","response":"no step","finish_reason":"length"}
      {"id":"p1","response":"no step"}
      """, to: "log")
    let result = try ToolProcess.shell(
      "srar-rollout --responses log in --plain --metrics metrics; cat metrics", in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n")
    #expect(lines[0].contains(#""finish_reason":"content_filter""#))
    #expect(lines[1].contains(#""finish_reason":"length""#))
    #expect(!lines[2].contains("finish_reason"))
    #expect(lines[3].contains(#""without_steps":2,"ended_otherwise":1"#), "\(lines[3])")
    #expect(result.errorText.contains("2 of 3 responses have no step"), "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "1 of 3 responses ended neither by themselves nor at the limit (content_filter)"))
  }

  @Test("a step style that nobody knows is refused")
  func stepStyle() throws {
    let line = Self.right.line.replacing(
      #""step_style":"headers""#, with: #""step_style":"sentences""#)
    let result = try ToolProcess.run("srar-advantage", ["--plain"], input: Data(line.utf8))
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"<stdin>:1: "rollout.step_style" of record "p1" is "sentences", which is none of headers, lines, paragraphs"#
      ), "\(result.errorText)")
  }
}
