import Checkpoints
import Diagnostics
import Foundation
import Testing

struct FolderReplacementTests {
  struct Interruption: Error {}

  private func entries(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// A process number that is nobody's.
  private func deadProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exit 0"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test("a new folder appears, and nothing else")
  func newFolder() throws {
    try withTemporaryFolder { parent in
      try replaceFolder(at: "\(parent)/policy") { try write("new", to: "\($0)/file") }
      #expect(try entries(parent) == ["policy"])
      #expect(try contents("\(parent)/policy/file") == Data("new".utf8))
    }
  }

  @Test("a folder that was there is replaced as a whole")
  func replacement() throws {
    try withTemporaryFolder { parent in
      try replaceFolder(at: "\(parent)/policy") { try write("old", to: "\($0)/only-in-old") }
      try replaceFolder(at: "\(parent)/policy/") { try write("new", to: "\($0)/file") }
      #expect(try entries(parent) == ["policy"])
      #expect(try entries("\(parent)/policy") == ["file"])
    }
  }

  @Test("until the new folder is whole the old one stands; a failure leaves it untouched")
  func failure() throws {
    try withTemporaryFolder { parent in
      try replaceFolder(at: "\(parent)/policy") { try write("old", to: "\($0)/file") }
      #expect(throws: Interruption.self) {
        try replaceFolder(at: "\(parent)/policy") { temporary in
          try write("new", to: "\(temporary)/file")
          #expect(try contents("\(parent)/policy/file") == Data("old".utf8))
          throw Interruption()
        }
      }
      #expect(try entries(parent) == ["policy"])
      #expect(try contents("\(parent)/policy/file") == Data("old".utf8))
    }
  }

  @Test("what a killed process left is removed; what a running one writes is not")
  func leftovers() throws {
    try withTemporaryFolder { parent in
      let dead = try deadProcess()
      let manager = FileManager.default
      for name in [
        ".policy.tmp-\(dead)-0123456789abcdef", ".policy.tmp-1", ".policy.tmp-x",
        ".other.tmp-\(dead)",
        ".policy.old-\(dead)-0123456789abcdef", ".policy.tmp-\(dead)-interrupted",
        ".policy.tmp-1-interrupted",
      ] {
        try manager.createDirectory(atPath: "\(parent)/\(name)", withIntermediateDirectories: false)
        try write("partial", to: "\(parent)/\(name)/file")
      }
      try manager.createDirectory(atPath: "\(parent)/policy", withIntermediateDirectories: false)
      try replaceFolder(at: "\(parent)/policy") { try write("new", to: "\($0)/file") }
      #expect(
        try entries(parent) == [
          ".other.tmp-\(dead)", ".policy.tmp-1", ".policy.tmp-1-interrupted", ".policy.tmp-x",
          "policy",
        ])
    }
  }

  @Test("a folder moved aside by a process that was killed then is put back")
  func recovery() throws {
    try withTemporaryFolder { parent in
      let aside = "\(parent)/.policy.old-\(try deadProcess())-0123456789abcdef"
      try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: false)
      try write("old", to: "\(aside)/file")
      #expect(throws: Interruption.self) {
        try replaceFolder(at: "\(parent)/policy") { _ in throw Interruption() }
      }
      #expect(try contents("\(parent)/policy/file") == Data("old".utf8))
      #expect(try entries(parent) == ["policy"])
    }
  }

  @Test("a failed write is said of the folder's own name")
  func failuresNameTheFolder() throws {
    try withTemporaryFolder { parent in
      let error = #expect(throws: SystemError.self) {
        try replaceFolder(at: "\(parent)/policy") { temporary in
          throw SystemError("write", path: "\(temporary)/model.safetensors", code: ENOSPC)
        }
      }
      #expect(
        error?.description
          == "\(parent)/policy/model.safetensors: cannot write: No space left on device")
    }
  }

  @Test("a file of that name, and a parent that is not there, are errors of output")
  func impossiblePlaces() throws {
    try withTemporaryFolder { parent in
      try write("a file", to: "\(parent)/file")
      for path in ["\(parent)/file", "\(parent)/none/policy"] {
        let error = #expect(throws: SystemError.self) { try replaceFolder(at: path) { _ in } }
        #expect(error?.exitStatus == .inputOutput)
      }
      #expect(try contents("\(parent)/file") == Data("a file".utf8))
    }
  }
}
