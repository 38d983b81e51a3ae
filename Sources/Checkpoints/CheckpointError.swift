// What can be wrong with a policy on disk, and how it is said.

package import Diagnostics

/// What can be wrong with a policy folder or one of its files; paths are as the user named them.
package enum CheckpointError: ToolError, Equatable {
  /// The folder that should hold the policy is not there.
  case missingFolder(String)
  /// The policy's path names a file.
  case notAFolder(String)
  /// The file that was named is not there.
  case noSuchFile(path: String)
  /// The folder is there, but lacks a file that every policy has.
  case missingFile(path: String)
  /// Not JSON, or not the JSON that this file should hold.
  case malformedJSON(path: String, problem: String)
  /// A configuration without a value that it needs.
  case missingField(path: String, field: String)
  /// A value that no network can have.
  case invalidField(path: String, field: String, found: String, expected: String)
  /// A value that is meaningful, but beyond what this engine computes.
  case unsupported(path: String, field: String, found: String, supported: String)
  /// A safetensors file whose header contradicts itself, the format or the file's size.
  case malformedHeader(path: String, fault: SafetensorsFault)
  /// A GGUF file that contradicts itself, the format or its size, or lacks what a policy needs.
  case malformedGGUF(path: String, fault: GGUFFault)
  /// A file that ends before the data of a tensor does.
  case truncatedTensor(path: String, tensor: String, expectedBytes: Int, foundBytes: Int)
  /// A tensor that the network needs and the policy lacks.
  case missingTensor(path: String, tensor: String, shape: [Int])
  /// A tensor that other programs would compute with, and this engine does not.
  case unusedTensor(path: String, tensor: String)
  /// An output projection of its own beside a configuration that says that it is the embedding.
  case untiedHead(path: String, tensor: String, embedding: String)
  /// A tensor of another shape than the network's.
  case wrongShape(path: String, tensor: String, expected: [Int], found: [Int])
  /// A tensor whose elements this reader does not convert.
  case unsupportedElementType(path: String, tensor: String, found: String)
  /// A tensor that was read and holds something else than finite numbers.
  case notFinite(path: String, tensor: String, value: Float)
  /// A tensor that was to be written and holds something else than finite numbers.
  case divergedTensor(path: String, tensor: String, value: Float)
  /// A number that is finite, but not as the type that it is to be stored as.
  case beyondPrecision(
    path: String, tensor: String, value: Float, elementType: TensorElementType)
  /// Two tensors, or two files, of one name to be written.
  case duplicateName(path: String, name: String)
  /// A path at which something stands that a policy folder must not replace.
  case occupiedPlace(path: String, fault: PolicyPlaceFault)

  package var description: String {
    switch self {
    case .missingFolder(let path):
      "\(path): no such policy folder"
    case .notAFolder(let path):
      "\(path): is a file, but a policy is a folder"
    case .noSuchFile(let path):
      "\(path): no such file"
    case .missingFile(let path):
      "\(path): missing from the policy folder"
    case .malformedJSON(let path, let problem):
      "\(path): \(problem)"
    case .missingField(let path, let field):
      "\(path): has no \"\(field)\""
    case .invalidField(let path, let field, let found, let expected):
      "\(path): \"\(field)\" is \(found), but must be \(expected)"
    case .unsupported(let path, let field, let found, let supported):
      "\(path): \"\(field)\" is \(found), which is not supported; supported: \(supported)"
    case .malformedHeader(let path, let fault):
      "\(path): not a valid safetensors file: \(fault)"
    case .malformedGGUF(let path, let fault):
      "\(path): not a GGUF file that can be read: \(fault)"
    case .truncatedTensor(let path, let tensor, let expected, let found):
      "\(path): tensor \"\(tensor)\" needs \(expected) bytes, but the file holds \(found) of them"
    case .missingTensor(let path, let tensor, let shape):
      "\(path): has no tensor \"\(tensor)\", expected with shape \(shape)"
    case .unusedTensor(let path, let tensor):
      """
      \(path): tensor "\(tensor)" is part of the network, but the configuration gives it no place and it would be left out; \
      correct the configuration, or remove the tensor if it is meaningless
      """
    case .untiedHead(let path, let tensor, let embedding):
      """
      \(path): tensor "\(tensor)" differs from "\(embedding)", but "tie_word_embeddings" of config.json is true; \
      set it to false if the tensor is the output projection, or remove the tensor if it is not
      """
    case .wrongShape(let path, let tensor, let expected, let found):
      "\(path): tensor \"\(tensor)\" has shape \(found), but \(expected) was expected"
    case .unsupportedElementType(let path, let tensor, let found):
      "\(path): tensor \"\(tensor)\" has elements of type \(found); supported: F32, BF16, F16"
    case .notFinite(let path, let tensor, let value):
      """
      \(path): tensor "\(tensor)" holds \(value), with which nothing can be computed; \
      use a policy from before its training diverged, or fetch the file again
      """
    case .divergedTensor(let path, let tensor, let value):
      """
      \(path): not written, because the training diverged: tensor "\(tensor)" holds \(value); \
      lower the learning rate, or begin with a fresh optimizer or another policy
      """
    case .beyondPrecision(let path, let tensor, let value, let elementType):
      """
      \(path): not written: tensor "\(tensor)" holds \(value), which \
      \(elementType.configurationName) cannot; write float32
      """
    case .duplicateName(let path, let name):
      "\(path): \"\(name)\" is to be written twice"
    case .occupiedPlace(let path, let fault):
      "\(path): \(fault.description)"
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .occupiedPlace: .usage
    case .missingFolder, .notAFolder, .noSuchFile: .noInput
    case .duplicateName: .internalError
    default: .badData
    }
  }
}

