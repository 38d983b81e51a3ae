// Writing tensors as a safetensors file.

internal import Diagnostics
internal import Foundation
internal import JSONLines

/// A tensor to be written: row-major values that the caller keeps alive until it is written.
package struct TensorValues {
  package let name: String
  /// Dimensions, outermost first.
  package let shape: [Int]
  package let values: UnsafeBufferPointer<Float>

  package init(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// Writes a safetensors file.
///
/// The bytes are a function of the tensors alone: data lie in the order of the names (by their
/// UTF-8 bytes), the header is padded so that they start at a multiple of eight.
/// The file is flushed to the disk before this returns, but appears at once under its name: whole
/// folders are made atomic by `replaceFolder`.
///
/// Values are written as they are, infinite ones too: `PolicyFolder.write` refuses those.
///
/// - Throws: `CheckpointError.duplicateName`, `SystemError`.
package func writeSafetensors(
  _ tensors: [TensorValues], elementType: TensorElementType = .float32,
  metadata: [String: String] = [:], to path: String
) throws {
  try checkNames(tensors, path: path)
  let ordered = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  var file = try WritableFile(path: path)
  try safetensorsHeader(ordered, elementType: elementType, metadata: metadata)
    .withUnsafeBytes { try file.write($0) }
  for tensor in ordered {
    if elementType == .float32 {
      try file.write(UnsafeRawBufferPointer(tensor.values))
    } else {
      try writeHalves(tensor, elementType: elementType, to: &file)
    }
  }
  try file.finish()
}

/// The length and the JSON, padded with spaces.
private func safetensorsHeader(
  _ tensors: [TensorValues], elementType: TensorElementType, metadata: [String: String]
) -> [UInt8] {
  // Readers of the PyTorch family look for this note before they load a file.
  let notes = metadata.merging(["format": "pt"]) { given, _ in given }
    .sorted { $0.key < $1.key }
    .map { "\(jsonText($0.key)):\(jsonText($0.value))" }
  var entries = ["\"__metadata__\":{\(notes.joined(separator: ","))}"]
  var offset = 0
  for tensor in tensors {
    precondition(
      checkedProduct(tensor.shape) == tensor.values.count,
      "\(tensor.name): \(tensor.values.count) values for the shape \(tensor.shape)")
    let end = offset + tensor.values.count * elementType.byteCount
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    entries.append(
      "\(jsonText(tensor.name)):{\"dtype\":\"\(elementType.rawValue)\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(offset),\(end)]}")
    offset = end
  }
  var json = Array("{\(entries.joined(separator: ","))}".utf8)
  json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -json.count & 7))
  let length = UInt64(json.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
}

/// Writes two-byte elements, a block at a time.
private func writeHalves(
  _ tensor: TensorValues, elementType: TensorElementType, to file: inout WritableFile
) throws {
  let values = tensor.values
  let block = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 1 << 18)
  defer { block.deallocate() }
  var start = 0
  while start < values.count {
    let count = min(block.count, values.count - start)
    if elementType == .bfloat16 {
      for i in 0..<count { block[i] = bfloat16Bits(values[start + i]) }
    } else {
      for i in 0..<count { block[i] = Float16(values[start + i]).bitPattern }
    }
    try file.write(UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: block[0..<count])))
    start += count
  }
}
