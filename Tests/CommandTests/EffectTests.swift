import Foundation
import TestSupport
import Testing

@Suite("A stream on which the method has no effect stops the tool")
struct EffectTests {
  /// What a tool says of a stream, and whether it goes on where that is allowed.
  private func expectStop(
    _ command: String, _ stream: String, saying complaint: String
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write(stream, to: "in")
    let result = try ToolProcess.shell("\(command) in --output out", in: folder.url)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(result.errorText.contains(complaint), "\(result.errorText)")
    #expect(result.errorText.contains("'--allow-no-effect'"), "\(result.errorText)")
    #expect(try folder.names == ["in"])
    let allowed = try ToolProcess.shell(
      "\(command) -q --allow-no-effect in --output out", in: folder.url)
    #expect(allowed.status == 0, "\(allowed.errorText)")
    // A part of a stream says nothing of the whole.
    let part = try ToolProcess.shell("\(command) -q --shard 1/1 in --output out", in: folder.url)
    #expect(part.status == 0, "\(part.errorText)")
  }

  private static let inWords = RecordStreams.rollout(index: 0, correct: true).replacing(
    "Computes 1 + 2 = 3.", with: "Adds the two numbers.")

  @Test("the judge 'equations' on rubrics in words")
  func judgeInWords() throws {
    try expectStop(
      "srar-judge", Self.inWords,
      saying: "no rubric item was judged, since none states a calculation such as 2 + 3 = 5")
  }

  @Test("a judge without rubrics")
  func judgeWithoutRubrics() throws {
    let line = RecordStreams.rollout(index: 0, correct: true)
      .replacing(/"rubric":\[.*?\],/, with: "")
    try expectStop("srar-judge", line, saying: "no record has a rubric item to judge")
  }

