import Foundation
import TestSupport
import Testing

@Suite("What srar-update says of what it is given")
struct UpdateNotesTests {
  /// Rollouts with advantages, of the whole distribution and of a truncated one.
  private func sampled() throws -> TinyRun {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      for top_p in 1 0.5; do
        srar-rollout --quiet --policy policy -n 3 --max-response-tokens 12 --top-p $top_p prompts.jsonl.zst \
          | srar-judge --quiet | srar-reward --quiet | srar-advantage --quiet --allow-no-effect --plain --output flat
        sed '/"index":0/s/"outcome":0.0/"outcome":1.0/' flat > advantages-$top_p
      done
      """)
    try #require(result.status == 0, "\(result.errorText)")
    return run
  }

  @Test(
    "rollouts of the policy itself are not a bit off, however they are packed, and nothing is said",
    arguments: [
      "--old-log-probabilities rollout", "--old-log-probabilities recomputed",
      "--micro-batch-tokens 64", "--recompute --threads 2",
    ])
  func same(options: String) throws {
    let run = try sampled()
    let result = try run.shell(
      "srar-update advantages-1 --policy policy --output next \(options) --metrics metrics")
    #expect(result.status == 0)
    #expect(!result.errorText.contains("log-probabilities"), "\(result.errorText)")
    let metrics = try run.metrics("metrics")
    for distance in ["sampler_difference", "sampler_kl", "approximate_kl"] {
      #expect(metrics[distance] as? Double == 0, "\(distance)")
    }
  }

  @Test("an update without a token to learn from has no means over tokens")
  func nothingTrained() throws {
    let run = try sampled()
    let result = try run.shell(
      """
      sed 's/"outcome":[-0-9.e]*/"outcome":0.0/' advantages-1 > silent
      srar-update silent --policy policy --output next --metrics metrics
      """)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "0 optimizer steps on 12 rollouts, no token with anything to learn"),
      "\(result.errorText)")
    let metrics = try run.metrics("metrics")
    #expect(metrics["trained_tokens"] as? Int == 0)
    for name in ["entropy", "importance_ratio", "gradient_norm", "approximate_kl", "policy_loss"] {
      #expect(metrics[name] == nil, "\(name)")
    }
  }

  @Test("rollouts of another policy are told of")
  func other() throws {
    let run = try sampled()
    let result = try run.shell(
      """
      srar-update sft --quiet train.jsonl.zst --policy policy --output other --epochs 20 --learning-rate 1e-2 \
        && srar-update advantages-1 --policy other --output next --metrics metrics
      """)
    #expect(result.status == 0)
    #expect(result.errorText.contains("off this policy's on average"), "\(result.errorText)")
    let difference = try #require(try run.metrics("metrics")["sampler_difference"] as? Double)
    #expect(difference > 0.05)
  }

  @Test("those of a truncated distribution are measured but not suspected")
  func truncated() throws {
    let run = try sampled()
    let result = try run.shell(
      "srar-update advantages-0.5 --policy policy --output next --metrics metrics")
    #expect(result.status == 0)
    #expect(!result.errorText.contains("off this policy's"), "\(result.errorText)")
    let difference = try #require(try run.metrics("metrics")["sampler_difference"] as? Double)
    #expect(difference > 0.05)
  }

  @Test("log-probabilities of another temperature are recomputed, not compared")
  func temperatures() throws {
    let run = try sampled()
    let sampling = try run.shell(
      """
      for temperature in 0 0.5; do
        srar-rollout --quiet --policy policy -n 3 --max-response-tokens 12 --temperature $temperature prompts.jsonl.zst \
          | srar-judge --quiet | srar-reward --quiet | srar-advantage --quiet --allow-no-effect --plain --output flat
        sed '/"index":0/s/"outcome":0.0/"outcome":1.0/' flat > advantages-t$temperature
      done
      # Greedy ones are of temperature 1 too.
      cat advantages-1 advantages-t0 > greedy-too
      srar-update --quiet greedy-too --policy policy --output next
      """)
    try #require(sampling.status == 0, "\(sampling.errorText)")
    let result = try run.shell(
      """
      srar-update advantages-t0.5 --policy policy --output next --temperature 1 --metrics metrics
      """)
    #expect(result.status == 0)
    #expect(!result.errorText.contains("off this policy's"), "\(result.errorText)")
    let metrics = try run.metrics("metrics")
    let ratio = try #require(metrics["importance_ratio"] as? Double)
    #expect(abs(ratio - 1) < 1e-6)
    #expect(try #require(metrics["sampler_difference"] as? Double) > 1e-3)
    let rollouts = try run.shell(
      """
      srar-update advantages-t0.5 --policy policy --output next --temperature 1 --old-log-probabilities rollout
      """)
    #expect(rollouts.status == 64)
    #expect(rollouts.errorText.contains("at other temperatures"), "\(rollouts.errorText)")
    let mixed = try run.shell(
      "cat advantages-1 advantages-t0.5 | srar-update --policy policy --output next")
    #expect(mixed.status == 64)
    #expect(mixed.errorText.contains("give '--temperature'"), "\(mixed.errorText)")
  }

  @Test("an optimizer's state that another trainer left is not passed over in silence")
  func foreignOptimizer() throws {
    let run = try sampled()
    let result = try run.shell(
      """
      srar-update advantages-1 --policy policy --output next 2> first && mv next/optimizer/state.safetensors next/optimizer/.metadata
      srar-update advantages-1 --policy next --output last 2> second
      grep -c 'begins afresh' first second
      """)
    #expect(result.text == "first:0\nsecond:1\n", "\(result.errorText)")
  }

  @Test(
    "a policy that is read is not overwritten, under whatever name",
    arguments: [
      ("advantages-1 --policy policy --output policy", "--policy"),
      ("advantages-1 --policy policy --output ./linked/", "--policy"),
      ("advantages-1 --policy policy --output kept --reference kept", "--reference"),
      ("sft train.jsonl.zst --policy policy --output linked", "--policy"),
    ])
  func overwriting(arguments: String, option: String) throws {
    let run = try sampled()
    let result = try run.shell(
      """
      ln -s policy linked
      cp -r policy kept
      before=$(cat policy/* kept/* | cksum)
      srar-update \(arguments)
      echo $?
      [ "$before" = "$(cat policy/* kept/* | cksum)" ] && echo untouched
      """)
    #expect(result.text == "64\nuntouched\n")
    #expect(
      result.errorText.contains("'--output' is the folder of '\(option)', which would be lost"),
      "\(result.errorText)")
  }

  @Test("responses without log-probabilities are not compared")
  func absent() throws {
    let run = try sampled()
    let result = try run.shell(
      """
      sed -E 's/"logprobs":\\[[^]]*\\],?//' advantages-1 > bare
      srar-update bare --policy policy --output next --metrics metrics
      """)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try run.metrics("metrics")["sampler_difference"] == nil)
  }
}
