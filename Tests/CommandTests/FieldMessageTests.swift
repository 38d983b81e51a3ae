import Foundation
import TestSupport
import Testing

@Suite("What is said of a member that makes no sense")
struct FieldMessageTests {
  private func advantage(_ line: String) throws -> String {
    let result = try ToolProcess.run(
      "srar-advantage", ["--plain", "--allow-no-effect"], input: Data(line.utf8))
    #expect(result.status == 65)
    return result.errorText
  }

  @Test(
    "names the element of an array that is of another type",
    arguments: [
      (
        #""tokens":[1,2,"3"]"#,
        #""rollout.tokens[2]" of record "p1" must be an integer, but is a string"#
      ),
      (
        #""tokens":[1,2.5]"#,
        #""rollout.tokens[1]" of record "p1" must be an integer, but is a number"#
      ),
      (
        #""tokens":[9223372036854775808]"#,
        #""rollout.tokens[0]" of record "p1" must be an integer that fits in 64 bits"#
      ),
      (
        #""tokens":{}"#,
        #""rollout.tokens" of record "p1" must be an array of integers, but is an object"#
      ),
      (
        #""tokens":[1],"logprobs":[true]"#,
        #""rollout.logprobs[0]" of record "p1" must be a number or null, but is a boolean"#
      ),
      (
        #""tokens":[1],"logprobs":[1e400]"#,
        #""rollout.logprobs[0]" of record "p1" must be a number or null that fits in 64 bits"#
      ),
    ])
  func elements(members: String, complaint: String) throws {
    let text = try advantage(RewardedRollout(index: 0, more: members).line)
    #expect(text.contains("<stdin>:1: \(complaint)"), "\(text)")
  }

  @Test(
    "a member that is there is not said to be absent",
    arguments: [
      ("null", #""reward.base" of record "p1" must be a number, but is null"#),
      (
        "1e400",
        #""reward.base" of record "p1" must be a number that fits in 64 bits, but is out of that range"#
      ),
      ("1e308", #""reward.base" of record "p1" is 1e+308, which is no reward"#),
      ("-1e13", #""reward.base" of record "p1" is -10000000000000.0, which is no reward"#),
    ])
  func present(value: String, complaint: String) throws {
    let line = RewardedRollout(index: 0).line.replacing(#""base":1.0"#, with: #""base":\#(value)"#)
    let text = try advantage(line)
    #expect(text.contains("<stdin>:1: \(complaint)"), "\(text)")
  }

  @Test("a delta that would overflow its group's statistics is refused")
  func hugeDelta() throws {
    let line = RewardedRollout(index: 0).line.replacing(#""delta":0.8"#, with: #""delta":1e308"#)
    let text = try advantage(line)
    #expect(text.contains(#""reward.steps[0].delta" of record "p1" is 1e+308"#), "\(text)")
    for option in ["--suggest-budget", "--pitfall-budget", "--bonus-budget", "--overlong-penalty"] {
      let result = try ToolProcess.run("srar-reward", [option, "1e10"])
      #expect(result.status == 64 && result.errorText.contains("must be in 0 ... 1e9"), "\(option)")
    }
  }

  @Test("a token of the prompt is said to be of the prompt")
  func promptTokens() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      srar-rollout -q --policy policy -n 1 --max-response-tokens 8 prompts.jsonl.zst --plain | head -1 \
        | sed 's/}$/,"advantage":{"estimator":"grpo","outcome":1.0,"offsets":[]}}/' > in
      sed 's/"prompt_tokens":\\[/"prompt_tokens":[4294967296,/' in | srar-update --policy policy --output next
      sed 's/"tokens":\\[/"tokens":[4294967296,/; s/"logprobs":\\[/"logprobs":[-1,/' in \
        | srar-update --policy policy --output next
      """)
    #expect(
      result.errorText.contains(#""rollout.prompt_tokens" of record"#)
        && result.errorText.contains(#""rollout.tokens" of record"#)
        && result.errorText.contains("hold 4294967296, which is no token"), "\(result.errorText)")
  }
}
