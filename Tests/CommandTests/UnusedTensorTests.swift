import Foundation
import TestSupport
import Testing

/// Tensors of a policy's file that the network, as its configuration has it, does not use.
@Suite("Tensors beyond those of a policy's network")
struct UnusedTensorTests {
  @Test(
    "one that would be part of the network is refused by name",
    arguments: [
      "model.layers.1.mlp.up_proj.weight", "model.layers.0.self_attn.k_proj.bias",
      "model.layers.0.self_attn.q_norm.weight", "model.layers.0.mlp.experts.0.w1.weight",
      "lm_head.bias",
    ])
  func refused(name: String) throws {
    let run = try TinyRun()
    try addTensor(name, shape: [4], to: run.url("policy/model.safetensors"))
    for command in [
      "srar-rollout --plain --policy policy prompts.jsonl.zst",
      "srar-update sft train.jsonl.zst --policy policy --output next",
    ] {
      let result = try run.shell("\(command); status=$?; [ -e next ] && echo written; exit $status")
      #expect(result.status == 65, "\(result.errorText)")
      #expect(
        result.errorText.contains(
          "policy/model.safetensors: tensor \"\(name)\" is part of the network, but"),
        "\(result.errorText)")
      #expect(result.output.isEmpty)
    }
  }

  @Test("others are named where they are not carried over, and leftovers are not")
  func noted() throws {
    let run = try TinyRun()
    let command =
      "srar-update sft train.jsonl.zst --policy policy --output next && ! grep -q zz next/model.safetensors"
    let plain = try run.shell(command)
    #expect(!plain.errorText.contains("carried"), "\(plain.errorText)")
    let file = run.url("policy/model.safetensors")
    try addTensor("model.layers.0.self_attn.rotary_emb.inv_freq", shape: [4], to: file)
    let leftover = try run.shell(command)
    #expect(leftover.status == 0, "\(leftover.errorText)")
    #expect(!leftover.errorText.contains("carried"), "\(leftover.errorText)")
    for name in ["zz.weight", "v_head.bias", "score.weight", "yy"] {
      try addTensor(name, shape: [4], to: file)
    }
    let result = try run.shell(command)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        #"4 tensors of policy not carried over: "score.weight", "v_head.bias", "yy", …"#),
      "\(result.errorText)")
  }

  @Test("an output projection beside tied embeddings is refused where it differs from them")
  func untiedHead() throws {
    let run = try TinyRun()
    let command = "srar-rollout --quiet --plain --policy policy -n 1 prompts.jsonl.zst"
    let plain = try run.shell(command)
    let file = run.url("policy/model.safetensors")
    let original = try Data(contentsOf: file)
    try addTensor(
      "lm_head.weight", shape: [300, 16], copiedFrom: "model.embed_tokens.weight", to: file)
    let equal = try run.shell(command)
    #expect(equal.status == 0, "\(equal.errorText)")
    #expect(equal.output == plain.output)
    try original.write(to: file)
    try addTensor("lm_head.weight", shape: [300, 16], to: file)
    for command in [
      command, "srar-update sft --quiet train.jsonl.zst --policy policy --output next",
    ] {
      let result = try run.shell(command)
      #expect(result.status == 65, "\(result.errorText)")
      #expect(
        result.errorText.contains(
          #"tensor "lm_head.weight" differs from "model.embed_tokens.weight", but "tie_word_embeddings" of config.json is true"#
        ), "\(result.errorText)")
    }
  }
}
