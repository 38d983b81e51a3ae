// Reading a GGUF file: metadata, and tensors converted to `Float`.

internal import Foundation

/// A GGUF file, open for reading, its beginning checked.
package final class GGUFFile: Sendable {
  /// A tensor and where it lies.
  package struct Tensor: Sendable, Equatable {
    package let name: String
    /// Dimensions, outermost first, as everywhere else (the file has them the other way round).
    package let shape: [Int]
    let type: GGUFTensorType
    let bytes: Range<Int>
  }

  package let path: String
  package let metadata: [String: GGUFValue]
  /// By name.
  package let tensors: [String: Tensor]
  private let file: ReadableFile

  /// Opens the file and checks what it says of itself: counts, types, shapes, offsets, and that the tensors cover its data.
  package init(path: String) throws {
    self.path = path
    do {
      file = try ReadableFile(path: path)
    } catch CheckpointError.missingFile {
      // It is no part of a policy folder.
      throw CheckpointError.noSuchFile(path: path)
    }
    var scanner = GGUFScanner(file)
    guard file.byteCount >= 4, try scanner.bytes(4, of: "the header").elementsEqual("GGUF".utf8)
    else { throw scanner.fault(.notGGUF) }
    let version = try scanner.integer(UInt32.self, of: "the header")
    guard version == 2 || version == 3 else { throw scanner.fault(.unsupportedVersion(version)) }
    // A tensor's entry has at least 24 bytes, a metadata entry 13.
    let tensorCount = try scanner.count(of: "tensors", size: 24)
    let entryCount = try scanner.count(of: "metadata entries", size: 13)
    var metadata: [String: GGUFValue] = [:]
    for _ in 0..<entryCount {
      let key = try scanner.text("a metadata key")
      let value = try scanner.value(key: key)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw scanner.fault(.duplicate(key))
      }
    }
    self.metadata = metadata
    let entries = try (0..<tensorCount).map { _ in try Self.entry(&scanner) }
    let alignment = metadata["general.alignment"]?.integer ?? 32
    guard alignment > 0, alignment <= 65_536, alignment.nonzeroBitCount == 1 else {
      throw scanner.fault(.badAlignment(alignment))
    }
    let dataStart = (scanner.position + alignment - 1) & ~(alignment - 1)
    try Self.checkPadding(scanner.position..<dataStart, file, scanner)
    tensors = try Self.placed(entries, dataStart: dataStart, alignment: alignment, file, scanner)
  }

  private struct Entry {
    let name: String
    let shape: [Int]
    let type: GGUFTensorType
    let byteCount: Int
    let offset: UInt64
  }

  private static func entry(_ scanner: inout GGUFScanner) throws -> Entry {
    let name = try scanner.text("a tensor's name")
    let rank = try scanner.integer(UInt32.self, of: "tensor \"\(name)\"")
    guard (1...4).contains(rank) else { throw scanner.fault(.badShape(tensor: name, shape: [])) }
    var shape: [Int] = []
    for _ in 0..<rank {
      let size = try scanner.integer(UInt64.self, of: "tensor \"\(name)\"")
      shape.insert(Int(clamping: size), at: 0)
    }
    let code = try scanner.integer(UInt32.self, of: "tensor \"\(name)\"")
    let offset = try scanner.integer(UInt64.self, of: "tensor \"\(name)\"")
    guard let type = GGUFTensorType(rawValue: code) else {
      throw scanner.fault(.unsupportedTensorType(tensor: name, type: code))
    }
    guard !shape.contains(0), let count = checkedProduct(shape),
      let width = shape.last, width % type.blockCount == 0,
      let byteCount = checkedProduct([count / type.blockCount, type.blockBytes])
    else { throw scanner.fault(.badShape(tensor: name, shape: shape)) }
    return Entry(name: name, shape: shape, type: type, byteCount: byteCount, offset: offset)
  }

  private static func placed(
    _ entries: [Entry], dataStart: Int, alignment: Int, _ file: ReadableFile,
    _ scanner: GGUFScanner
  ) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for entry in entries {
      guard entry.offset % UInt64(alignment) == 0, file.byteCount >= dataStart,
        entry.offset <= UInt64(file.byteCount - dataStart),
        entry.byteCount <= file.byteCount - dataStart - Int(entry.offset)
      else { throw scanner.fault(.badOffset(tensor: entry.name, offset: entry.offset)) }
      let start = dataStart + Int(entry.offset)
      let tensor = Tensor(
        name: entry.name, shape: entry.shape, type: entry.type,
        bytes: start..<start + entry.byteCount)
      guard tensors.updateValue(tensor, forKey: entry.name) == nil else {
        throw scanner.fault(.duplicate(entry.name))
      }
    }
    try checkCoverage(
      tensors.values.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }, dataStart: dataStart,
      alignment: alignment, file, scanner)
    return tensors
  }

  /// Checks that tensors, in the order of their data, neither overlap nor leave out more bytes than the zeros that fill each up to the
  /// alignment.
  private static func checkCoverage(
    _ tensors: [Tensor], dataStart: Int, alignment: Int, _ file: ReadableFile,
    _ scanner: GGUFScanner
  ) throws {
    var end = dataStart
    var previous = ""
    for tensor in tensors {
      let start = tensor.bytes.lowerBound
      guard start >= end else { throw scanner.fault(.overlap(tensor: previous, with: tensor.name)) }
      guard start - end < alignment else {
        throw scanner.fault(.gap(bytes: start - end, before: tensor.name))
      }
      try checkPadding(end..<start, file, scanner)
      end = tensor.bytes.upperBound
      previous = tensor.name
    }
    guard file.byteCount - end < alignment else {
      throw scanner.fault(.trailingBytes(file.byteCount - end))
    }
    try checkPadding(end..<max(end, file.byteCount), file, scanner)
  }

  /// Checks that bytes which only fill up are zero: others were meant for something.
  private static func checkPadding(
    _ range: Range<Int>, _ file: ReadableFile, _ scanner: GGUFScanner
  ) throws {
    let range = range.clamped(to: 0..<file.byteCount)
    guard !range.isEmpty, let place = try file.bytes(range).firstIndex(where: { $0 != 0 }) else {
      return
    }
    throw scanner.fault(.strayByte(at: range.lowerBound + place))
  }

  /// A tensor's values, row-major, dequantised as llama.cpp does.
  ///
  /// - Throws: `CheckpointError` where it is missing, of another shape, or cut off.
  package func read(_ name: String, shape: [Int]) throws -> [Float] {
    guard let tensor = tensors[name] else {
      throw CheckpointError.missingTensor(path: path, tensor: name, shape: shape)
    }
    guard tensor.shape == shape else {
      throw CheckpointError.wrongShape(
        path: path, tensor: name, expected: shape, found: tensor.shape)
    }
    let type = tensor.type
    var values = [Float](
      repeating: 0, count: tensor.bytes.count / type.blockBytes * type.blockCount)
    let blocksAtATime = 1 << 14
    var block = 0
    let blockCount = tensor.bytes.count / type.blockBytes
    while block < blockCount {
      let count = min(blocksAtATime, blockCount - block)
      let start = tensor.bytes.lowerBound + block * type.blockBytes
      let bytes = try file.bytes(start..<start + count * type.blockBytes)
      values.withUnsafeMutableBufferPointer { values in
        bytes.withUnsafeBytes { bytes in
          type.dequantize(
            bytes, count: count,
            into: UnsafeMutableBufferPointer(rebasing: values[(block * type.blockCount)...]))
        }
      }
      block += count
    }
    return values
  }
}
