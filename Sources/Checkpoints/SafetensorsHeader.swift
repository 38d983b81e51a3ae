// The header of a safetensors file: eight bytes of length, then JSON that places every tensor.
// It comes from strangers, so that nothing in it is believed before it has been checked.

internal import Foundation
internal import JSONLines

/// One tensor of a file, as the checked header describes it.
package struct TensorDescription: Sendable, Equatable {
  package let name: String
  /// The format's name of the element type, such as `F32`; not only those that can be read.
  package let elementType: String
  /// Dimensions, outermost first; empty for a single number.
  package let shape: [Int]
  /// Bytes of the file, half-open.
  package let bytes: Range<Int>
}

/// The checked header of a safetensors file.
struct SafetensorsHeader {
  /// The format's own limit.
  static let maximumByteCount = 100_000_000

  /// In the order of their data.
  let tensors: [TensorDescription]
  let metadata: [String: String]

  /// Reads and checks: the length, the JSON, each tensor's type, shape and place, and that the
  /// tensors cover the data without gap or overlap, to the end of the file.
  init(_ file: ReadableFile) throws {
    let headerBytes = try Self.headerBytes(file)
    let header: HeaderJSON
    let json = try file.bytes(headerBytes)
    do {
      header = try JSONDecoder().decode(HeaderJSON.self, from: json)
    } catch let error as DecodingError {
      throw Self.malformed(file, .headerNotJSON(problem(in: error)))
    }
    if let name = repeatedKey(inJSON: json) { throw Self.malformed(file, .duplicate(name)) }
    var tensors: [TensorDescription] = []
    for (name, entry) in header.entries {
      tensors.append(
        try Self.description(name, entry, file: file, dataStart: headerBytes.upperBound))
    }
    tensors.sort { one, other in
      if one.bytes.lowerBound != other.bytes.lowerBound {
        return one.bytes.lowerBound < other.bytes.lowerBound
      }
      if one.bytes.upperBound != other.bytes.upperBound {
        return one.bytes.upperBound < other.bytes.upperBound
      }
      return one.name < other.name
    }
    try Self.checkCoverage(tensors, file: file, dataStart: headerBytes.upperBound)
    self.tensors = tensors
    metadata = header.metadata
  }

  private static func malformed(_ file: ReadableFile, _ fault: SafetensorsFault) -> CheckpointError
  {
    .malformedHeader(path: file.path, fault: fault)
  }

  /// Where the JSON lies in the file.
  private static func headerBytes(_ file: ReadableFile) throws -> Range<Int> {
    guard file.byteCount >= 8 else {
      throw malformed(file, .noLength(fileBytes: file.byteCount))
    }
    let length = try file.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(maximumByteCount) else {
      throw malformed(file, .headerTooLong(bytes: length, limit: maximumByteCount))
    }
    let end = 8 + Int(length)
    guard end <= file.byteCount else {
      throw malformed(file, .headerBeyondFile(bytes: Int(length), fileBytes: file.byteCount))
    }
    return 8..<end
  }

  private static func description(
    _ name: String, _ entry: HeaderJSON.Entry, file: ReadableFile, dataStart: Int
  ) throws -> TensorDescription {
    guard let elementBytes = TensorElementType.knownByteCounts[entry.dtype] else {
      throw malformed(file, .unknownElementType(tensor: name, found: entry.dtype))
    }
    guard entry.shape.allSatisfy({ $0 >= 0 }) else {
      throw malformed(file, .negativeDimension(tensor: name, shape: entry.shape))
    }
    guard let byteCount = checkedProduct(entry.shape + [elementBytes]) else {
      throw malformed(file, .tooManyElements(tensor: name, shape: entry.shape))
    }
    let offsets = entry.dataOffsets
    guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1],
      offsets[1] <= Int.max - dataStart
    else { throw malformed(file, .badOffsets(tensor: name, offsets: offsets)) }
    guard offsets[1] - offsets[0] == byteCount else {
      throw malformed(
        file,
        .sizeMismatch(tensor: name, shapeBytes: byteCount, offsetBytes: offsets[1] - offsets[0]))
    }
    return TensorDescription(
      name: name, elementType: entry.dtype, shape: entry.shape,
      bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func checkCoverage(
    _ tensors: [TensorDescription], file: ReadableFile, dataStart: Int
  ) throws {
    var end = dataStart
    var previous = ""
    for tensor in tensors {
      if tensor.bytes.lowerBound < end {
        throw malformed(file, .overlap(tensor: previous, with: tensor.name))
      }
      if tensor.bytes.lowerBound > end {
        throw malformed(file, .gap(bytes: tensor.bytes.lowerBound - end, before: tensor.name))
      }
      if tensor.bytes.upperBound > file.byteCount {
        throw CheckpointError.truncatedTensor(
          path: file.path, tensor: tensor.name, expectedBytes: tensor.bytes.count,
          foundBytes: max(0, file.byteCount - tensor.bytes.lowerBound))
      }
      end = tensor.bytes.upperBound
      previous = tensor.name
    }
    if end < file.byteCount { throw malformed(file, .trailingBytes(file.byteCount - end)) }
  }
}

/// The product, or nil where it exceeds `Int`. A zero anywhere makes it zero.
func checkedProduct(_ factors: [Int]) -> Int? {
  if factors.contains(0) { return 0 }
  var product = 1
  for factor in factors {
    let (next, overflows) = product.multipliedReportingOverflow(by: factor)
    if overflows { return nil }
    product = next
  }
  return product
}

/// The header's JSON: tensors by name, and one reserved name for notes.
private struct HeaderJSON: Decodable {
  struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var entries: [(name: String, entry: Entry)] = []
  var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries.append((key.stringValue, try container.decode(Entry.self, forKey: key)))
      }
    }
  }
}