  @Test("one item that is judged is enough")
  func judgedItem() throws {
    let stream = Self.inWords + "\n" + RecordStreams.rollout(index: 1, correct: true) + "\n"
    let result = try ToolProcess.run("srar-judge", ["--plain"], input: Data(stream.utf8))
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.errorText.contains("1 rollout has a rubric that states no calculation"))
  }

  @Test("rewards without a verdict")
  func rewards() throws {
    let judgement = #""status":"ok","verdicts":[{"id":1,"satisfied":true,"step":1}]"#
    for other in [#""status":"skipped","verdicts":[]"#, #""status":"failed","verdicts":[]"#] {
      try expectStop(
        "srar-reward", RecordStreams.judged.replacing(judgement, with: other),
        saying: "no rubric item was judged in any of 1 rollout")
    }
    let unjudged = RecordStreams.rollout(index: 0, correct: true)
    let result = try ToolProcess.run(
      "srar-reward", ["--plain", "--answers-only"], input: Data(unjudged.utf8))
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test(
    "advantages without verdicts, steps, differences or offsets",
    arguments: [
      ("srar-advantage", [(true, nil, true), (false, nil, true)], "no rubric item was judged"),
      (
        "srar-advantage --estimator rar", [(true, nil, true), (false, nil, true)],
        "no rubric item was judged"
      ),
      ("srar-advantage", [(true, 0.8, false), (false, 0.0, false)], "no rollout has a step"),
      ("srar-advantage", [(true, 0.8, true), (true, 0.8, true)], "the rewards in each are equal"),
      (
        "srar-advantage --estimator grpo", [(true, 0.8, true), (true, 0.0, true)],
        "no group has any advantage"
      ),
      ("srar-advantage --estimator grpo", [(true, nil, false)], "each has one rollout"),
      ("srar-advantage", [(true, 0.8, true), (false, 0.8, true)], "every step offset is 0"),
      (
        "srar-advantage --drop-uniform-groups", [(true, 0.8, true), (true, 0.0, true)],
        "dynamic sampling keeps none of 1 group"
      ),
    ] as [(String, [(Bool, Double?, Bool)], String)])
  func advantages(
    command: String, group: [(isCorrect: Bool, delta: Double?, hasStep: Bool)], complaint: String
  ) throws {
    let rollouts = group.enumerated().map { index, rollout in
      RewardedRollout(
        index: index, isCorrect: rollout.isCorrect, delta: rollout.delta, hasStep: rollout.hasStep)
    }
    try expectStop(command, rollouts.stream, saying: complaint)
  }

  @Test(
    "an estimator of outcomes needs neither verdicts nor steps",
    arguments: ["grpo", "rloo", "dr-grpo"])
  func outcomes(estimator: String) throws {
    let stream = [
      RewardedRollout(index: 0, delta: nil, hasStep: false),
      RewardedRollout(index: 1, isCorrect: false, delta: nil, hasStep: false),
    ].stream
    let result = try ToolProcess.run(
      "srar-advantage", ["--plain", "--estimator", estimator], input: Data(stream.utf8))
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test("rollouts that were all aborted, which is not the same as equal rewards")
  func aborted() throws {
    let aborted = (0..<3).map { RewardedRollout(index: $0, more: #""finish_reason":"abort""#) }
    for option in ["", " --drop-uniform-groups"] {
      try expectStop(
        "srar-advantage" + option, aborted.stream,
        saying: "every rollout ended neither by the policy nor at the limit")
    }
    try expectStop(
      "srar-advantage --estimator grpo",
      (aborted.dropLast() + [RewardedRollout(index: 2)]).map { $0.line + "\n" }.joined(),
      saying:
        "each has one rollout, besides 2 rollouts that ended neither by the policy nor at the limit"
    )
  }

  @Test("a judge that failed on every rollout")
  func judgeFailed() throws {
    let server = try LoopbackServer { _ in .respond(status: 500, body: Data("no".utf8)) }
    defer { server.stop() }
    try expectStop(
      "srar-judge --url http://127.0.0.1:\(server.port) --model m --attempts 1 --max-failures 1",
      RecordStreams.rollout(index: 0, correct: true),
      saying: "no rubric item was judged: the judge failed on 1 rollout")
  }

  @Test("shares that are merely low are told, and counted")
  func shares() throws {
    let folder = try TemporaryFolder()
    let stream =
      (0..<6).map {
        RewardedRollout(
          index: $0, isCorrect: $0 < 3, delta: $0 < 2 ? 0.8 : $0 < 4 ? 0 : nil, hasStep: $0 < 4)
      }
      + (0..<2).map { RewardedRollout(id: "p2", index: $0) }
    try folder.write(stream.stream, to: "in")
    let result = try ToolProcess.shell(
      "srar-advantage --plain in --metrics m > out; cat m; srar-report -q out --json",
      in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "1 of 2 groups has no advantage, 2 of 8 rollouts have no step, 2 of 8 rollouts have no verdict, 2 of 6 step offsets are 0"
      ), "\(result.errorText)")
    for member in [
      #""groups_without_advantage":1"#, #""rollouts_without_steps":2"#,
      #""rollouts_without_verdicts":2"#, #""zero_offsets":2"#,
      #""without_steps":0.25"#, #""groups_without_advantage":0.5"#,
    ] {
      #expect(result.text.contains(member), "\(result.text)")
    }
  }

  @Test("rewards tell responses without a step, and thoughts that never close")
  func rewardShares() throws {
    let judged = RecordStreams.judged
    let open = judged.replacing(#""response":""#, with: #""response":"<think>"#)
      .replacing(/"steps":\[\{"number".*?\}\]/, with: #""steps":[]"#)
    let result = try ToolProcess.run(
      "srar-reward", ["--plain"], input: Data("\(judged)\n\(open)\n".utf8))
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "1 without an answer, 1 without a step, 1 in a thought that never closes"),
      "\(result.errorText)")
  }

  @Test("weights of rubric items, which no score depends on, are told")
  func weights() throws {
    let line = RecordStreams.judged.replacing(
      #""text":"Computes 1 + 2 = 3.""#, with: #""text":"Computes 1 + 2 = 3.","weight":5"#)
    let result = try ToolProcess.run("srar-reward", ["--plain"], input: Data(line.utf8))
    #expect(result.status == 0)
    #expect(
      result.errorText.contains(
        #"members of rubric items that no score depends on: "weight" (1)"#), "\(result.errorText)")
    #expect(result.text.contains(#""weight":5"#))
  }

  @Test("a tool that stops in a pipe leaves its stream cut off, and nothing appears behind it")
  func inPipe() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.inWords, to: "in")
    let result = try ToolProcess.shell(
      "srar-judge in | srar-reward --allow-no-effect --output out; echo ${PIPESTATUS[@]}",
      in: folder.url)
    #expect(result.text == "65 65\n", "\(result.errorText)")
    #expect(try folder.names == ["in"])
  }

  @Test("an empty stream has nothing to complain about")
  func empty() throws {
    for tool in ["srar-judge", "srar-reward", "srar-advantage"] {
      let result = try ToolProcess.shell(
        "srar-prep -q --zstd <(echo '{\"id\":\"a\"}') --rejects /dev/null | \(tool) --plain")
      #expect(result.status == 0, "\(tool): \(result.errorText)")
    }
  }
}
