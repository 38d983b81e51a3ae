package import Checkpoints

extension Weights {
  /// The parameters of a policy folder. Tied embeddings are stored once.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, short or of another shape.
  package convenience init(_ folder: PolicyFolder) throws {
    try self.init(configuration: folder.configuration)
    for tensor in tensors {
      try folder.tensors.read(
        tensor.name, shape: tensor.shape,
        into: UnsafeMutableBufferPointer(rebasing: elements[tensor.range]))
    }
  }

  /// The parameters as tensors by name, valid while these weights are.
  package var tensorValues: [TensorValues] {
    tensors.map { tensor in
      TensorValues(
        name: tensor.name, shape: tensor.shape,
        values: UnsafeBufferPointer(rebasing: elements[tensor.range]))
    }
  }
}
