import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

struct SafetensorsTests {
  /// Writes tensors of these values.
  static func write(
    _ tensors: [(name: String, shape: [Int], values: [Float])],
    elementType: TensorElementType = .float32, to path: String
  ) throws {
    try withBuffers(tensors) { try writeSafetensors($0, elementType: elementType, to: path) }
  }

  static func withBuffers(
    _ tensors: [(name: String, shape: [Int], values: [Float])],
    _ body: ([TensorValues]) throws -> Void
  ) throws {
    let buffers = tensors.map { tensor in
      let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.values.count)
      _ = buffer.initialize(from: tensor.values)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    try body(
      zip(tensors, buffers).map {
        TensorValues(name: $0.name, shape: $0.shape, values: UnsafeBufferPointer($1))
      })
  }

  static func read(_ name: String, shape: [Int], from file: SafetensorsFile) throws -> [Float] {
    let count = shape.reduce(1, *)
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      try file.read(
        name, shape: shape, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  private let tensors: [(name: String, shape: [Int], values: [Float])] = [
    ("b.weight", [2, 3], [1, -2.5, .leastNonzeroMagnitude, .infinity, -0.0, 16_777_216]),
    ("a.weight", [4], [0.1, 0.2, 0.3, 0.4]),
    ("scalar", [], [7]),
  ]

  @Test("single precision comes back bit by bit")
  func float32RoundTrip() throws {
    try withTemporaryFolder { folder in
      try Self.write(tensors, to: "\(folder)/x.safetensors")
      let file = try SafetensorsFile(path: "\(folder)/x.safetensors")
      for tensor in tensors {
        let values = try Self.read(tensor.name, shape: tensor.shape, from: file)
        #expect(values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
      }
      #expect(file.metadata == ["format": "pt"])
    }
  }

  @Test("the bytes depend on neither the order nor the time of writing")
  func bytesAreDeterministic() throws {
    try withTemporaryFolder { folder in
      try Self.write(tensors, to: "\(folder)/x.safetensors")
      try Self.write(tensors.reversed(), to: "\(folder)/y.safetensors")
      let bytes = try contents("\(folder)/x.safetensors")
      #expect(try bytes == contents("\(folder)/y.safetensors"))
      let header =
        #"{"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"#
        + #""b.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[16,40]},"#
        + #""scalar":{"dtype":"F32","shape":[],"data_offsets":[40,44]}}"#
      let length = Int(bytes[0]) + Int(bytes[1]) << 8
      #expect(length % 8 == 0)
      #expect(
        String(decoding: bytes[8..<8 + length], as: UTF8.self)
          .trimmingCharacters(in: .whitespaces) == header)
    }
  }

  @Test("bfloat16 is the nearest, ties to even, and NaN stays NaN")
  func bfloat16Rounding() throws {
    let values: [Float] = [
      1, 1.00390625, 1.01171875, 1.004, -3.1415927, .greatestFiniteMagnitude, .infinity, .nan,
      Float(bitPattern: 0x7f80_0001), .leastNonzeroMagnitude, -0.0,
    ]
    let expected: [UInt32] = [
      0x3f80, 0x3f80, 0x3f82, 0x3f81, 0xc049, 0x7f80, 0x7f80, 0x7fc0, 0x7fc0, 0x0000, 0x8000,
    ]
    try withTemporaryFolder { folder in
      try Self.write(
        [("x", [values.count], values)], elementType: .bfloat16, to: "\(folder)/x.safetensors")
      let file = try SafetensorsFile(path: "\(folder)/x.safetensors")
      let read = try Self.read("x", shape: [values.count], from: file)
      #expect(read.map { $0.bitPattern >> 16 } == expected)
      #expect(read.allSatisfy { $0.bitPattern & 0xffff == 0 })
    }
  }

  @Test("half precision is read exactly, subnormals too")
  func float16() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      let bits: [UInt16] = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555]
      try safetensors(
        #"{"x":{"dtype":"F16","shape":[6],"data_offsets":[0,12]}}"#, dataBytes: 0, to: path)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      handle.write(Data(bits.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }))
      try handle.close()
      let values = try Self.read("x", shape: [6], from: SafetensorsFile(path: path))
      #expect(values == [1, -2, 0x1p-24, 65504, .infinity, 0.333251953125])
    }
  }

  @Test("more values than a block hold their places")
  func manyValues() throws {
    let count = 1 << 18 + 5
    try withTemporaryFolder { folder in
      let values = (0..<count).map { Float($0 % 251) }
      try Self.write([("x", [count], values)], elementType: .bfloat16, to: "\(folder)/x")
      #expect(
        try Self.read("x", shape: [count], from: SafetensorsFile(path: "\(folder)/x")) == values)
    }
  }

  @Test("errors name the tensor, what was expected and what was found")
  func readingErrors() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      try Self.write(tensors, to: path)
      let file = try SafetensorsFile(path: path)
      let missing = #expect(throws: CheckpointError.self) {
        try Self.read("c.weight", shape: [2, 2], from: file)
      }
      #expect(
        missing?.description == "\(path): has no tensor \"c.weight\", expected with shape [2, 2]")
      let misshapen = #expect(throws: CheckpointError.self) {
        try Self.read("b.weight", shape: [3, 2], from: file)
      }
      #expect(
        misshapen?.description
          == "\(path): tensor \"b.weight\" has shape [2, 3], but [3, 2] was expected")
      #expect(missing?.exitStatus == .badData)
      #expect(misshapen?.exitStatus == .badData)
      // A file that shrinks after it was opened ends in an error, not in a signal.
      #expect(truncate(path, off_t(file.tensors[1].bytes.lowerBound + 4)) == 0)
      let short = #expect(throws: CheckpointError.self) {
        try Self.read("b.weight", shape: [2, 3], from: file)
      }
      #expect(
        short == .truncatedTensor(path: path, tensor: "b.weight", expectedBytes: 24, foundBytes: 4))
    }
  }

  @Test("integers are not converted behind the caller's back")
  func unsupportedElementType() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      try safetensors(
        #"{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}"#, dataBytes: 8, to: path)
      let error = #expect(throws: CheckpointError.self) {
        try Self.read("x", shape: [2], from: SafetensorsFile(path: path))
      }
      #expect(error == .unsupportedElementType(path: path, tensor: "x", found: "I32"))
    }
  }

  @Test("a tensor cannot be written twice")
  func duplicates() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      #expect(throws: CheckpointError.duplicateName(path: path, name: "x")) {
        try Self.write([("x", [1], [1]), ("x", [1], [2])], to: path)
      }
    }
  }

  @Test(
    "a full disk is an error of writing",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let error = #expect(throws: SystemError.self) {
      try Self.write([("x", [1], [1])], to: "/dev/full")
    }
    #expect(error?.exitStatus == .inputOutput)
  }
}
