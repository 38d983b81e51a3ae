import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

/// Settings of a GGUF file that change what is computed.
struct GGUFSettingTests {
  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func text(_ text: String) -> [UInt8] {
    little(text.utf8.count, 8) + Array(text.utf8)
  }

  /// The fixture with a setting more; another, of no meaning, keeps what follows at its alignment.
  private func policy(_ key: String, _ type: Int, _ value: [UInt8]) throws -> GGUFPolicy {
    var bytes = [UInt8](try Data(contentsOf: Fixtures.url("gguf/policy.gguf")))
    let entry = Self.text(key) + Self.little(type, 4) + value
    let start = Self.text("fill") + Self.little(8, 4)
    let length = -(entry.count + start.count + 8) & 31
    let fill = start + Self.text(String(repeating: "x", count: length))
    let count = bytes[16..<24].reversed().reduce(0) { $0 << 8 | Int($1) }
    bytes.replaceSubrange(16..<24, with: Self.little(count + 2, 8) + entry + fill)
    return try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/f.gguf"))
      return try GGUFPolicy(path: "\(folder)/f.gguf")
    }
  }

  private func float(_ value: Float) -> [UInt8] { Self.little(Int(value.bitPattern), 4) }

  @Test(
    "what the engine does not compute is refused by name",
    arguments: [
      ("logit_scale", Float(0.25)), ("residual_scale", 0.5), ("embedding_scale", 12),
      ("attention.scale", 0.0078125), ("attention.clamp_kqv", 8), ("attn_logit_softcapping", 50),
      ("final_logit_softcapping", 30), ("attention.max_alibi_bias", 8),
      ("rope.scaling.attn_factor", 1.5), ("rope.scaling.yarn_beta_fast", 16),
    ])
  func numbers(key: String, value: Float) throws {
    let error = try #require(throws: CheckpointError.self) {
      try policy("llama.\(key)", 6, float(value))
    }
    #expect(error.exitStatus == .badData)
    #expect(
      error.description.contains("\"llama.\(key)\" is \(value), which is not supported"), "\(error)"
    )
  }

  @Test(
    "experts and windows are refused",
    arguments: [
      ("expert_count", 8), ("expert_used_count", 2), ("attention.sliding_window", 4),
      ("attention.value_length", 12),
    ])
  func counts(key: String, value: Int) throws {
    let error = try #require(throws: CheckpointError.self) {
      try policy("llama.\(key)", 4, Self.little(value, 4))
    }
    #expect(
      error.description.contains("\"llama.\(key)\" is \(value), which is not supported"), "\(error)"
    )
  }

  @Test("flags are refused")
  func flags() throws {
    #expect(throws: CheckpointError.self) { try policy("llama.attention.causal", 7, [0]) }
    #expect(throws: CheckpointError.self) { try policy("llama.use_parallel_residual", 7, [1]) }
    #expect(try policy("llama.attention.causal", 7, [1]).unusedMetadata.isEmpty)
  }

  @Test("values that change nothing are accepted, and unknown settings named")
  func neutral() throws {
    #expect(try policy("llama.logit_scale", 6, float(1)).unusedMetadata.isEmpty)
    #expect(try policy("llama.expert_count", 4, Self.little(0, 4)).unusedMetadata.isEmpty)
    let width = try policy("x", 7, [1]).configuration.headDimension
    let scale = 1 / Float(width).squareRoot()
    #expect(try policy("llama.attention.scale", 6, float(scale)).unusedMetadata.isEmpty)
    #expect(
      try policy("llama.attention.sliding_window", 4, Self.little(1 << 19, 4)).unusedMetadata
        .isEmpty)
    #expect(try policy("llama.wobble", 6, float(1)).unusedMetadata == ["llama.wobble"])
    #expect(try policy("other.wobble", 6, float(1)).unusedMetadata.isEmpty)
  }

  @Test("a number for each layer is none for all of them")
  func arrays() throws {
    // An array of one 32-bit number.
    let value = Self.little(4, 4) + Self.little(1, 8) + Self.little(10_000, 4)
    let error = try #require(throws: CheckpointError.self) {
      try policy("llama.attention.key_length", 9, value)
    }
    #expect(
      error.description.contains("\"llama.attention.key_length\" must be one integer"), "\(error)")
  }
}
