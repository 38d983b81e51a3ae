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
    fileIndices = weightMap.compactMapValues { places[$0] }
    var seen: Set<String> = []
    for file in files {
      for tensor in file.tensors where !seen.insert(tensor.name).inserted {
        throw CheckpointError.malformedHeader(
          path: file.path, fault: .duplicate(tensor.name))
      }
    }
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
}
