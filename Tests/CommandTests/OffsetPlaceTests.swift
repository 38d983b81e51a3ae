import TestSupport
import Testing

@Suite("No offset of a step is lost in an update")
struct OffsetPlaceTests {
  /// Rollouts whose first line is a step, with advantages: `plain` without offsets, `tokens` with an offset of that step by its tokens,
  /// `bytes` by its bytes.
  private func sampled() throws -> TinyRun {
    let run = try TinyRun()
    let result = try run.shell(
      #"""
      set -e
      srar-rollout -q --policy policy -n 4 --steps lines --max-response-tokens 12 --plain prompts.jsonl.zst > rollouts
      step='"steps":\[\{"number":1,"label":"","bytes":(\[[0-9]+,[0-9]+\]),"tokens":(\[[0-9]+,[0-9]+\])'
      add() {
        sed -nE 's/^(.*'"$step"'.*)\}$/\1,"advantage":{"estimator":"srar","outcome":1.0,"offsets":['"$1"']}}/p' rollouts
      }
      add '' > plain
      add '{"step":1,"tokens":\3,"value":-3.0}' > tokens
      add '{"step":1,"bytes":\2,"value":-3.0}' > bytes
      add '{"step":1,"value":-3.0}' > nowhere
      add '{"step":1,"tokens":null,"bytes":null,"value":-3.0}' > nulls
      add '{"step":1,"tokens":\3,"value":-3.0},{"step":1,"tokens":\3,"value":-3.0}' > twice
      add '{"step":1,"tokens":\3,"value":-3.0},{"step":2,"tokens":\3,"value":-3.0}' > shared
      add '{"step":0,"tokens":\3,"value":-1.0},{"step":0,"tokens":\3,"value":-2.0}' > whole
      sed 's/"response":"/"response":"?/' bytes > other
      test "$(wc -l < tokens)" -gt 3
      """#)
    try #require(result.status == 0, "\(result.errorText)")
    return run
  }

  @Test("one that says bytes reaches the tokens that begin there, also of responses with tokens")
  func bytes() throws {
    let result = try sampled().shell(
      """
      set -e
      for name in plain tokens bytes whole; do srar-update -q $name --policy policy --output to-$name; done
      cmp to-tokens/model.safetensors to-bytes/model.safetensors
      cmp to-tokens/model.safetensors to-whole/model.safetensors
      ! cmp -s to-tokens/model.safetensors to-plain/model.safetensors
      """)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test(
    "what has no place, or shares it with another, is refused",
    arguments: [
      ("nowhere", #""advantage.offsets[0]" of record"#, #"has neither "tokens" nor "bytes""#),
      ("nulls", #""advantage.offsets[0]" of record"#, #"has neither "tokens" nor "bytes""#),
      ("twice", #""advantage.offsets[1]" of record"#, "is of step 1, as one before it is"),
      (
        "shared", #""advantage.offsets[1]" of record"#, #"reaches what "advantage.offsets[0]" does"#
      ),
      ("other", #""advantage.offsets" of record"#, "tokens write differently"),
    ])
  func refused(name: String, field: String, reason: String) throws {
    let result = try sampled().shell(
      "srar-update -q \(name) --policy policy --output next; echo $?; ls")
    #expect(result.text.hasPrefix("65\n") && !result.text.contains("next"))
    #expect(result.errorText.contains("\(name):1: \(field)"), "\(result.errorText)")
    #expect(result.errorText.contains(reason), "\(result.errorText)")
  }

  @Test("one of a step without tokens is not left out of '--dense'")
  func dense() throws {
    let group = [
      RewardedRollout(index: 0, more: #""tokens":[5,6,7]"#),
      RewardedRollout(index: 1, isCorrect: false, delta: 0, more: #""tokens":[5,6,7]"#),
    ]
    let folder = try TemporaryFolder()
    try folder.write(group.stream, to: "in")
    let result = try ToolProcess.shell("srar-advantage --dense in --output out", in: folder.url)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(#"in:1: record "p1" has no "rollout.steps[0].tokens""#),
      "\(result.errorText)")
    let sparse = try ToolProcess.shell("srar-advantage -q in --plain", in: folder.url)
    #expect(sparse.text.contains(#""offsets":[{"step":1,"bytes":[1,13]"#), "\(sparse.text)")
  }

  @Test(
    "steps that overlap are bad data",
    arguments: [
      #"{"number":1,"label":"1","bytes":[1,9]},{"number":2,"label":"2","bytes":[8,13]}"#,
      #"{"number":1,"label":"1","bytes":[9,13]},{"number":2,"label":"2","bytes":[1,9]}"#,
      #"{"number":1,"label":"1","bytes":[1,5],"tokens":[0,2]},{"number":2,"label":"2","bytes":[5,13],"tokens":[1,3]}"#,
    ])
  func overlappingSteps(steps: String) throws {
    let line = RewardedRollout(index: 0, more: #""tokens":[5,6,7]"#).line.replacing(
      #"{"number":1,"label":"1","bytes":[1,13]}"#, with: steps)
    let folder = try TemporaryFolder()
    try folder.write(line, to: "in")
    let result = try ToolProcess.shell(
      "srar-advantage --allow-no-effect in --plain", in: folder.url)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"in:1: "rollout.steps" of record "p1" overlap: step 2 begins before the end"#),
      "\(result.errorText)")
  }
}
