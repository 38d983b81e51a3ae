// A policy as a Hugging Face folder: the only state that crosses a step.

internal import Foundation

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

  /// Files that go from one policy to the next unchanged, where they are present.
  package static let copiedFileNames = [
    "added_tokens.json", "chat_template.jinja", "generation_config.json", "merges.txt",
    "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
  ]

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

  /// The path of a file in the folder, whether or not it is there.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The files of `copiedFileNames` that are present, for the next policy's folder.
  package func copiedFiles() throws -> [PolicyFile] {
    try Self.copiedFileNames
      .filter { FileManager.default.fileExists(atPath: file($0)) }
      .map { PolicyFile(name: $0, bytes: [UInt8](try wholeFile(file($0)))) }
  }

  /// Writes a policy folder, which appears under its name only when it is whole.
  ///
  /// - Parameters:
  ///   - tensors: the network's, for `model.safetensors`.
  ///   - elementType: `F32` keeps what a small learning rate changes; `BF16` halves the size.
  ///   - optimizerTensors: for `optimizer.safetensors`, always `F32`; the file is left out where there
  ///     are none.
  ///   - files: the tokenizer's and any others; one named `generation_config.json` replaces the
  ///     default.
  package static func write(
    at path: String, configuration: ModelConfiguration, tensors: [TensorValues],
    elementType: TensorElementType = .float32, optimizerTensors: [TensorValues] = [],
    files: [PolicyFile]
  ) throws {
    var all = [PolicyFile(name: "config.json", bytes: configuration.fileBytes)]
    if !files.contains(where: { $0.name == "generation_config.json" }) {
      all.append(
        PolicyFile(name: "generation_config.json", bytes: configuration.generationFileBytes))
    }
    all += files
    var names: Set = ["model.safetensors", "optimizer.safetensors"]
    for file in all where !names.insert(file.name).inserted {
      throw CheckpointError.duplicateName(path: path, name: file.name)
    }
    try replaceFolder(at: path) { folder in
      for file in all { try writeFile(file.bytes, to: "\(folder)/\(file.name)") }
      try writeSafetensors(tensors, elementType: elementType, to: "\(folder)/model.safetensors")
      if !optimizerTensors.isEmpty {
        try writeSafetensors(optimizerTensors, to: "\(folder)/optimizer.safetensors")
      }
    }
  }
}
