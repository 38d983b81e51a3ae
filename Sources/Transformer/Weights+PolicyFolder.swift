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
    _ = try Self.unusedTensors(of: policy)
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
    _ = try unusedTensors(of: folder)
  }

  /// The tensors of a policy folder that this engine makes nothing of, such as the head of a reward model. Those that follow from the
  /// configuration, which older programs stored, do not count.
  ///
  /// - Throws: `CheckpointError` for a tensor of the network itself that has no place in it, such as a bias or a layer too many, and for
  ///   an output projection that differs from the embedding that it is said to be.
  package static func unusedTensors(of folder: PolicyFolder) throws -> [String] {
    let path = folder.tensors.path
    let used = Set(layout(folder.configuration).map(\.name))
    var unused: [String] = []
    for tensor in folder.tensors.tensors.map(\.name) where !used.contains(tensor) {
      if tensor == headName, folder.configuration.tiesEmbeddings {
        guard try folder.tensors.haveSameValues(headName, embeddingName) else {
          throw CheckpointError.untiedHead(path: path, tensor: headName, embedding: embeddingName)
        }
      } else if tensor.hasSuffix("rotary_emb.inv_freq") {
        continue
      } else if tensor.hasPrefix("model.") || tensor.hasPrefix("lm_head.") {
        throw CheckpointError.unusedTensor(path: path, tensor: tensor)
      } else {
        unused.append(tensor)
      }
    }
    return unused
  }

  /// The same of a GGUF file.
  package static func unusedTensors(of policy: GGUFPolicy) throws -> [String] {
    let used = Set(layout(policy.configuration).map { GGUFPolicy.ggufName($0.name) })
    var unused: [String] = []
    for tensor in policy.file.tensors.keys.sorted() where !used.contains(tensor) {
      // Left over from a conversion of long ago; the rotation follows from the metadata.
      if tensor.hasSuffix(".attn_rot_embd.weight") { continue }
      guard !["blk.", "output", "token_embd"].contains(where: tensor.hasPrefix) else {
        throw CheckpointError.unusedTensor(path: policy.file.path, tensor: tensor)
      }
      unused.append(tensor)
    }
    return unused
  }

  private static let headName = "lm_head.weight"
  private static let embeddingName = "model.embed_tokens.weight"

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
