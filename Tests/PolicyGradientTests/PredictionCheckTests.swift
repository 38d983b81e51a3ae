import Kernels
import PolicyGradient
import Testing
import Transformer

/// Finite weights do not mean finite predictions.
@Suite("Check of a policy's predictions")
struct PredictionCheckTests {
  /// The error of a check of a model whose weights have been changed, if any.
  private func failure(
    precision: ProductPrecision = .float32, _ change: (TensorLayout, inout Float) -> Void
  ) throws -> PolicyGradientError? {
    let weights = try TinyModel.model(seed: 1).weights
    for tensor in weights.tensors {
      for index in tensor.range { change(tensor, &weights.elements[index]) }
    }
    #expect(weights.elements.allSatisfy { $0.isFinite })
    let trainer = try TinyModel.trainer(Model(weights: weights, precision: precision))
    do {
      try trainer.checkPredictions(over: [1, 2, 3, 4, 5], of: "sample", path: "next")
      return nil
    } catch let error as PolicyGradientError {
      return error
    }
  }

  static let factors: [Float] = [1e20, 1e25, 1e30, 1e37]

  @Test(
    "a policy all of whose weights are absurd is no policy", arguments: factors,
    [ProductPrecision.float32, .bfloat16])
  func absurdWeights(factor: Float, precision: ProductPrecision) throws {
    let error = try failure(precision: precision) { $1 *= factor }
    #expect(error == .predictionsNotFinite(path: "next", sample: "sample"))
  }

  @Test(
    "nor is one of which one kind of tensor is", arguments: [1e30] as [Float],
    [
      "embed_tokens", "input_layernorm", "post_attention_layernorm", "v_proj", "o_proj",
      "gate_proj", "up_proj", "down_proj",
    ])
  func absurdTensors(factor: Float, name: String) throws {
    let error = try failure { if $0.name.contains(name) { $1 *= factor } }
    #expect(error == .predictionsNotFinite(path: "next", sample: "sample"), "\(name)")
  }

  @Test(
    "weights that are merely large are a policy", arguments: [1, 100, 1000] as [Float],
    [ProductPrecision.float32, .bfloat16])
  func largeWeights(factor: Float, precision: ProductPrecision) throws {
    #expect(try failure(precision: precision) { $1 *= factor } == nil)
  }
}
