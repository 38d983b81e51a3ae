// The values of a GGUF file's beginning, read with every count checked before room is made.

internal import Foundation

/// A value of a GGUF file's metadata.
package enum GGUFValue: Sendable, Equatable {
  case integer(Int)
  case number(Double)
  case flag(Bool)
  case text(String)
  case integers([Int])
  case numbers([Double])
  case flags([Bool])
  case texts([String])

  package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  package var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
  package var text: String? { if case .text(let value) = self { value } else { nil } }
  package var texts: [String]? { if case .texts(let value) = self { value } else { nil } }
  package var integers: [Int]? { if case .integers(let value) = self { value } else { nil } }

  /// A number, whole or not.
  package var number: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }
}

/// How a GGUF file can be wrong.
package enum GGUFFault: Sendable, Equatable, CustomStringConvertible {
  case notGGUF
  case unsupportedVersion(UInt32)
  /// The file ends within the part named.
  case endsWithin(String)
  /// A count that the rest of the file cannot hold.
  case impossibleCount(of: String, count: UInt64)
  case unknownValueType(key: String, type: UInt32)
  case notUTF8(String)
  case duplicate(String)
  case badAlignment(Int)
  case badShape(tensor: String, shape: [Int])
  case unsupportedTensorType(tensor: String, type: UInt32)
  case badOffset(tensor: String, offset: UInt64)
  case overlap(tensor: String, with: String)
  /// Bytes that belong to no tensor, before the one named.
  case gap(bytes: Int, before: String)
  /// Bytes after the last tensor, beyond what fills it up to the alignment.
  case trailingBytes(Int)
  /// A byte that fills up to the alignment, but is not zero.
  case strayByte(at: Int)
  case missingKey(String)
  case badValue(key: String, expected: String)

  package var description: String {
    switch self {
    case .notGGUF: "it does not begin with \"GGUF\""
    case .unsupportedVersion(let version): "version \(version) is not supported; supported: 2, 3"
    case .endsWithin(let part): "it ends within \(part)"
    case .impossibleCount(let part, let count): "\(count) \(part) do not fit in it"
    case .unknownValueType(let key, let type): "\"\(key)\" has a value of the unknown type \(type)"
    case .notUTF8(let part): "\(part) is not UTF-8"
    case .duplicate(let name): "\"\(name)\" is there twice"
    case .badAlignment(let alignment): "the alignment \(alignment) is no power of two up to 65,536"
    case .badShape(let tensor, let shape): "tensor \"\(tensor)\" has the impossible shape \(shape)"
    case .unsupportedTensorType(let tensor, let type):
      "tensor \"\(tensor)\" is of type \(type); supported: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K"
    case .badOffset(let tensor, let offset):
      "tensor \"\(tensor)\" at offset \(offset) does not lie within it"
    case .overlap(let tensor, let other): "tensors \"\(tensor)\" and \"\(other)\" overlap"
    case .gap(let bytes, let tensor):
      "\(bytes) bytes before tensor \"\(tensor)\" belong to no tensor"
    case .trailingBytes(let bytes): "\(bytes) bytes after the last tensor belong to none"
    case .strayByte(let place): "byte \(place) belongs to no tensor, but is not zero"
    case .missingKey(let key): "it has no \"\(key)\""
    case .badValue(let key, let expected): "\"\(key)\" must be \(expected)"
    }
  }
}

/// Reads little-endian values from a file's beginning on.
struct GGUFScanner {
  private let file: ReadableFile
  private var block: [UInt8] = []
  private var blockStart = 0
  private(set) var position = 0

  init(_ file: ReadableFile) { self.file = file }

  func fault(_ fault: GGUFFault) -> CheckpointError {
    .malformedGGUF(path: file.path, fault: fault)
  }

  /// Bytes that are left in the file.
  var remaining: Int { file.byteCount - position }

  mutating func bytes(_ count: Int, of part: String) throws -> ArraySlice<UInt8> {
    guard count <= remaining else { throw fault(.endsWithin(part)) }
    if position + count > blockStart + block.count {
      let length = min(max(count, 1 << 20), remaining)
      block = [UInt8](try file.bytes(position..<position + length))
      blockStart = position
    }
    defer { position += count }
    return block[position - blockStart..<position - blockStart + count]
  }

  /// An unsigned integer of a fixed width.
  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type, of part: String
  ) throws -> T {
    try bytes(T.bitWidth / 8, of: part).reversed().reduce(0) { $0 << 8 | T($1) }
  }

  /// A count of things of at least `size` bytes each, which the rest of the file can hold.
  mutating func count(of part: String, size: Int) throws -> Int {
    let count = try integer(UInt64.self, of: part)
    guard count <= UInt64(remaining / size) else {
      throw fault(.impossibleCount(of: part, count: count))
    }
    return Int(count)
  }

  mutating func text(_ part: String) throws -> String {
    let count = try count(of: "bytes of \(part)", size: 1)
    guard let text = String(validating: try bytes(count, of: part), as: UTF8.self) else {
      throw fault(.notUTF8(part))
    }
    return text
  }

  mutating func value(key: String) throws -> GGUFValue {
    let type = try integer(UInt32.self, of: key)
    guard type == 9 else { return try single(type, key: key) }
    let element = try integer(UInt32.self, of: key)
    guard let size = Self.sizes[element] else {
      throw fault(.unknownValueType(key: key, type: element))
    }
    let count = try count(of: "elements of \"\(key)\"", size: size)
    var texts: [String] = []
    var integers: [Int] = []
    var numbers: [Double] = []
    var flags: [Bool] = []
    for _ in 0..<count {
      switch try single(element, key: key) {
      case .text(let value): texts.append(value)
      case .integer(let value): integers.append(value)
      case .number(let value): numbers.append(value)
      case .flag(let value): flags.append(value)
      default: throw fault(.unknownValueType(key: key, type: element))
      }
    }
    switch element {
    case 8: return .texts(texts)
    case 7: return .flags(flags)
    case 6, 12: return .numbers(numbers)
    default: return .integers(integers)
    }
  }

  /// The least bytes of each type of value; arrays of arrays are not supported.
  private static let sizes: [UInt32: Int] = [
    0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 8: 8, 10: 8, 11: 8, 12: 8,
  ]

  private mutating func single(_ type: UInt32, key: String) throws -> GGUFValue {
    switch type {
    case 0: return .integer(Int(try integer(UInt8.self, of: key)))
    case 1: return .integer(Int(Int8(bitPattern: try integer(UInt8.self, of: key))))
    case 2: return .integer(Int(try integer(UInt16.self, of: key)))
    case 3: return .integer(Int(Int16(bitPattern: try integer(UInt16.self, of: key))))
    case 4: return .integer(Int(try integer(UInt32.self, of: key)))
    case 5: return .integer(Int(Int32(bitPattern: try integer(UInt32.self, of: key))))
    case 6: return .number(Double(Float(bitPattern: try integer(UInt32.self, of: key))))
    case 7: return .flag(try integer(UInt8.self, of: key) != 0)
    case 8: return .text(try text("\"\(key)\""))
    case 10:
      guard let value = Int(exactly: try integer(UInt64.self, of: key)) else {
        throw fault(.badValue(key: key, expected: "below 2^63"))
      }
      return .integer(value)
    case 11: return .integer(Int(Int64(bitPattern: try integer(UInt64.self, of: key))))
    case 12: return .number(Double(bitPattern: try integer(UInt64.self, of: key)))
    default: throw fault(.unknownValueType(key: key, type: type))
    }
  }
}
