import Foundation
import Kernels
import TestSupport
import Testing

/// `--compute`, on any machine: where bfloat16 products are not the processor's own they are computed as float32.
@Suite("bf16 on the command line")
struct ComputeCommandTests {
  @Test(
    "all stages compute with bf16, the same bytes for any number of threads, other ones than f32",
    arguments: ProductPrecision.available.filter { $0 != .float32 })
  func allStages(precision: ProductPrecision) throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      bf16=\(precision.rawValue)
      for run in f32:1 $bf16:1 $bf16:2; do
        options="--quiet --compute ${run%:*} --threads ${run#*:}"
        srar-update sft $options train.jsonl.zst --policy policy --output warm-$run \
          --metrics metrics-$run
        srar-rollout $options --policy policy -n 3 --max-response-tokens 12 \
          prompts.jsonl.zst --plain --output rollouts-$run --metrics metrics-$run
        srar-judge --quiet --plain rollouts-$run | srar-reward --quiet --plain \
          | srar-advantage --quiet --allow-no-effect --plain --output flat
        sed '/"index":0/s/"outcome":0.0/"outcome":1.0/' flat > advantages
        srar-update $options advantages --policy policy --output next-$run --learning-rate 1e-3 \
          --metrics metrics-$run
      done
      cmp rollouts-$bf16:1 rollouts-$bf16:2
      diff -r warm-$bf16:1 warm-$bf16:2 && diff -r next-$bf16:1 next-$bf16:2
      for file in warm next; do
        cmp -s $file-f32:1/model.safetensors $file-$bf16:1/model.safetensors && exit 1
      done
      cmp -s rollouts-f32:1 rollouts-$bf16:1 && exit 1
      grep -c '"compute":"'$bf16'"' rollouts-$bf16:1
      grep -c '"compute":"'$bf16'"' metrics-$bf16:1
      ! grep '"compute"' rollouts-f32:1
      grep -c '"compute":"f32"' metrics-f32:1
      """)
    #expect(result.status == 0, "\(result.errorText)\(result.text)")
    #expect(result.text == "12\n3\n3\n")
  }

  @Test("log-probabilities of another precision are not taken for the old policy's")
  func otherPrecision() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      srar-rollout --quiet --compute bf16 --policy policy -n 3 --max-response-tokens 12 \
        prompts.jsonl.zst | srar-judge --quiet | srar-reward --quiet \
        | srar-advantage --quiet --allow-no-effect --plain --output flat
      sed '/"index":0/s/"outcome":0.0/"outcome":1.0/' flat > advantages
      for source in auto rollout; do
        srar-update --quiet advantages --policy policy --output next-$source \
          --old-log-probabilities $source --metrics metrics-$source
      done
      """)
    #expect(result.status == 0, "\(result.errorText)")
    // From itself, computed anew, the policy has not moved at all; from probabilities of other roundings it seems to have.
    #expect(try run.metrics("metrics-auto")["approximate_kl"] as? Double == 0)
    let moved = try #require(
      try run.metrics("metrics-rollout")["approximate_kl"] as? Double)
    #expect(moved != 0 && abs(moved) < 0.05)
  }

  @Test("'--compute' is for what is computed here, and knows its values")
  func usage() throws {
    let folder = try TemporaryFolder()
    let remote = try ToolProcess.shell(
      "srar-rollout --url http://localhost:9 --model m --compute bf16 x.jsonl", in: folder.url)
    #expect(remote.status == 64)
    #expect(remote.errorText.contains("'--compute' is for '--policy'"), "\(remote.errorText)")
    let unknown = try ToolProcess.shell(
      "srar-update x.jsonl --policy p --output o --compute f16", in: folder.url)
    #expect(unknown.status == 64)
    #expect(unknown.errorText.contains("bf16"), "\(unknown.errorText)")
  }

  @Test("oneDNN is refused where it is not there, or has nothing fast for the processor")
  func withoutOneDNN() throws {
    let folder = try TemporaryFolder()
    for command in [
      "srar-rollout --policy p x.jsonl", "srar-update x.jsonl --policy p --output o",
      "srar-update sft x.jsonl --policy p --output o",
    ] {
      let result = try ToolProcess.shell(
        "ONEDNN_MAX_CPU_ISA=SSE41 \(command) --compute bf16-onednn", in: folder.url)
      #expect(result.status == 64)
      #expect(result.errorText.contains("'--compute bf16-onednn': "), "\(result.errorText)")
      #expect(result.errorText.contains("oneDNN") && result.errorText.contains("take bf16"))
    }
  }
}
