// The optimizer's state as tensors, which a policy folder holds beside the weights.

package import Checkpoints
package import Transformer

extension AdamW {
  /// The segments of a model's parameters.
  ///
  /// - Parameter decaysVectors: whether norms and biases decay as well: PyTorch's AdamW and verl decay them,
  ///   transformers' and TRL's trainers do not.
  package static func segments(of tensors: [TensorLayout], decaysVectors: Bool) -> [Segment] {
    var segments: [Segment] = []
    for tensor in tensors {
      let decays = decaysVectors || tensor.shape.count > 1
      if let last = segments.last, last.decays == decays {
        segments[segments.count - 1] = Segment(
          range: last.range.lowerBound..<tensor.range.upperBound, decays: decays)
      } else {
        segments.append(Segment(range: tensor.range, decays: decays))
      }
    }
    return segments
  }

  /// Names of what is saved.
  private enum Name {
    static let stepCount = "step_count"
    static func first(_ tensor: String) -> String { "first_moment." + tensor }
    static func second(_ tensor: String) -> String { "second_moment." + tensor }
  }

  /// Calls `body` with the state as tensors, moments named and shaped as the parameters they belong to.
  ///
  /// The step count is a float32 of one element, exact up to 2²⁴ steps.
  package func withTensors<R>(
    _ tensors: [TensorLayout], _ body: ([TensorValues]) throws -> R
  ) throws -> R {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: 1) { count in
      count.initialize(repeating: Float(stepCount))
      return try firstMoments.withUnsafeBufferPointer { first in
        try secondMoments.withUnsafeBufferPointer { second in
          var values = [
            TensorValues(name: Name.stepCount, shape: [1], values: UnsafeBufferPointer(count))
          ]
          for tensor in tensors {
            for (name, moments) in [
              (Name.first(tensor.name), first), (Name.second(tensor.name), second),
            ] {
              values.append(
                TensorValues(
                  name: name, shape: tensor.shape,
                  values: UnsafeBufferPointer(rebasing: moments[tensor.range])))
            }
          }
          return try body(values)
        }
      }
    }
  }

  /// The optimizer that `withTensors` gave the tensors of.
  ///
  /// - Throws: `CheckpointError` where a tensor is missing or misshapen, `PolicyGradientError.badStepCount`, `badMoment`.
  package init(
    restoredFrom file: SafetensorsFile, options: Options, segments: [Segment],
    tensors: [TensorLayout]
  ) throws {
    let count = segments.last?.range.upperBound ?? 0
    var stepCount = [Float](repeating: 0, count: 1)
    try stepCount.withUnsafeMutableBufferPointer {
      try file.read(Name.stepCount, shape: [1], into: $0)
    }
    guard let steps = Int(exactly: stepCount[0]), steps >= 0 else {
      throw PolicyGradientError.badStepCount(path: file.path, value: Double(stepCount[0]))
    }
    func moments(_ name: (String) -> String) throws -> [Float] {
      var moments = [Float](repeating: 0, count: count)
      try moments.withUnsafeMutableBufferPointer { moments in
        for tensor in tensors {
          try file.read(
            name(tensor.name), shape: tensor.shape,
            into: UnsafeMutableBufferPointer(rebasing: moments[tensor.range]))
        }
      }
      return moments
    }
    self.init(
      options: options, segments: segments, stepCount: steps,
      firstMoments: try moments(Name.first), secondMoments: try moments(Name.second))
    try withTensors(tensors) { values in
      let squares = values.filter { $0.name.hasPrefix(Name.second("")) }
      for (range, values) in [(finiteNumbers, values), (0...finiteNumbers.upperBound, squares)] {
        guard let (tensor, value) = firstValue(outside: range, in: values) else { continue }
        throw PolicyGradientError.badMoment(path: file.path, tensor: tensor, value: value)
      }
    }
  }
}
