package import Checkpoints

extension Weights {
  /// The parameters of a policy folder. Tied embeddings are stored once.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, short, of another shape, or not finite.
  package convenience init(_ folder: PolicyFolder) throws {
    try Self.checkPresence(folder)
    try self.init(configuration: folder.configuration)
    for tensor in tensors {
      try folder.tensors.read(
        tensor.name, shape: tensor.shape,
        into: UnsafeMutableBufferPointer(rebasing: elements[tensor.range]))
    }
    if let (tensor, value) = firstValue(in: tensorValues) {
      throw CheckpointError.notFinite(path: folder.tensors.path, tensor: tensor, value: value)
    }
  }

  /// The parameters of a GGUF file.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, of another shape, or not finite.
  package convenience init(_ policy: GGUFPolicy) throws {
    let configuration = policy.configuration
    try configuration.checkShape()
    // Each layer has tensors of its own: one that is claimed but not there is found before room is made for the rest.
    for layer in 0..<configuration.layerCount {
      try policy.check([(Self.inputNormName(layer), [configuration.hiddenSize])])
    }
    try policy.check(Self.layout(configuration).map { ($0.name, $0.shape) })
    try self.init(configuration: policy.configuration)
    let elements = elements
    for tensor in tensors {
      let values = try policy.read(tensor.name, shape: tensor.shape)
      for (index, value) in zip(tensor.range, values) { elements[index] = value }
    }
    if let (tensor, value) = firstValue(in: tensorValues) {
      throw CheckpointError.notFinite(
        path: policy.file.path, tensor: GGUFPolicy.ggufName(tensor), value: value)
    }
  }

  /// Checks every tensor's shape in the folder before room is made for any: what `config.json` says may be out of all
  /// proportion to what lies beside it.
  private static func checkPresence(_ folder: PolicyFolder) throws {
    let configuration = folder.configuration
    try configuration.checkShape()
    func shape(_ name: String, expected: [Int]) throws -> [Int] {
      guard let found = folder.tensors.tensor(named: name) else {
        throw CheckpointError.missingTensor(
          path: folder.tensors.path, tensor: name, shape: expected)
      }
      return found.shape
    }
    // Each layer has tensors of its own, so that the layout of more of them would only waste memory.
    for layer in 0..<configuration.layerCount {
      _ = try shape(inputNormName(layer), expected: [configuration.hiddenSize])
    }
    for tensor in layout(configuration) {
      let found = try shape(tensor.name, expected: tensor.shape)
      guard found == tensor.shape else {
        throw CheckpointError.wrongShape(
          path: folder.tensors.path, tensor: tensor.name, expected: tensor.shape, found: found)
      }
    }
  }

  private static func inputNormName(_ layer: Int) -> String {
    "model.layers.\(layer).input_layernorm.weight"
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
