package import Checkpoints

/// Where one tensor lies in the flat buffer of all parameters.
package struct TensorLayout: Sendable, Equatable {
  /// Its name in a Hugging Face folder, such as "model.layers.0.self_attn.q_proj.weight".
  package let name: String
  /// Row-major; a projection is [out, in].
  package let shape: [Int]
  /// Elements before it.
  package let offset: Int

  package var count: Int { shape.reduce(1, *) }
  package var range: Range<Int> { offset..<offset + count }
}

extension Weights {
  /// All tensors of a model, one after the other without gaps.
  ///
  /// The query, key and value projections lie side by side, and so do gate and up: each is one matrix to the engine.
  package static func layout(_ configuration: ModelConfiguration) -> [TensorLayout] {
    var tensors: [TensorLayout] = []
    var offset = 0
    func append(_ name: String, _ shape: Int...) {
      tensors.append(TensorLayout(name: name, shape: shape, offset: offset))
      offset += shape.reduce(1, *)
    }
    let hidden = configuration.hiddenSize
    let width = configuration.headDimension
    let queryWidth = configuration.headCount * width
    let keyWidth = configuration.keyValueHeadCount * width
    append("model.embed_tokens.weight", configuration.vocabularySize, hidden)
    for layer in 0..<configuration.layerCount {
      let prefix = "model.layers.\(layer)."
      append(prefix + "input_layernorm.weight", hidden)
      append(prefix + "self_attn.q_proj.weight", queryWidth, hidden)
      append(prefix + "self_attn.k_proj.weight", keyWidth, hidden)
      append(prefix + "self_attn.v_proj.weight", keyWidth, hidden)
      if configuration.hasQueryKeyValueBias {
        append(prefix + "self_attn.q_proj.bias", queryWidth)
        append(prefix + "self_attn.k_proj.bias", keyWidth)
        append(prefix + "self_attn.v_proj.bias", keyWidth)
      }
      if configuration.architecture.hasQueryKeyNorm {
        append(prefix + "self_attn.q_norm.weight", width)
        append(prefix + "self_attn.k_norm.weight", width)
      }
      append(prefix + "self_attn.o_proj.weight", hidden, queryWidth)
      if configuration.hasAttentionOutputBias { append(prefix + "self_attn.o_proj.bias", hidden) }
      append(prefix + "post_attention_layernorm.weight", hidden)
      append(prefix + "mlp.gate_proj.weight", configuration.intermediateSize, hidden)
      append(prefix + "mlp.up_proj.weight", configuration.intermediateSize, hidden)
      append(prefix + "mlp.down_proj.weight", hidden, configuration.intermediateSize)
    }
    append("model.norm.weight", hidden)
    if !configuration.tiesEmbeddings {
      append("lm_head.weight", configuration.vocabularySize, hidden)
    }
    return tensors
  }
}

extension ModelConfiguration {
  /// Whether the query, key and value projections have biases.
  var hasQueryKeyValueBias: Bool { architecture == .qwen2 || hasAttentionBias }
  /// Whether the projection out of attention has a bias.
  var hasAttentionOutputBias: Bool { architecture != .qwen2 && hasAttentionBias }
}

extension ModelArchitecture {
  /// Whether each head's query and key are normed before they are rotated.
  package var hasQueryKeyNorm: Bool { self == .qwen3 }
}
