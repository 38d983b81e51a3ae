import Checkpoints
import Foundation
import TestSupport
import Transformer

/// A model of `Tests/Fixtures/transformer` with what PyTorch computed from it.
struct ReferenceModel {
  static let names = ["llama-tied", "llama-untied", "qwen2", "qwen3"]

  let model: Model
  /// The gradient of every parameter, in the layout of the weights.
  let gradients: [Float]
  let temperature: Float
  let sequences: [[Int32]]
  let promptTokenCount: Int
  let logProbabilities: [Float]
  let entropies: [Float]
  let logProbabilityWeights: [Float]
  let entropyWeights: [Float]
  let greedy: [Int32]
  let lastLogits: [Float]

  init(_ name: String) throws {
    let file = try Data(contentsOf: Fixtures.url("transformer/\(name).json"))
    let fields = try JSONDecoder().decode(Fields.self, from: file)
    let configuration = ModelConfiguration(
      architecture: try ModelArchitecture(rawValue: fields.architecture).orThrow(),
      vocabularySize: fields.vocab_size, hiddenSize: fields.hidden_size,
      intermediateSize: fields.intermediate_size, layerCount: fields.num_hidden_layers,
      headCount: fields.num_attention_heads, keyValueHeadCount: fields.num_key_value_heads,
      headDimension: fields.head_dim, ropeTheta: fields.rope_theta,
      rmsNormEpsilon: fields.rms_norm_eps, tiesEmbeddings: fields.tie_word_embeddings,
      maximumPositionCount: fields.max_position_embeddings)
    let weights = try Weights(configuration: configuration)
    let numbers = try Data(contentsOf: Fixtures.url("transformer/\(name).f32"))
      .withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let count = weights.elements.count
    guard numbers.count == 2 * count else { throw CocoaError(.fileReadCorruptFile) }
    for index in 0..<count { weights.elements[index] = numbers[index] }
    model = Model(weights: weights)
    gradients = Array(numbers[count...])
    temperature = fields.temperature
    sequences = fields.sequences
    promptTokenCount = fields.prompt_tokens
    logProbabilities = fields.log_probabilities
    entropies = fields.entropies
    logProbabilityWeights = fields.log_probability_weights
    entropyWeights = fields.entropy_weights
    greedy = fields.greedy
    lastLogits = fields.last_logits
  }

  /// The sequences of the fixture, the tokens after the prompt as targets: in one pack, or one each.
  func packs(_ layout: Layout) throws -> [PackedSequences] {
    let targets = sequences.map { ($0, promptTokenCount..<$0.count) }
    switch layout {
    case .together: return [try PackedSequences(targets)]
    case .apart: return try targets.map { try PackedSequences([$0]) }
    }
  }

  enum Layout: CaseIterable { case together, apart }

  /// The fixture's loss gradient for the targets from `start` on.
  func targetGradients(from start: Int, count: Int) -> TargetGradients {
    TargetGradients(
      logProbabilities: Array(logProbabilityWeights[start..<start + count]),
      entropies: Array(entropyWeights[start..<start + count]))
  }

  // The names of the fixture's JSON.
  private struct Fields: Decodable {
    let architecture: String
    let vocab_size, hidden_size, intermediate_size, num_hidden_layers: Int
    let num_attention_heads, num_key_value_heads, head_dim, max_position_embeddings: Int
    let rope_theta, rms_norm_eps: Double
    let tie_word_embeddings: Bool
    let temperature: Float
    let prompt_tokens: Int
    let sequences: [[Int32]]
    let log_probabilities, entropies, log_probability_weights, entropy_weights: [Float]
    let greedy: [Int32]
    let last_logits: [Float]
  }
}

extension Optional {
  func orThrow() throws -> Wrapped {
    guard let self else { throw CocoaError(.coderInvalidValue) }
    return self
  }
}

/// The largest difference of two lists, relative to the largest value of the second.
func relativeDifference(_ actual: some Sequence<Float>, _ expected: some Sequence<Float>) -> Float {
  let largest = expected.reduce(0) { max($0, abs($1)) }
  let difference = zip(actual, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
  return difference / max(largest, .leastNormalMagnitude)
}
