import ArgumentParser
import Checkpoints
import Foundation
import Tokenizers
import Transformer

/// A kind of file that comes from strangers: a whole one to begin with, and all that is read from it.
enum ModelFileKind: String, CaseIterable, ExpressibleByArgument {
  case safetensors
  case index
  case gguf
  case tokenizer
  case config

  /// What the damaged file is called in its folder.
  var fileName: String {
    switch self {
    case .safetensors: "model.safetensors"
    case .index: "model.safetensors.index.json"
    case .gguf: "model.gguf"
    case .tokenizer: "tokenizer.json"
    case .config: "config.json"
    }
  }

  /// Makes a whole file, and whatever has to lie beside it, in a folder.
  ///
  /// - Returns: the file's bytes.
  func prepare(in folder: String) throws -> [UInt8] {
    switch self {
    case .safetensors:
      try Self.writeTensors(["a": [2, 3], "model.norm.weight": [4], "z": []], folder, fileName)
    case .index:
      try Self.writeTensors(["a": [2, 3]], folder, "one.safetensors")
      try Self.writeTensors(["b": [4]], folder, "two.safetensors")
      let json =
        #"{"metadata":{"total_size":40},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}"#
      try Data(json.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(fileName)"))
    case .gguf:
      try Data(smallGGUF()).write(to: URL(fileURLWithPath: "\(folder)/\(fileName)"))
    case .tokenizer:
      let tokenizer = try Tokenizer.learned(
        from: ["one two two three three three 12 12"], vocabularySize: 270,
        specialTokens: ["<|end|>"])
      try Data(tokenizer.fileBytes).write(to: URL(fileURLWithPath: "\(folder)/\(fileName)"))
    case .config:
      let configuration = ModelConfiguration(
        vocabularySize: 20, hiddenSize: 8, intermediateSize: 8, layerCount: 1, headCount: 2,
        keyValueHeadCount: 1, ropeScaling: .linear(factor: 2), maximumPositionCount: 16,
        bosTokenID: 1, endOfSequenceTokenIDs: [2, 3])
      try Data(configuration.fileBytes).write(to: URL(fileURLWithPath: "\(folder)/\(fileName)"))
    }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(fileName)")))
  }

  /// Reads all that the tools would read.
  func read(from folder: String) throws {
    let path = "\(folder)/\(fileName)"
    switch self {
    case .safetensors, .index:
      let tensors = try TensorReader(folder: folder)
      for tensor in tensors.tensors {
        var values = [Float](repeating: 0, count: tensor.shape.reduce(1, *))
        try values.withUnsafeMutableBufferPointer {
          try tensors.read(tensor.name, shape: tensor.shape, into: $0)
        }
      }
    case .gguf:
      let policy = try GGUFPolicy(path: path)
      for tensor in policy.file.tensors.values {
        _ = try policy.file.read(tensor.name, shape: tensor.shape)
      }
      let metadata = policy.file.metadata
      let tokenizer = try Tokenizer(
        ggufTokens: metadata["tokenizer.ggml.tokens"]?.texts ?? [],
        types: metadata["tokenizer.ggml.token_type"]?.integers ?? [],
        merges: metadata["tokenizer.ggml.merges"]?.texts ?? [],
        preTokenizer: metadata["tokenizer.ggml.pre"]?.text ?? "gpt-2", path: path)
      try Self.use(tokenizer)
      if let source = metadata["tokenizer.chat_template"]?.text {
        _ = try PolicyTemplate(source: source, texts: [:], path: path)
      }
      _ = try Weights(policy)
    case .tokenizer:
      try Self.use(Tokenizer(readingFrom: path))
    case .config:
      let configuration = try ModelConfiguration(readingFrom: path)
      _ = configuration.fileBytes(naming: .bfloat16)
    }
  }

  private static func use(_ tokenizer: Tokenizer) throws {
    let tokens = tokenizer.encodeRecognizingAddedTokens("one two 12 three<|end|>é\u{301}\n")
    _ = try tokenizer.decode(tokens)
    _ = tokenizer.fileBytes
  }

  private static func writeTensors(
    _ shapes: [String: [Int]], _ folder: String, _ name: String
  ) throws {
    let numbers = [Float](repeating: 1, count: 16)
    try numbers.withUnsafeBufferPointer { numbers in
      try writeSafetensors(
        shapes.map { name, shape in
          TensorValues(
            name: name, shape: shape,
            values: UnsafeBufferPointer(rebasing: numbers[..<shape.reduce(1, *)]))
        }, metadata: ["note": "text"], to: "\(folder)/\(name)")
    }
  }
}
