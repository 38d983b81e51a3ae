import TestSupport
import Testing

@Suite("Log-probabilities that records bring along")
struct LogProbabilityTests {
  /// Rollouts with advantages, and the same with the first log-probability of the first rollout replaced.
  private func sampled(replacing value: String) throws -> TinyRun {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      srar-rollout -q --policy policy -n 2 --max-response-tokens 12 prompts.jsonl.zst | srar-judge -q | srar-reward -q \
        | srar-advantage -q --allow-no-effect --plain | sed '/"index":0/s/"outcome":0.0/"outcome":1.0/' > whole
      sed '1s/"logprobs":\\[[^,]*,/"logprobs":[\(value),/' whole > changed
      ! cmp -s whole changed
      """)
    try #require(result.status == 0, "\(result.errorText)")
    return run
  }

  @Test("a positive one, or one beyond 32 bits, is refused", arguments: ["0.5", "1", "-1e39"])
  func impossible(value: String) throws {
    let result = try sampled(replacing: value).shell(
      "srar-update -q changed --policy policy --output next; echo $?; ls")
    #expect(result.text.hasPrefix("65\n") && !result.text.contains("next"))
    #expect(result.errorText.contains(#"changed:1: "rollout.logprobs" of record"#))
  }

  @Test("what rounding leaves above 0 is taken")
  func rounding() throws {
    let result = try sampled(replacing: "1e-6").shell(
      "srar-update -q changed --policy policy --output next")
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test("null is unknown: it passes through, costs its own number, and is counted")
  func unknown() throws {
    let run = try sampled(replacing: "null")
    let result = try run.shell(
      """
      set -e
      srar-reward -q --plain changed | srar-advantage -q --allow-no-effect --plain | head -1 | grep -c '"logprobs":\\[null,'
      srar-update changed --policy policy --output auto --metrics metrics
      srar-update -q whole --policy policy --output recomputed --old-log-probabilities recomputed
      cmp auto/model.safetensors recomputed/model.safetensors
      srar-update -q changed --policy policy --output next --old-log-probabilities rollout
      """)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(result.text == "1\n")
    #expect(
      result.errorText.contains("the rollouts do not know the log-probability of 1 token"),
      "\(result.errorText)")
    #expect(
      result.errorText.contains("lacks log-probabilities of its sampler"), "\(result.errorText)")
    #expect(try run.metrics("metrics")["unknown_logprobs"] as? Int == 1)
  }
}
