/// A small GGUF file of a llama policy with a tokenizer: one layer, tensors of several types.
func smallGGUF() -> [UInt8] {
  var file = GGUFBuilder()
  file.text("general.architecture", "llama")
  for (key, value) in [
    ("embedding_length", 32), ("block_count", 1), ("feed_forward_length", 32),
    ("attention.head_count", 2), ("attention.head_count_kv", 1), ("context_length", 16),
  ] {
    file.integer("llama.\(key)", value)
  }
  file.number("llama.attention.layer_norm_rms_epsilon", 1e-5)
  file.text("tokenizer.ggml.model", "gpt2")
  file.text("tokenizer.ggml.pre", "smollm")
  file.texts("tokenizer.ggml.tokens", ["<|end|>", "o", "n", "e", "on", "one", "t", "w", "Ġ", "1"])
  file.texts("tokenizer.ggml.merges", ["o n", "on e"])
  file.integers("tokenizer.ggml.token_type", [3, 1, 1, 1, 1, 1, 1, 1, 1, 1])
  file.integer("tokenizer.ggml.eos_token_id", 0)
  file.text(
    "tokenizer.chat_template",
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + "
      + "'<|im_end|>' + '\\n'}}{% endfor %}{{ '<|im_start|>assistant\\n' }}")
  // Types: 0 is F32, 1 F16, 2 Q4_0, 6 Q5_0, 8 Q8_0, 14 Q6_K.
  file.tensor("token_embd.weight", [10, 32], type: 8, byteCount: 10 * 34)
  file.tensor("output_norm.weight", [32], type: 0, byteCount: 128)
  for (name, shape, type, byteCount) in [
    ("attn_norm", [32], 0, 128), ("ffn_norm", [32], 0, 128), ("attn_q", [32, 32], 2, 32 * 18),
    ("attn_k", [16, 32], 2, 16 * 18), ("attn_v", [16, 32], 6, 16 * 22),
    ("attn_output", [32, 32], 1, 2048), ("ffn_gate", [32, 32], 8, 32 * 34),
    ("ffn_up", [32, 32], 8, 32 * 34), ("ffn_down", [32, 32], 8, 32 * 34),
  ] {
    file.tensor("blk.0.\(name).weight", shape, type: type, byteCount: byteCount)
  }
  file.tensor("extra", [1, 256], type: 14, byteCount: 210)
  return file.bytes
}

/// Writes GGUF's little-endian values.
private struct GGUFBuilder {
  private var entries: [UInt8] = []
  private var entryCount = 0
  private var tensors: [UInt8] = []
  private var tensorCount = 0
  private var data: [UInt8] = []

  /// The whole file.
  var bytes: [UInt8] {
    var file = Array("GGUF".utf8) + little(3, 4) + little(tensorCount, 8) + little(entryCount, 8)
    file += entries + tensors
    file += Array(repeating: 0, count: -file.count & 31)
    return file + data
  }

  mutating func text(_ key: String, _ value: String) { entry(key, 8, string(value)) }
  mutating func integer(_ key: String, _ value: Int) { entry(key, 4, little(value, 4)) }
  mutating func number(_ key: String, _ value: Float) {
    entry(key, 6, little(Int(value.bitPattern), 4))
  }
  mutating func texts(_ key: String, _ values: [String]) {
    entry(key, 9, little(8, 4) + little(values.count, 8) + values.flatMap { string($0) })
  }
  mutating func integers(_ key: String, _ values: [Int]) {
    entry(key, 9, little(5, 4) + little(values.count, 8) + values.flatMap { little($0, 4) })
  }

  /// A tensor of arbitrary contents; `shape` is outermost first.
  mutating func tensor(_ name: String, _ shape: [Int], type: Int, byteCount: Int) {
    tensors += string(name) + little(shape.count, 4)
    for size in shape.reversed() { tensors += little(size, 8) }
    tensors += little(type, 4) + little(data.count, 8)
    data += (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    data += Array(repeating: 0, count: -data.count & 31)
    tensorCount += 1
  }

  private mutating func entry(_ key: String, _ type: Int, _ value: [UInt8]) {
    entries += string(key) + little(type, 4) + value
    entryCount += 1
  }

  private func string(_ text: String) -> [UInt8] { little(text.utf8.count, 8) + Array(text.utf8) }

  private func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
