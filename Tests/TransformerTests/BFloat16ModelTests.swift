import Checkpoints
import Foundation
import Kernels
import TestSupport
import Testing
import Transformer

@Suite("Models in bfloat16")
struct BFloat16ModelTests {
  @Test(
    "statistics and gradients are PyTorch's of rounded operands, and near those in float32",
    arguments: ReferenceModel.names, ProductPrecision.available.filter { $0 != .float32 })
  func agreesWithPyTorch(name: String, precision: ProductPrecision) throws {
    let reference = try ReferenceModel(name)
    let rounded = try RoundedReference(name, reference)
    let model = Model(weights: reference.model.weights, precision: precision)
    let gradients = Gradients(for: model.weights)
    let statistics = try TrainingPass(model: model, threadCount: 2).accumulateGradients(
      of: reference.packs(.together), temperature: reference.temperature, into: gradients
    ) { _, targets, _ in
      reference.targetGradients(from: targets.lowerBound, count: targets.count)
    }
    let logits = try model.nextTokenLogits(after: reference.sequences[1])
    let predictions = [
      (statistics[0].logProbabilities, rounded.logProbabilities, reference.logProbabilities),
      (statistics[0].entropies, rounded.entropies, reference.entropies),
      (logits, rounded.lastLogits, reference.lastLogits),
    ]
    // Sums are in another order than PyTorch's, and tiny numbers count as 0.
    let tolerance =
      [.expanded, .tiles].contains(precision.bfloat16Arithmetic) ? 5e-3 : 1e-2
    // 8 bits count, so a number is wrong by 2⁻⁹ of itself at most; a few layers add up to several times that. Another order of
    // sums has a number rounded the other way now and then, which is far less.
    for (actual, sameRounding, exact) in predictions {
      #expect(distance(actual, sameRounding) < tolerance)
      // Or as wrong as PyTorch's, where those are.
      #expect(distance(actual, exact) < max(2e-2, 1.1 * distance(sameRounding, exact)))
      #expect(distance(actual, exact) > 1e-4, "as exact as float32, so nothing was rounded")
    }
    for tensor in gradients.tensors {
      let actual = gradients.elements[tensor.range]
      #expect(distance(actual, rounded.gradients[tensor.range]) < tolerance, "\(tensor.name)")
      #expect(distance(actual, reference.gradients[tensor.range]) < 5e-2, "\(tensor.name)")
    }
  }

  /// What PyTorch computes of a reference model with rounded operands: a fixture's numbers, one after the other.
  private struct RoundedReference {
    let logProbabilities: ArraySlice<Float>
    let entropies: ArraySlice<Float>
    let lastLogits: ArraySlice<Float>
    let gradients: [Float]

    init(_ name: String, _ reference: ReferenceModel) throws {
      var numbers = try Data(contentsOf: Fixtures.url("transformer/\(name).bf16.f32"))
        .withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }[...]
      func take(_ count: Int) -> ArraySlice<Float> {
        defer { numbers = numbers.dropFirst(count) }
        return numbers.prefix(count)
      }
      logProbabilities = take(reference.logProbabilities.count)
      entropies = take(reference.entropies.count)
      lastLogits = take(reference.lastLogits.count)
      gradients = Array(numbers)
      try #require(gradients.count == reference.gradients.count)
    }
  }

  /// ‖actual − expected‖ / ‖expected‖.
  private func distance(_ actual: some Sequence<Float>, _ expected: some Sequence<Float>) -> Double
  {
    let difference = zip(actual, expected).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    return (difference / expected.reduce(0.0) { $0 + pow(Double($1), 2) }).squareRoot()
  }

  @Test("weights that have changed are rounded anew")
  func followsTheWeights() throws {
    let model = try randomModel(seed: 12, precision: .bfloat16)
    let pass = try TrainingPass(model: model, threadCount: 1)
    let pack = try PackedSequences(
      groups: randomGroups(seed: 3, count: 2, model.configuration))
    let before = try pass.statistics(of: [pack], temperature: 1)
    for index in model.weights.elements.indices { model.weights.elements[index] *= 0.5 }
    let after = try pass.statistics(of: [pack], temperature: 1)
    #expect(before != after)
    let fresh = try TrainingPass(model: model, threadCount: 1)
      .statistics(of: [pack], temperature: 1)
    #expect(after == fresh)
  }
}
