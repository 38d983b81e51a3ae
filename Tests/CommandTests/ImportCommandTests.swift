import Foundation
import TestSupport
import Testing

/// `srar-update import`, with a policy that was written by llama.cpp's Python package; see RECIPE.md of the fixtures.
@Suite("Import on the command line")
struct ImportCommandTests {
  struct Reference: Decodable {
    let content: String
    let prompt, greedy: [Int]
  }

  private func reference() throws -> Reference {
    try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: Fixtures.url("gguf/policy.json")))
  }

  @Test(
    "an imported policy writes what transformers does, in every element type that loses nothing",
    arguments: ["", "--dtype float32"])
  func writesTheSame(options: String) throws {
    let folder = try TemporaryFolder()
    let reference = try reference()
    let line =
      #"{"id":"a","problem":"x","messages":[{"role":"user","content":"\#(reference.content)"}]}"#
    try Data(line.utf8).write(to: folder.url.appendingPathComponent("p.jsonl"))
    let result = try ToolProcess.shell(
      """
      srar-update import \(Fixtures.url("gguf/policy.gguf").path) policy \(options) &&
      srar-rollout --quiet --plain --policy policy -n 1 --temperature 0 --max-response-tokens 40 p.jsonl
      """, in: folder.url)
    try #require(result.status == 0, "\(result.errorText)")
    #expect(result.errorText.contains("parameters, a vocabulary of 263"), "\(result.errorText)")
    let record = try #require(
      JSONSerialization.jsonObject(with: result.output) as? [String: Any])
    let rollout = try #require(record["rollout"] as? [String: Any])
    #expect(rollout["prompt_tokens"] as? [Int] == reference.prompt)
    #expect(rollout["tokens"] as? [Int] == reference.greedy)
  }

  @Test("the folder names the type that was asked for", arguments: ["bfloat16", "float16"])
  func elementTypes(name: String) throws {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      srar-update import --quiet \(Fixtures.url("gguf/policy.gguf").path) policy --dtype \(name)
      cat policy/config.json; stat -c %s policy/model.safetensors; ls policy
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains("\"torch_dtype\": \"\(name)\""), "\(result.text)")
    #expect(result.text.contains("\"attention_bias\": true"), "\(result.text)")
    for file in ["tokenizer.json", "tokenizer_config.json", "generation_config.json"] {
      #expect(result.text.contains(file))
    }
  }

  @Test(
    "a file that cannot be imported is named, and leaves no folder",
    arguments: [
      ("rm f.gguf", Int32(66), "f.gguf: no such file"),
      ("echo no > f.gguf", 65, "does not begin with \"GGUF\""),
      ("truncate -s 20000 f.gguf", 65, "does not lie within it"),
      ("truncate -s 500 f.gguf", 65, "do not fit in it"),
      ("sed -i 's/llama/lemma/' f.gguf", 65, "general.architecture"),
      ("sed -i 's/smollm/smullm/' f.gguf", 65, "tokenizer.ggml.pre"),
      ("sed -i 's/blk.1.attn_q.weight/blk.1.attn_x.weight/' f.gguf", 65, "blk.1.attn_x.weight"),
      (
        "sed -i 's/blk.0.attn_output.bias/xyz.0.attn_output.bias/' f.gguf", 65,
        "tensor \"blk.0.attn_k.bias\" is part of the network"
      ),
      ("sed -i 's/llama.block_count/llama.bluck_count/' f.gguf", 65, "llama.block_count"),
      ("head -c 64 /dev/zero >> f.gguf", 65, "bytes after the last tensor belong to none"),
      // The last values of a tensor of norms.
      (
        #"printf '\x00\x00\xc0\x7f' | dd of=f.gguf bs=1 seek=$(($(stat -c %s f.gguf) - 4)) conv=notrunc status=none"#,
        65, "holds nan, with which nothing can be computed"
      ),
      ("mkdir -p x && rm f.gguf && ln -s x f.gguf", 74, "f.gguf"),
    ])
  func refusals(damage: String, status: Int32, word: String) throws {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      cp \(Fixtures.url("gguf/policy.gguf").path) f.gguf
      \(damage)
      srar-update import f.gguf policy
      status=$?
      [ -e policy ] && echo "a folder was left"
      exit $status
      """, in: folder.url)
    #expect(result.status == status, "\(result.errorText)")
    #expect(result.errorText.contains(word), "\(result.errorText)")
    #expect(result.errorText.hasPrefix("srar-update"), "\(result.errorText)")
    #expect(result.text.isEmpty)
  }
}
