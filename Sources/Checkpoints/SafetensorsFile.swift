// Reading tensors from one safetensors file.

/// A safetensors file, open for reading, its header checked.
package final class SafetensorsFile: Sendable {
  package let path: String
  /// In the order of their data.
  package let tensors: [TensorDescription]
  package let metadata: [String: String]
  private let file: ReadableFile
  private let indices: [String: Int]

  /// Opens the file and checks its header against the format and the file's size.
  package init(path: String) throws {
    self.path = path
    file = try ReadableFile(path: path)
    let header = try SafetensorsHeader(file)
    tensors = header.tensors
    metadata = header.metadata
    indices = Dictionary(
      uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
  }

  /// The tensor of that name, or nil.
  package func tensor(named name: String) -> TensorDescription? {
    indices[name].map { tensors[$0] }
  }

  /// Reads a tensor into the caller's memory, converted to `Float`.
  ///
  /// - Parameters:
  ///   - shape: the shape that the caller counts on, checked before anything is read.
  ///   - values: room for exactly the elements of `shape`.
  /// - Throws: `CheckpointError` where the tensor is missing, of another shape, of a type that is
  ///   not converted, or cut off; `SystemError` where reading fails.
  package func read(
    _ name: String, shape: [Int], into values: UnsafeMutableBufferPointer<Float>
  ) throws {
    guard let tensor = tensor(named: name) else {
      throw CheckpointError.missingTensor(path: path, tensor: name, shape: shape)
    }
    guard tensor.shape == shape else {
      throw CheckpointError.wrongShape(
        path: path, tensor: name, expected: shape, found: tensor.shape)
    }
    precondition(values.count == shape.reduce(1, *), "room for \(values.count) values")
    try read(tensor, from: 0, into: values)
  }

  /// Reads the elements of a tensor of this file from one on, as many as there is room for.
  func read(
    _ tensor: TensorDescription, from first: Int, into values: UnsafeMutableBufferPointer<Float>
  ) throws {
    guard let elementType = TensorElementType(rawValue: tensor.elementType) else {
      throw CheckpointError.unsupportedElementType(
        path: path, tensor: tensor.name, found: tensor.elementType)
    }
    if elementType == .float32 {
      try fill(
        UnsafeMutableRawBufferPointer(values), from: tensor, at: tensor.bytes.lowerBound + 4 * first
      )
    } else {
      try readHalves(tensor, elementType: elementType, from: first, into: values)
    }
  }

  /// Reads two-byte elements, a block at a time.
  private func readHalves(
    _ tensor: TensorDescription, elementType: TensorElementType, from first: Int,
    into values: UnsafeMutableBufferPointer<Float>
  ) throws {
    let block = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 1 << 18)
    defer { block.deallocate() }
    var start = 0
    while start < values.count {
      let count = min(block.count, values.count - start)
      let part = UnsafeMutableBufferPointer(rebasing: block[0..<count])
      try fill(
        UnsafeMutableRawBufferPointer(part), from: tensor,
        at: tensor.bytes.lowerBound + 2 * (first + start))
      if elementType == .bfloat16 {
        for i in 0..<count { values[start + i] = float(bfloat16Bits: part[i]) }
      } else {
        for i in 0..<count { values[start + i] = Float(Float16(bitPattern: part[i])) }
      }
      start += count
    }
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from tensor: TensorDescription, at offset: Int
  ) throws {
    let count = try file.read(at: offset, into: buffer)
    guard count == buffer.count else {
      // The file has shrunk since its header was checked.
      throw CheckpointError.truncatedTensor(
        path: path, tensor: tensor.name, expectedBytes: tensor.bytes.count,
        foundBytes: offset - tensor.bytes.lowerBound + count)
    }
  }
}
