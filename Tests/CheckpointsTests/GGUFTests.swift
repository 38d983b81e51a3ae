import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

struct GGUFTests {
  private static let types = [
    "F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K",
  ]

  @Test("every type is dequantised as by llama.cpp, bit for bit")
  func typesAgree() throws {
    let file = try GGUFFile(path: Fixtures.url("gguf/types.gguf").path)
    let expected = try Data(contentsOf: Fixtures.url("gguf/types.f32"))
      .withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
    for (index, type) in Self.types.enumerated() {
      let values = try file.read(type, shape: [2, 256])
      #expect(
        values.map(\.bitPattern) == Array(expected[index * 512..<(index + 1) * 512]), "\(type)")
    }
    #expect(file.metadata["general.architecture"] == .text("llama"))
  }

  @Test(
    "a file cut before its last tensor ends is refused, and one with a changed byte never ends the process"
  )
  func damagedFiles() throws {
    let whole = [UInt8](try Data(contentsOf: Fixtures.url("gguf/types.gguf")))
    try withTemporaryFolder { folder in
      let path = "\(folder)/f.gguf"
      for length in Array(0..<64) + Array(stride(from: 64, to: whole.count - 32, by: 97)) {
        try Data(whole[..<length]).write(to: URL(fileURLWithPath: path))
        let error = try #require(throws: CheckpointError.self) { try GGUFFile(path: path) }
        #expect(error.exitStatus == .badData)
      }
      for place in 0..<700 {
        for change in [UInt8(0x01), 0x80, 0xFF] {
          var bytes = whole
          bytes[place] ^= change
          try Data(bytes).write(to: URL(fileURLWithPath: path))
          do {
            let file = try GGUFFile(path: path)
            for tensor in file.tensors.values {
              #expect(try file.read(tensor.name, shape: tensor.shape).count > 0)
            }
          } catch let error as CheckpointError {
            #expect(error.exitStatus == .badData)
          }
        }
      }
    }
  }

  @Test("a policy without what it needs is refused by name")
  func incompletePolicy() throws {
    let path = Fixtures.url("gguf/types.gguf").path
    let error = try #require(throws: CheckpointError.self) { try GGUFPolicy(path: path) }
    #expect(error == .missingTensor(path: path, tensor: "token_embd.weight", shape: []))
  }
}
