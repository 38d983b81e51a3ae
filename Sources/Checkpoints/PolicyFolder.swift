// A policy as a Hugging Face folder: the only state that crosses a step.

internal import Diagnostics
internal import Foundation
internal import JSONLines

/// A file of a policy folder, by its name and contents.
package struct PolicyFile: Sendable {
  /// A plain name, without a folder.
  package let name: String
  package let bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// A policy folder, opened for reading.
package struct PolicyFolder: Sendable {
  package let path: String
  package let configuration: ModelConfiguration
  package let tensors: TensorReader

  /// The optimizer's state beside the weights: in a folder of its own, since inference engines take every safetensors file next to
  /// `config.json` for weights.
  package static let optimizerFileName = "\(optimizerFolderName)/state.safetensors"
  static let optimizerFolderName = "optimizer"

  /// Kinds of files that go from one policy to the next unchanged.
  private static let copiedExtensions: Set = ["jinja", "json", "md", "model", "txt"]

  /// Opens a policy: reads its configuration and checks the headers of its tensors.
  ///
  /// - Throws: `CheckpointError.missingFolder` (exit status 66); what is wrong inside (65).
  package init(path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CheckpointError.missingFolder(path)
    }
    guard isFolder.boolValue else { throw CheckpointError.notAFolder(path) }
    self.path = path
    configuration = try ModelConfiguration(readingFrom: "\(path)/config.json")
    tensors = try TensorReader(folder: path)
  }

  /// Tokens that end a response; any of them does: those of `config.json`, then those that `generation_config.json` adds.
  package func endOfSequenceTokenIDs() throws -> [Int] {
    let path = file("generation_config.json")
    guard FileManager.default.fileExists(atPath: path) else {
      return configuration.endOfSequenceTokenIDs
    }
    let json = try decoded(GenerationConfigurationJSON.self, from: wholeFile(path), path: path)
    let reader = FieldReader(path: path)
    return try (json.endOfSequenceTokenIDs?.values ?? []).reduce(
      into: configuration.endOfSequenceTokenIDs
    ) { ids, id in
      let token = try reader.token("eos_token_id", id, below: configuration.vocabularySize)
      if let token, !ids.contains(token) { ids.append(token) }
    }
  }

  /// The path of a file in the folder, whether or not it is there.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The tokenizer's files and whatever else lies beside the tensors, for the next policy's folder;
  /// sorted by name.
  package func copiedFiles() throws -> [PolicyFile] {
    try copiedFileNames().map { PolicyFile(name: $0, bytes: [UInt8](try wholeFile(file($0)))) }
  }

  /// The names of the files that go into the next policy's folder, sorted.
  package func copiedFileNames() throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw SystemError("read", path: path, code: EIO)
    }
    // Made anew, or what a trainer left of its own progress.
    let made: Set = ["config.json", indexFileName, "trainer_state.json"]
    return names.filter { name in
      let url = URL(fileURLWithPath: file(name))
      var isFolder: ObjCBool = false
      return !name.hasPrefix(".") && !made.contains(name)
        && (Self.copiedExtensions.contains(url.pathExtension) || name == "LICENSE")
        && FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
  }

  /// Writes a policy folder, which appears under its name only when it is whole.
  ///
  /// Every value is checked before anything is written. If one is not finite, an older folder stays untouched.
  ///
  /// - Parameters:
  ///   - tensors: the network's, for `model.safetensors`.
  ///   - shards: the file of each tensor, where they are parted over several, with their index; a
  ///     tensor that it lacks goes to the first of them.
  ///   - elementType: what the tensors are stored as, and `config.json` then names; nil for `F32`,
  ///     which keeps what a small learning rate changes, whatever `config.json` names.
  ///   - optimizerTensors: for `optimizerFileName`, always `F32`; the file is left out where there are none.
  ///   - files: the tokenizer's and any others; one named `generation_config.json` replaces the
  ///     default.
  /// - Throws: `CheckpointError.divergedTensor`, `beyondPrecision`, `duplicateName` or `occupiedPlace`, which name the policy's own path;
  ///   `SystemError`.
  package static func write(
    at path: String, configuration: ModelConfiguration, tensors: [TensorValues],
    shards: [String: String]? = nil, elementType: TensorElementType? = nil,
    optimizerTensors: [TensorValues] = [],
    files: [PolicyFile]
  ) throws {
    let configurationBytes =
      elementType.map { configuration.fileBytes(naming: $0) } ?? configuration.fileBytes
    let elementType = elementType ?? .float32
    var all = [PolicyFile(name: "config.json", bytes: configurationBytes)]
    if !files.contains(where: { $0.name == "generation_config.json" }) {
      all.append(
        PolicyFile(name: "generation_config.json", bytes: configuration.generationFileBytes))
    }
    all += files
    let parts = parts(of: tensors, shards: shards)
    if parts.count > 1 || parts.first?.name != singleFileName {
      all.append(PolicyFile(name: indexFileName, bytes: index(of: parts, elementType)))
    }
    var names = Set(parts.map(\.name)).union([optimizerFolderName])
    for file in all where !names.insert(file.name).inserted {
      throw CheckpointError.duplicateName(path: path, name: file.name)
    }
    for (tensors, type) in [(tensors, elementType), (optimizerTensors, .float32)] {
      try checkNames(tensors, path: path)
      try checkStorable(tensors, as: type, path: path)
    }
    try checkPlace(path, for: names)
    try replaceFolder(at: path) { folder in
      for file in all { try writeFile(file.bytes, to: "\(folder)/\(file.name)") }
      for part in parts {
        try writeSafetensors(part.tensors, elementType: elementType, to: "\(folder)/\(part.name)")
      }
      if !optimizerTensors.isEmpty {
        try addFolder("\(folder)/\(optimizerFolderName)") {
          try writeSafetensors(optimizerTensors, to: "\(folder)/\(optimizerFileName)")
        }
      }
    }
  }

  /// The tensors of each file, sorted by the files' names.
  private static func parts(
    of tensors: [TensorValues], shards: [String: String]?
  ) -> [(name: String, tensors: [TensorValues])] {
    guard let shards, let first = shards.values.min() else { return [(singleFileName, tensors)] }
    return Dictionary(grouping: tensors) { shards[$0.name] ?? first }
      .sorted { $0.key < $1.key }.map { (name: $0.key, tensors: $0.value) }
  }

  /// The contents of `model.safetensors.index.json`.
  private static func index(
    of parts: [(name: String, tensors: [TensorValues])], _ elementType: TensorElementType
  ) -> [UInt8] {
    let lines = parts.flatMap { part in part.tensors.map { ($0.name, part.name) } }
      .sorted { $0.0 < $1.0 }.map { "    \(jsonText($0)): \(jsonText($1))" }
    let size =
      parts.flatMap(\.tensors).reduce(0) { $0 + $1.values.count }
      * elementType.byteCount
    return Array(
      """
      {
        "metadata": {
          "total_size": \(size)
        },
        "weight_map": {
      \(lines.joined(separator: ",\n"))
        }
      }

      """.utf8)
  }
}

/// The file of all tensors.
let singleFileName = "model.safetensors"
/// The file that says which of several files holds a tensor.
let indexFileName = "model.safetensors.index.json"