/// How a safetensors header can be wrong.
package enum SafetensorsFault: Sendable, Equatable, CustomStringConvertible {
  /// Fewer than the eight bytes that give the header's length.
  case noLength(fileBytes: Int)
  case headerTooLong(bytes: UInt64, limit: Int)
  case headerBeyondFile(bytes: Int, fileBytes: Int)
  case headerNotJSON(String)
  case unknownElementType(tensor: String, found: String)
  case negativeDimension(tensor: String, shape: [Int])
  case tooManyElements(tensor: String, shape: [Int])
  case badOffsets(tensor: String, offsets: [Int])
  /// The tensor's shape and its offsets disagree on its size.
  case sizeMismatch(tensor: String, shapeBytes: Int, offsetBytes: Int)
  case overlap(tensor: String, with: String)
  /// Bytes that belong to no tensor, before the one named.
  case gap(bytes: Int, before: String)
  case trailingBytes(Int)
  /// Two tensors of one name in a header or in the files of a policy, or one entry with a field twice.
  case duplicate(String)
  /// The index names a file that does not lie beside it.
  case fileOutsideFolder(tensor: String, file: String)

  package var description: String {
    switch self {
    case .noLength(let bytes):
      "\(bytes) bytes are too few"
    case .headerTooLong(let bytes, let limit):
      "a header of \(bytes) bytes exceeds the limit of \(limit)"
    case .headerBeyondFile(let bytes, let fileBytes):
      "a header of \(bytes) bytes does not fit in a file of \(fileBytes)"
    case .headerNotJSON(let problem):
      "the header \(problem)"
    case .unknownElementType(let tensor, let found):
      "tensor \"\(tensor)\" has elements of the unknown type \"\(found)\""
    case .negativeDimension(let tensor, let shape):
      "tensor \"\(tensor)\" has the negative shape \(shape)"
    case .tooManyElements(let tensor, let shape):
      "tensor \"\(tensor)\" has the impossibly large shape \(shape)"
    case .badOffsets(let tensor, let offsets):
      "tensor \"\(tensor)\" has the data offsets \(offsets)"
    case .sizeMismatch(let tensor, let shapeBytes, let offsetBytes):
      "tensor \"\(tensor)\" has \(shapeBytes) bytes by its shape, but \(offsetBytes) by its offsets"
    case .overlap(let tensor, let other):
      "tensors \"\(tensor)\" and \"\(other)\" overlap"
    case .gap(let bytes, let tensor):
      "\(bytes) bytes before tensor \"\(tensor)\" belong to no tensor"
    case .trailingBytes(let bytes):
      "\(bytes) bytes after the last tensor belong to none"
    case .duplicate(let name):
      "\"\(name)\" is there twice"
    case .fileOutsideFolder(let tensor, let file):
      "tensor \"\(tensor)\" is said to be in \"\(file)\", which is not a file of this folder"
    }
  }
}
