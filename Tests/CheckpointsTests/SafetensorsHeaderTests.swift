import Checkpoints
import Diagnostics
import Foundation
import Testing

/// Headers that lie: each is refused with a reason, and nothing is allocated on their word.
struct SafetensorsHeaderTests {
  struct Lie: Sendable, CustomTestStringConvertible {
    let name: String
    let header: String
    var dataBytes = 8
    let fault: SafetensorsFault
    var testDescription: String { name }
  }

  static let lies: [Lie] = [
    Lie(
      name: "overlap",
      header: """
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},\
        "b":{"dtype":"BF16","shape":[3],"data_offsets":[2,8]}}
        """, fault: .overlap(tensor: "a", with: "b")),
    Lie(
      name: "two tensors in one place",
      header: """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
        "b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}
        """, fault: .overlap(tensor: "a", with: "b")),
    Lie(
      name: "gap at the beginning",
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      fault: .gap(bytes: 4, before: "a")),
    Lie(
      name: "trailing bytes",
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      fault: .trailingBytes(4)),
    Lie(
      name: "shape and offsets disagree",
      header: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
      fault: .sizeMismatch(tensor: "a", shapeBytes: 12, offsetBytes: 8)),
    Lie(
      name: "offsets backwards",
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      fault: .badOffsets(tensor: "a", offsets: [8, 0])),
    Lie(
      name: "negative offset",
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
      fault: .badOffsets(tensor: "a", offsets: [-8, 0])),
    Lie(
      name: "three offsets",
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#,
      fault: .badOffsets(tensor: "a", offsets: [0, 8, 8])),
    Lie(
      name: "offset at the end of the integers",
      header: """
        {"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}
        """,
      fault: .badOffsets(tensor: "a", offsets: [0, 9_223_372_036_854_775_807])),
    Lie(
      name: "negative dimension",
      header: #"{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}"#,
      fault: .negativeDimension(tensor: "a", shape: [-1, -2])),
    Lie(
      name: "a product beyond the integers",
      header: #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
      fault: .tooManyElements(tensor: "a", shape: [4_294_967_296, 4_294_967_296])),
    Lie(
      name: "unknown element type",
      header: #"{"a":{"dtype":"F3","shape":[2],"data_offsets":[0,8]}}"#,
      fault: .unknownElementType(tensor: "a", found: "F3")),
    Lie(name: "no JSON", header: "weights", fault: .headerNotJSON("is not valid JSON")),
    Lie(name: "empty", header: "", fault: .headerNotJSON("is not valid JSON")),
    Lie(
      name: "no shape", header: #"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#,
      fault: .headerNotJSON("has no \"a.shape\"")),
    Lie(
      name: "a shape of text", header: #"{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}"#,
      fault: .headerNotJSON("\"a.shape[0]\" has the wrong type")),
  ]

  @Test("a header that lies is refused", arguments: lies)
  func lie(_ lie: Lie) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      try safetensors(lie.header, dataBytes: lie.dataBytes, to: path)
      let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
      #expect(error == .malformedHeader(path: path, fault: lie.fault))
      #expect(error?.exitStatus == .badData)
    }
  }

  @Test(
    "a name given twice is refused, however its places lie and however it is spelt",
    arguments: [
      #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}"#,
      // The decoder keeps one of the two, which covers all the data.
      #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
      #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\u0061":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
    ])
  func duplicateName(entries: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      try safetensors("{\(entries)}", dataBytes: 8, to: path)
      let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
      #expect(error == .malformedHeader(path: path, fault: .duplicate("a")))
    }
  }

  @Test("a field given twice within one tensor is refused")
  func duplicateField() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      try safetensors(
        #"{"a":{"dtype":"BF16","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, dataBytes: 8,
        to: path)
      #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
    }
  }

  @Test("a header length beyond the file or the limit is refused before it is believed")
  func headerLength() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      let headers: [([UInt8], SafetensorsFault)] = [
        ([], .noLength(fileBytes: 0)),
        ([1, 0, 0, 0, 0, 0, 0], .noLength(fileBytes: 7)),
        ([3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], .headerBeyondFile(bytes: 3, fileBytes: 10)),
        (
          Array(repeating: 0xFF, count: 8) + [0x7B, 0x7D],
          .headerTooLong(bytes: .max, limit: 100_000_000)
        ),
      ]
      for (bytes, fault) in headers {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(throws: CheckpointError.malformedHeader(path: path, fault: fault)) {
          try SafetensorsFile(path: path)
        }
      }
    }
  }

  @Test("a file that was cut off names the tensor that lost its data")
  func cutOff() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      try safetensors(
        """
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},\
        "b":{"dtype":"F32","shape":[2,2],"data_offsets":[4,20]}}
        """, dataBytes: 11, to: path)
      let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
      #expect(
        error == .truncatedTensor(path: path, tensor: "b", expectedBytes: 16, foundBytes: 7))
      #expect(
        error?.description
          == "\(path): tensor \"b\" needs 16 bytes, but the file holds 7 of them")
    }
  }

  @Test("a depth bomb is refused, not recursed into")
  func depth() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      try safetensors(
        "{\"a\":" + String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
          + "}", dataBytes: 0, to: path)
      #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
    }
  }

  @Test("empty tensors, scalars, notes and other element types are no faults")
  func valid() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      try safetensors(
        """
        {"__metadata__":{"format":"pt"},"none":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},\
        "one":{"dtype":"F32","shape":[],"data_offsets":[0,4]},\
        "ids":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}}
        """, dataBytes: 12, to: path)
      let file = try SafetensorsFile(path: path)
      #expect(file.tensors.map(\.name) == ["none", "one", "ids"])
      #expect(file.metadata == ["format": "pt"])
      #expect(file.tensor(named: "ids")?.elementType == "I64")
    }
  }
}
