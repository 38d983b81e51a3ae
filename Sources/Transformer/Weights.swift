package import Checkpoints
package import Kernels
package import RandomStreams

/// Numbers in the layout of a model's parameters: the parameters themselves, or their gradients.
package protocol ParameterSet: AnyObject, Sendable {
  var configuration: ModelConfiguration { get }
  var tensors: [TensorLayout] { get }
  /// All tensors, one after the other.
  var buffer: FloatBuffer { get }
}

extension ParameterSet {
  /// All numbers, in the order of the layout; valid as long as the set lives.
  package var elements: UnsafeMutableBufferPointer<Float> { buffer.elements }

  /// Calls `body` with the elements of one tensor, named as in a Hugging Face folder.
  package func withTensor<R>(
    _ name: String, _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) throws -> R {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      throw TransformerError.unknownTensor(name)
    }
    return try body(UnsafeMutableBufferPointer(rebasing: buffer.elements[tensor.range]))
  }
}

/// The parameters of a model, in one flat float32 buffer.
package final class Weights: ParameterSet {
  package let configuration: ModelConfiguration
  package let tensors: [TensorLayout]
  package let buffer: FloatBuffer

  /// Bytes of the parameters of a configuration. In floating point, since the whole numbers of a hostile file may overflow.
  ///
  /// - Throws: `TransformerError.impossibleConfiguration`.
  package static func byteCount(
    _ configuration: ModelConfiguration
  ) throws(TransformerError) -> Double {
    try configuration.checkShape()
    return configuration.matrixElementCount * Double(MemoryLayout<Float>.stride)
  }

  /// Parameters that are all 0, to be filled tensor by tensor.
  package init(configuration: ModelConfiguration) throws(TransformerError) {
    try configuration.checkShape()
    self.configuration = configuration
    tensors = Self.layout(configuration)
    buffer = FloatBuffer(count: tensors.last?.range.upperBound ?? 0)
  }

  /// Random parameters: normal with deviation 0.02, the projections back into the residual stream divided by √(2 · layers)
  /// (Radford et al., GPT-2, 2019), norms 1, biases 0. Draws are taken in the order of the layout.
  package convenience init(
    configuration: ModelConfiguration, random: inout RandomStream
  ) throws(TransformerError) {
    try self.init(configuration: configuration)
    let residualDeviation = 0.02 / Double(2 * configuration.layerCount).squareRoot()
    for tensor in tensors {
      let elements = buffer.elements[tensor.range]
      if tensor.name.hasSuffix("norm.weight") {
        for i in elements.indices { buffer.base[i] = 1 }
      } else if !tensor.name.hasSuffix(".bias") {
        let returnsToResidual =
          tensor.name.hasSuffix("o_proj.weight") || tensor.name.hasSuffix("down_proj.weight")
        let deviation = returnsToResidual ? residualDeviation : 0.02
        for i in elements.indices { buffer.base[i] = Float(random.normal() * deviation) }
      }
    }
  }

  private init(copying other: Weights) {
    configuration = other.configuration
    tensors = other.tensors
    buffer = other.buffer.copy()
  }

  /// Independent parameters of the same values, such as a frozen reference.
  package func copy() -> Weights { Weights(copying: self) }
}

/// The gradient of a loss with respect to every parameter, in the layout of `Weights`.
package final class Gradients: ParameterSet {
  package let configuration: ModelConfiguration
  package let tensors: [TensorLayout]
  package let buffer: FloatBuffer

  /// Gradients that are all 0.
  package init(for weights: Weights) {
    configuration = weights.configuration
    tensors = weights.tensors
    buffer = FloatBuffer(count: weights.buffer.count)
  }

  package func zero() { buffer.zero() }
}

extension ModelConfiguration {
  /// Checks that the numbers can be those of a model.
  func checkShape() throws(TransformerError) {
    func check(_ field: String, _ value: Int, _ holds: Bool, _ requirement: String)
      throws(TransformerError)
    {
      guard holds else {
        throw .impossibleConfiguration(field: field, value: value, requirement: requirement)
      }
    }
    for (field, value) in [
      ("vocabulary size", vocabularySize), ("hidden size", hiddenSize),
      ("intermediate size", intermediateSize), ("layer count", layerCount),
      ("head count", headCount), ("key-value head count", keyValueHeadCount),
      ("head dimension", headDimension), ("maximum position count", maximumPositionCount),
    ] {
      try check(field, value, value > 0, "positive")
    }
    try check("head dimension", headDimension, headDimension % 2 == 0, "even")
    // The rotary table holds so many numbers.
    try check(
      "maximum position count", maximumPositionCount,
      maximumPositionCount <= 1 << 30 / headDimension,
      "at most \(1 << 30 / headDimension) with heads of \(headDimension)")
    try check(
      "parameter count", Int(min(matrixElementCount, 1e18)), matrixElementCount <= 0x1p40,
      "at most 2^40")
    try check(
      "key-value head count", keyValueHeadCount, headCount % keyValueHeadCount == 0,
      "a divisor of the head count, \(headCount)")
  }
}
