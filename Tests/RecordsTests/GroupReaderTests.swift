import Records
import TestSupport
import Testing

@Suite("Reading groups")
struct GroupReaderTests {
  private func groups(_ ids: [String]) throws -> [(String, Int)] {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      ids.map { #"{"id":"\#($0)"}"# }.joined(separator: "\n") + "\n", to: "in")
    let reader = GroupReader(
      RecordReader(paths: [path], maximumLineBytes: 1000, faults: .stop))
    var found: [(String, Int)] = []
    while let group = try reader.next() { found.append((group.id, group.records.count)) }
    return found
  }

  @Test("gives the consecutive records of a problem together")
  func consecutive() throws {
    let found = try groups(["a", "a", "b", "c", "c", "c"])
    #expect(found.map(\.0) == ["a", "b", "c"])
    #expect(found.map(\.1) == [2, 1, 3])
    #expect(try groups([]).isEmpty)
  }

  @Test("refuses a problem whose records are scattered")
  func scattered() {
    let error = #expect(throws: RecordError.self) { try groups(["a", "b", "a"]) }
    #expect(error?.description.contains(#"record "a" appears again after other problems"#) == true)
  }

  @Test("keeps the records of a group readable after reading on")
  func keepsRecords() throws {
    let folder = try TemporaryFolder()
    let lines = (0..<20).map { #"{"id":"\#($0 / 4)","n":\#($0)}"# }
    let path = try folder.write(lines.joined(separator: "\n") + "\n", to: "in")
    let reader = GroupReader(RecordReader(paths: [path], maximumLineBytes: 1000, faults: .stop))
    var groups: [GroupReader.Group] = []
    while let group = try reader.next() { groups.append(group) }
    let numbers = try groups.flatMap(\.records).map { try $0.fields.integer("n") }
    #expect(numbers == Array(0..<20))
  }
}
