import Diagnostics
import Foundation
import JSONLines
import TestSupport
import Testing

@Suite("Files that appear when they are whole")
struct FileWriterTests {
  private func write(_ text: String, to writer: FileWriter) throws {
    try Array(text.utf8).withUnsafeBytes { try writer.write($0) }
  }

  @Test("have a temporary name that nobody can foresee, and are new files")
  func temporaryName() throws {
    let folder = try TemporaryFolder()
    let writer = try FileWriter(.file(folder.path("out")))
    let name = try #require(try folder.names.first)
    #expect(name.wholeMatch(of: /\.out\.[0-9]+-[0-9a-f]{16}\.tmp/) != nil, "\(name)")
    try write("whole", to: writer)
    try writer.commit()
    #expect(try folder.names == ["out"])
  }

  @Test("of one name in one process do not remove each other")
  func twoOfOneName() throws {
    let folder = try TemporaryFolder()
    let first = try FileWriter(.file(folder.path("out")))
    let second = try FileWriter(.file(folder.path("out")))
    try write("first", to: first)
    try write("second", to: second)
    try first.commit()
    #expect(try String(contentsOfFile: folder.path("out"), encoding: .utf8) == "first")
    try second.commit()
    #expect(try String(contentsOfFile: folder.path("out"), encoding: .utf8) == "second")
    #expect(try folder.names == ["out"])
  }
}
