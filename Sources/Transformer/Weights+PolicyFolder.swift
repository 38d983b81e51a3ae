package import Checkpoints

extension Weights {
  /// The parameters of a policy folder. Tied embeddings are stored once.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, short or of another shape.
  package convenience init(_ folder: PolicyFolder) throws {
    try Self.checkPresence(folder)
    try self.init(configuration: folder.configuration)
    for tensor in tensors {
      try folder.tensors.read(
        tensor.name, shape: tensor.shape,
        into: UnsafeMutableBufferPointer(rebasing: elements[tensor.range]))
    }
  }

  /// The parameters of a GGUF file.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing or of another shape.
  package convenience init(_ policy: GGUFPolicy) throws {
    // The last layer first: a file that claims more layers than it has is refused before room is made for them.
    let last = "model.layers.\(policy.configuration.layerCount - 1).input_layernorm.weight"
    _ = try policy.read(last, shape: [policy.configuration.hiddenSize])
    try policy.check(Self.layout(policy.configuration).map { ($0.name, $0.shape) })
    try self.init(configuration: policy.configuration)
    let elements = elements
    for tensor in tensors {
      let values = try policy.read(tensor.name, shape: tensor.shape)
      for (index, value) in zip(tensor.range, values) { elements[index] = value }
    }
  }

  /// Checks every tensor's shape in the folder before room is made for any: what `config.json` says may be out of all
  /// proportion to what lies beside it.
  private static func checkPresence(_ folder: PolicyFolder) throws {
    let configuration = folder.configuration
    // Each layer has tensors of its own, so that the layout of more of them would only waste memory.
    let last = "model.layers.\(configuration.layerCount - 1).input_layernorm.weight"
    guard folder.tensors.tensor(named: last) != nil else {
      throw CheckpointError.missingTensor(
        path: folder.tensors.path, tensor: last, shape: [configuration.hiddenSize])
    }
    for tensor in layout(configuration) {
      guard let found = folder.tensors.tensor(named: tensor.name) else {
        throw CheckpointError.missingTensor(
          path: folder.tensors.path, tensor: tensor.name, shape: tensor.shape)
      }
      guard found.shape == tensor.shape else {
        throw CheckpointError.wrongShape(
          path: folder.tensors.path, tensor: tensor.name, expected: tensor.shape,
          found: found.shape)
      }
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
