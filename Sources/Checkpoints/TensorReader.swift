// The tensors of a policy folder, in one file or in several with an index.

internal import Foundation

/// The tensors of a policy: `model.safetensors`, or the files that `model.safetensors.index.json`
/// names.
package struct TensorReader: Sendable {
  /// The file of all tensors, or their index: what errors about a missing tensor name.
  package let path: String
  private let files: [SafetensorsFile]
  /// Which of the files holds each tensor.
  private let fileIndices: [String: Int]

  /// Opens every file of the folder's policy and checks its header.
  package init(folder: String) throws {
    let single = "\(folder)/\(singleFileName)"
    let index = "\(folder)/\(indexFileName)"
    if FileManager.default.fileExists(atPath: single)
      || !FileManager.default.fileExists(atPath: index)
    {
      try self.init(file: SafetensorsFile(path: single))
    } else {
      try self.init(folder: folder, index: index)
    }
  }

  /// The tensors of one file.
  package init(file: SafetensorsFile) throws {
    path = file.path
    files = [file]
    fileIndices = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, 0) })
  }

  private init(folder: String, index: String) throws {
    struct IndexJSON: Decodable {
      let weightMap: [String: String]
      enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }
    path = index
    let weightMap = try decoded(IndexJSON.self, from: wholeFile(index), path: index).weightMap
    for (tensor, file) in weightMap.sorted(by: { $0.key < $1.key })
    where file.isEmpty || file.hasPrefix(".") || file.utf8.contains(UInt8(ascii: "/")) {
      throw CheckpointError.malformedHeader(
        path: index, fault: .fileOutsideFolder(tensor: tensor, file: file))
    }
    let names = Set(weightMap.values).sorted()
    files = try names.map { try SafetensorsFile(path: "\(folder)/\($0)") }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var fileIndices = weightMap.compactMapValues { places[$0] }
    var seen: Set<String> = []
    for (index, file) in files.enumerated() {
      for tensor in file.tensors {
        guard seen.insert(tensor.name).inserted else {
          throw CheckpointError.malformedHeader(path: file.path, fault: .duplicate(tensor.name))
        }
        // One that the index leaves out is there all the same, and other programs read it.
        if fileIndices[tensor.name] == nil { fileIndices[tensor.name] = index }
      }
    }
    self.fileIndices = fileIndices
  }

  /// The name of the file that holds each tensor; nil where one file, `model.safetensors`, holds all.
  package var shards: [String: String]? {
    path.hasSuffix(".index.json")
      ? fileIndices.mapValues { URL(fileURLWithPath: files[$0].path).lastPathComponent } : nil
  }

  /// All tensors, sorted by name.
  package var tensors: [TensorDescription] {
    fileIndices.sorted { $0.key < $1.key }.compactMap { files[$1].tensor(named: $0) }
  }

  /// The tensor of that name, or nil.
  package func tensor(named name: String) -> TensorDescription? {
    fileIndices[name].flatMap { files[$0].tensor(named: name) }
  }

  /// Reads a tensor, as `SafetensorsFile.read` does, from the file that holds it.
  package func read(
    _ name: String, shape: [Int], into values: UnsafeMutableBufferPointer<Float>
  ) throws {
    guard let index = fileIndices[name] else {
      throw CheckpointError.missingTensor(path: path, tensor: name, shape: shape)
    }
    try files[index].read(name, shape: shape, into: values)
  }

  /// Whether two tensors that are here have the same shape and the same numbers, bit for bit.
  package func haveSameValues(_ one: String, _ other: String) throws -> Bool {
    guard let first = tensor(named: one), let second = tensor(named: other),
      let firstFile = fileIndices[one], let secondFile = fileIndices[other]
    else { return false }
    guard first.shape == second.shape else { return false }
    let count = first.shape.reduce(1, *)
    let blockCount = min(count, 1 << 18)
    let blocks = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, 2 * blockCount))
    defer { blocks.deallocate() }
    for start in stride(from: 0, to: count, by: max(1, blockCount)) {
      let length = min(blockCount, count - start)
      let left = UnsafeMutableBufferPointer(rebasing: blocks[..<length])
      let right = UnsafeMutableBufferPointer(rebasing: blocks[blockCount..<blockCount + length])
      try files[firstFile].read(first, from: start, into: left)
      try files[secondFile].read(second, from: start, into: right)
      guard zip(left, right).allSatisfy({ $0.bitPattern == $1.bitPattern }) else { return false }
    }
    return true
  }
}
