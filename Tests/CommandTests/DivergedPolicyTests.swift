import Foundation
import TestSupport
import Testing

/// Policies whose numbers have become infinite or undefined: none is written, none is used.
@Suite("Diverged policies on the command line")
struct DivergedPolicyTests {
  private func prepared() throws -> TinyRun {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      srar-rollout --quiet --policy policy -n 3 --max-response-tokens 12 prompts.jsonl.zst \
        | srar-judge --quiet | srar-reward --quiet --allow-no-effect \
        | srar-advantage --quiet --allow-no-effect --plain --output flat
      sed '/"index":0/s/"outcome":0.0/"outcome":1.0/; /"index":1/s/"outcome":0.0/"outcome":-1.0/' flat > advantages
      # Writes a float32 over the last of a file, or over that of so many before it.
      poke() { printf "$2" | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") - 4 - 4 * ${3:-0})) conv=notrunc status=none; }
      declare -f poke > poke.sh
      """)
    try #require(result.status == 0, "\(result.errorText)")
    return run
  }

  @Test(
    "a training that diverges writes nothing and leaves the old policy, and its message names no temporary folder",
    arguments: [
      "srar-update advantages --policy policy",
      "srar-update sft train.jsonl.zst --policy policy --epochs 1",
      "srar-update sft train.jsonl.zst --policy policy --checkpoint-every 1 --max-gradient-norm 0",
    ])
  func diverging(command: String) throws {
    let run = try prepared()
    let result = try run.shell(
      """
      cp -r policy next
      \(command) --learning-rate 3e38 --warm-up-steps 0 --output next
      echo $?
      diff -r policy next && echo same
      ls -A
      """)
    #expect(result.text.hasPrefix("65\nsame\n"), "\(result.text)\(result.errorText)")
    #expect(result.errorText.contains("lower the learning rate"), "\(result.errorText)")
    #expect(!result.errorText.contains(".tmp"), "\(result.errorText)")
    #expect(!result.text.contains("tmp"), "\(result.text)")
  }

  @Test(
    "a policy whose weights are finite but absurd is not written, whatever the learning rate",
    arguments: ["3e38", "1e30", "1e20", "1e10", "1e5"],
    ["srar-update advantages", "srar-update sft train.jsonl.zst --epochs 1"])
  func absurd(rate: String, command: String) throws {
    let run = try prepared()
    let result = try run.shell(
      "\(command) --policy policy --learning-rate \(rate) --warm-up-steps 0 --output next; echo $?; ls -d next"
    )
    #expect(result.text == "65\n", "\(result.text)\(result.errorText)")
    #expect(result.errorText.contains("lower the learning rate"), "\(result.errorText)")
  }

  @Test(
    "a moment in a file that no optimizer can have is named with what to do",
    arguments: [
      (#"\x00\x00\xc0\x7f"#, "nan"), (#"\x00\x00\x80\x7f"#, "inf"), (#"\x00\x00\x80\xbf"#, "-1.0"),
    ])
  func badMoments(bytes: String, value: String) throws {
    let run = try prepared()
    let result = try run.shell(
      """
      . ./poke.sh
      srar-update --quiet advantages --policy policy --output next
      poke next/optimizer/state.safetensors '\(bytes)' 1
      srar-update --quiet advantages --policy next --output after
      """)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "next/optimizer/state.safetensors: tensor \"second_moment.model.norm.weight\" holds \(value)"
      ),
      "\(result.errorText)")
  }

  @Test(
    "a policy with a weight that is no number is neither sampled from nor trained",
    arguments: [
      "srar-rollout --quiet --plain --policy broken prompts.jsonl.zst",
      "srar-update --quiet advantages --policy broken --output next",
      "srar-update sft --quiet train.jsonl.zst --policy broken --output next",
      "srar-update --quiet advantages --policy policy --reference broken --kl-coefficient 0.1 --output next",
    ])
  func brokenWeights(command: String) throws {
    let run = try prepared()
    let result = try run.shell(
      """
      . ./poke.sh
      cp -r policy broken
      poke broken/model.safetensors '\\x00\\x00\\xc0\\x7f'
      \(command)
      """)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        "broken/model.safetensors: tensor \"model.norm.weight\" holds nan, with which nothing can be computed"
      ), "\(result.errorText)")
    #expect(result.output.isEmpty)
  }

  @Test(
    "a policy that is too large for half precision is not written, and the message names its own folder"
  )
  func beyondHalf() throws {
    let run = try prepared()
    let result = try run.shell(
      """
      . ./poke.sh
      poke policy/model.safetensors '\\x00\\x00\\x80\\x47'
      srar-update --quiet advantages --policy policy --output next --dtype float16 --learning-rate 0
      """)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(
      result.errorText.contains("next: not written: tensor \"model.norm.weight\" holds 65536.0"),
      "\(result.errorText)")
  }
}
