import Checkpoints
import Diagnostics
import Foundation
import Testing

/// GGUF files that lie: each is refused with a reason, and nothing is allocated on their word.
struct GGUFHeaderTests {
  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let fault: GGUFFault

    init(_ name: String, _ bytes: [UInt8], _ fault: GGUFFault) {
      testDescription = name
      self.bytes = bytes
      self.fault = fault
    }
  }

  private static func little(_ value: UInt64, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func text(_ text: String) -> [UInt8] {
    little(UInt64(text.utf8.count), 8) + Array(text.utf8)
  }

  private static func file(
    _ entries: [[UInt8]] = [], _ tensors: [[UInt8]] = [], data: Int = 64, version: UInt64 = 3
  ) -> [UInt8] {
    var file = Array("GGUF".utf8) + little(version, 4) + little(UInt64(tensors.count), 8)
    file += little(UInt64(entries.count), 8) + entries.flatMap { $0 } + tensors.flatMap { $0 }
    file += Array(repeating: 0, count: -file.count & 31)
    return file + Array(repeating: 0, count: data)
  }

  private static func entry(_ key: String, _ type: UInt64, _ value: [UInt8]) -> [UInt8] {
    text(key) + little(type, 4) + value
  }

  /// A tensor's entry; `shape` innermost first, as in the file.
  private static func tensor(
    _ name: String, _ shape: [UInt64], type: UInt64 = 0, offset: UInt64 = 0
  ) -> [UInt8] {
    text(name) + little(UInt64(shape.count), 4) + shape.flatMap { little($0, 8) }
      + little(type, 4) + little(offset, 8)
  }

  private static let header = Array("GGUF".utf8) + little(3, 4)

  /// A file of two small tensors in which a byte that belongs to neither is changed, counted from the end.
  private static func stray(_ name: String, at place: Int) -> Lie {
    var bytes = file([], [tensor("t", [1]), tensor("u", [1], offset: 32)], data: 64)
    bytes[bytes.count + place] = 1
    return Lie(name, bytes, .strayByte(at: bytes.count + place))
  }

  static let lies: [Lie] = [
    Lie("nothing", [], .notGGUF),
    Lie("another magic number", Array("GGML".utf8) + little(3, 4), .notGGUF),
    Lie("an old version", file(version: 1), .unsupportedVersion(1)),
    Lie("nothing after the version", header, .endsWithin("tensors")),
    Lie(
      "more tensors than bytes", header + little(1 << 40, 8) + little(0, 8),
      .impossibleCount(of: "tensors", count: 1 << 40)),
    Lie(
      "more entries than bytes", header + little(0, 8) + little(.max, 8),
      .impossibleCount(of: "metadata entries", count: .max)),
    Lie(
      "a key longer than the file", file([little(1 << 62, 8) + Array(repeating: 65, count: 20)]),
      .impossibleCount(of: "bytes of a metadata key", count: 1 << 62)),
    Lie(
      "a key that is no text", file([little(2, 8) + [0xC3, 0x28] + little(0, 4) + [0]]),
      .notUTF8("a metadata key")),
    Lie("a value of no type", file([entry("k", 99, [])]), .unknownValueType(key: "k", type: 99)),
    Lie(
      "an array of arrays", file([entry("k", 9, little(9, 4) + little(1, 8))]),
      .unknownValueType(key: "k", type: 9)),
    Lie(
      "an array longer than the file",
      file([entry("k", 9, little(12, 4) + little(1 << 60, 8))]),
      .impossibleCount(of: "elements of \"k\"", count: 1 << 60)),
    Lie(
      "a text longer than the file", file([entry("k", 8, little(.max, 8))]),
      .impossibleCount(of: "bytes of \"k\"", count: .max)),
    Lie(
      "a number beyond the integers", file([entry("k", 10, little(.max, 8))]),
      .badValue(key: "k", expected: "below 2^63")),
    Lie("a key twice", file([entry("k", 7, [1]), entry("k", 7, [0])]), .duplicate("k")),
    Lie("an alignment of 0", file([entry("general.alignment", 4, little(0, 4))]), .badAlignment(0)),
    Lie(
      "an alignment of 48", file([entry("general.alignment", 4, little(48, 4))]), .badAlignment(48)),
    Lie(
      "a tensor of no rank", file([], [tensor("t", [])]), .badShape(tensor: "t", shape: [])),
    Lie(
      "a tensor of rank five", file([], [tensor("t", [1, 1, 1, 1, 1])]),
      .badShape(tensor: "t", shape: [])),
    Lie(
      "a dimension of 0", file([], [tensor("t", [4, 0])]), .badShape(tensor: "t", shape: [0, 4])),
    Lie(
      "a product beyond the integers", file([], [tensor("t", [1 << 32, 1 << 32])]),
      .badShape(tensor: "t", shape: [1 << 32, 1 << 32])),
    Lie(
      "a width that parts a block", file([], [tensor("t", [33], type: 8)]),
      .badShape(tensor: "t", shape: [33])),
    Lie(
      "a type of no name", file([], [tensor("t", [1], type: 77)]),
      .unsupportedTensorType(tensor: "t", type: 77)),
    Lie(
      "an offset that is not aligned", file([], [tensor("t", [1], offset: 4)]),
      .badOffset(tensor: "t", offset: 4)),
    Lie(
      "an offset beyond the file", file([], [tensor("t", [1], offset: 1 << 40)]),
      .badOffset(tensor: "t", offset: 1 << 40)),
    Lie(
      "an offset at the end of the integers", file([], [tensor("t", [1], offset: .max & ~31)]),
      .badOffset(tensor: "t", offset: .max & ~31)),
    Lie(
      "data that end too early", file([], [tensor("t", [17])]), .badOffset(tensor: "t", offset: 0)),
    Lie(
      "a tensor twice", file([], [tensor("t", [1]), tensor("t", [1], offset: 32)]), .duplicate("t")),
    Lie(
      "tensors that overlap", file([], [tensor("a", [16]), tensor("b", [8], offset: 32)]),
      .overlap(tensor: "a", with: "b")),
    Lie(
      "bytes after the last tensor", file([], [tensor("t", [8])], data: 64), .trailingBytes(32)),
    stray("a byte that fills up after the last tensor and is not zero", at: -1),
    stray("one between tensors", at: -33),
    stray("one before the first", at: -65),
    Lie("bytes and no tensor", file(data: 32), .trailingBytes(32)),
    Lie(
      "a gap between tensors",
      file([], [tensor("a", [8]), tensor("b", [8], offset: 64)], data: 96),
      .gap(bytes: 32, before: "b")),
    Lie(
      "a gap before the first tensor", file([], [tensor("a", [8], offset: 32)]),
      .gap(bytes: 32, before: "a")),
  ]

  @Test(
    "what fills tensors up to the alignment is no fault, at the end of the file neither",
    arguments: [0, 28])
  func filling(bytesAtEnd: Int) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/f.gguf"
      let bytes = Self.file(
        [], [Self.tensor("a", [1]), Self.tensor("b", [1], offset: 32)], data: 36 + bytesAtEnd)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try GGUFFile(path: path).tensors.count == 2)
    }
  }

  @Test("a lie is told as what it is", arguments: lies)
  func liesAreTold(lie: Lie) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/f.gguf"
      try Data(lie.bytes).write(to: URL(fileURLWithPath: path))
      let error = try #require(throws: CheckpointError.self) { try GGUFFile(path: path) }
      #expect(error == .malformedGGUF(path: path, fault: lie.fault))
      #expect(error.exitStatus == .badData)
      #expect(error.description.hasPrefix("\(path): "))
    }
  }
}
