import Checkpoints
import Diagnostics
import Foundation
import Testing

struct PolicyFolderTests {
  private let configuration = ModelConfigurationTests.small

  private func writePolicy(at path: String, files: [PolicyFile] = []) throws {
    try SafetensorsTests.withBuffers([
      ("model.norm.weight", [3], [1, 2, 3]), ("lm_head.weight", [2, 3], [1, 2, 3, 4, 5, 6]),
    ]) { tensors in
      try PolicyFolder.write(
        at: path, configuration: configuration, tensors: tensors,
        optimizerTensors: [tensors[0]], files: files)
    }
  }

  private func values(_ name: String, _ shape: [Int], _ tensors: TensorReader) throws -> [Float] {
    let count = shape.reduce(1, *)
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      try tensors.read(
        name, shape: shape, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  @Test("a policy that is written is read back, with the files beside it")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/policy"
      try writePolicy(
        at: path,
        files: [
          PolicyFile(name: "tokenizer.json", bytes: [0x7B, 0x7D]),
          PolicyFile(name: "trainer_state.json", bytes: Array("{\"step\": 3}".utf8)),
        ])
      let policy = try PolicyFolder(path: path)
      #expect(policy.configuration == configuration)
      #expect(policy.tensors.tensors.map(\.name) == ["lm_head.weight", "model.norm.weight"])
      #expect(try values("lm_head.weight", [2, 3], policy.tensors) == [1, 2, 3, 4, 5, 6])
      // The tokenizer goes on to the next policy; the optimizer's and trainer's state does not.
      #expect(
        try policy.copiedFiles().map(\.name) == ["generation_config.json", "tokenizer.json"])
      // Inference engines read whatever lies beside the configuration as weights.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: path)
          .filter { $0.hasSuffix(".safetensors") } == ["model.safetensors"])
      let optimizer = try SafetensorsFile(path: policy.file("optimizer/state.safetensors"))
      #expect(optimizer.tensors.map(\.name) == ["model.norm.weight"])
    }
  }

  @Test("the same policy is the same bytes")
  func deterministic() throws {
    try withTemporaryFolder { folder in
      try writePolicy(at: "\(folder)/one")
      try writePolicy(at: "\(folder)/other")
      let files = try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/one")
        .filter { $0 != "optimizer" }
      #expect(files.contains("optimizer/state.safetensors"))
      for name in files {
        #expect(try contents("\(folder)/one/\(name)") == contents("\(folder)/other/\(name)"))
      }
    }
  }

  @Test("a policy in several files is read through its index")
  func sharded() throws {
    try withTemporaryFolder { folder in
      try Data(configuration.fileBytes).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
      try SafetensorsTests.write(
        [("a", [2], [1, 2])], to: "\(folder)/model-00001-of-00002.safetensors")
      try SafetensorsTests.write(
        [("b", [1], [3])], to: "\(folder)/model-00002-of-00002.safetensors")
      let index = "\(folder)/model.safetensors.index.json"
      try write(
        """
        {"metadata": {"total_size": 12}, "weight_map": {"a": "model-00001-of-00002.safetensors",
        "b": "model-00002-of-00002.safetensors", "c": "model-00002-of-00002.safetensors"}}
        """, to: index)
      let policy = try PolicyFolder(path: folder)
      #expect(try values("a", [2], policy.tensors) == [1, 2])
      #expect(try values("b", [1], policy.tensors) == [3])
      #expect(
        throws: CheckpointError.missingTensor(
          path: "\(folder)/model-00002-of-00002.safetensors", tensor: "c", shape: [1])
      ) { try values("c", [1], policy.tensors) }
      #expect(throws: CheckpointError.missingTensor(path: index, tensor: "d", shape: [1])) {
        try values("d", [1], policy.tensors)
      }
    }
  }

  @Test("a tensor in two files of a policy is refused, whichever of them the index names")
  func tensorInTwoFiles() throws {
    try withTemporaryFolder { folder in
      for name in ["one", "two"] {
        try SafetensorsTests.write(
          [("a", [1], [1]), (name, [1], [2])], to: "\(folder)/\(name).safetensors")
      }
      let index = "\(folder)/model.safetensors.index.json"
      try write(
        #"{"weight_map": {"a": "one.safetensors", "one": "one.safetensors", "two": "two.safetensors"}}"#,
        to: index)
      #expect(
        throws: CheckpointError.malformedHeader(
          path: "\(folder)/two.safetensors", fault: .duplicate("a"))
      ) { try TensorReader(folder: folder) }
      try write(
        #"{"weight_map": {"one": "one.safetensors", "one": "two.safetensors"}}"#, to: index)
      #expect(
        throws: CheckpointError.malformedJSON(path: index, problem: "has \"one\" twice")
      ) { try TensorReader(folder: folder) }
    }
  }

  @Test(
    "a policy with a value that is not finite is not written, and the old one stays",
    arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/policy"
      try writePolicy(at: path)
      let before = try contents("\(path)/model.safetensors")
      // In a whole block of the search, in what is left of it, and in the optimizer's state.
      for (place, isOptimizer) in [(3, false), (36, false), (36, true)] {
        var values = [Float](repeating: 0.5, count: 37)
        values[place] = value
        let tensors = [("a", [2], [1, 2]), ("b", [37], values)]
        try SafetensorsTests.withBuffers(tensors) { tensors in
          let error = #expect(throws: CheckpointError.self) {
            try PolicyFolder.write(
              at: path, configuration: configuration,
              tensors: isOptimizer ? [tensors[0]] : tensors,
              optimizerTensors: isOptimizer ? tensors : [], files: [])
          }
          guard case .divergedTensor(path, "b", let found) = error else {
            Issue.record("\(String(describing: error))")
            return
          }
          #expect(found.bitPattern == value.bitPattern)
          #expect(error?.description.contains("lower the learning rate") == true)
        }
      }
      #expect(try contents("\(path)/model.safetensors") == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["policy"])
    }
  }

  @Test(
    "a number that the stored type would make infinite is an error that names the policy",
    arguments: [
      (TensorElementType.float16, Float(65_520), Float(65_519.996)),
      (.bfloat16, Float(bitPattern: 0x7f7f_8000), Float(bitPattern: 0x7f7f_7fff)),
    ])
  func beyondPrecision(type: TensorElementType, over: Float, under: Float) throws {
    try withTemporaryFolder { folder in
      func write(_ value: Float) throws {
        try SafetensorsTests.withBuffers([("a", [1], [-value])]) { tensors in
          try PolicyFolder.write(
            at: "\(folder)/policy", configuration: configuration, tensors: tensors,
            elementType: type, files: [])
        }
      }
      try write(under)
      #expect(
        throws: CheckpointError.beyondPrecision(
          path: "\(folder)/policy", tensor: "a", value: -over, elementType: type)
      ) { try write(over) }
    }
  }

  @Test("a tensor cannot be written twice, and the error names the policy")
  func duplicateTensors() throws {
    try withTemporaryFolder { folder in
      try SafetensorsTests.withBuffers([("a", [1], [1]), ("a", [1], [2])]) { tensors in
        #expect(throws: CheckpointError.duplicateName(path: "\(folder)/policy", name: "a")) {
          try PolicyFolder.write(
            at: "\(folder)/policy", configuration: configuration, tensors: tensors, files: [])
        }
      }
    }
  }

  @Test(
    "an index cannot lead out of its folder",
    arguments: ["../x.safetensors", "/etc/passwd", "", ".x", "a/b.safetensors"])
  func indexStaysInside(file: String) throws {
    try withTemporaryFolder { folder in
      let index = "\(folder)/model.safetensors.index.json"
      try write("{\"weight_map\": {\"a\": \"\(file)\"}}", to: index)
      #expect(
        throws: CheckpointError.malformedHeader(
          path: index, fault: .fileOutsideFolder(tensor: "a", file: file))
      ) { try TensorReader(folder: folder) }
    }
  }

  @Test("a folder that is not there ends with 66, one that lacks a file with 65")
  func missing() throws {
    try withTemporaryFolder { folder in
      func error() -> CheckpointError? {
        #expect(throws: CheckpointError.self) { try PolicyFolder(path: "\(folder)/policy") }
      }
      #expect(error() == .missingFolder("\(folder)/policy"))
      #expect(error()?.exitStatus == .noInput)
      #expect(error()?.description == "\(folder)/policy: no such policy folder")

      try write("", to: "\(folder)/policy")
      #expect(error() == .notAFolder("\(folder)/policy"))
      try FileManager.default.removeItem(atPath: "\(folder)/policy")

      try writePolicy(at: "\(folder)/policy")
      for name in ["model.safetensors", "config.json"] {
        try FileManager.default.removeItem(atPath: "\(folder)/policy/\(name)")
        #expect(error() == .missingFile(path: "\(folder)/policy/\(name)"))
        #expect(error()?.exitStatus == .badData)
      }
    }
  }

  @Test("a file cannot be written twice, and then no folder appears")
  func duplicateFiles() throws {
    try withTemporaryFolder { folder in
      #expect(throws: CheckpointError.duplicateName(path: "\(folder)/p", name: "config.json")) {
        try writePolicy(
          at: "\(folder)/p", files: [PolicyFile(name: "config.json", bytes: [])])
      }
      let entries = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(entries.isEmpty)
    }
  }
}
