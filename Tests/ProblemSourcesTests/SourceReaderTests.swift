import Diagnostics
import Foundation
import JSONLines
import ProblemSources
import Records
import TestSupport
import Testing

@Suite("Rows of sources")
struct SourceReaderTests {
  private func rows(
    _ paths: [String], format: SourceFormat? = nil, faults: RecordReader.Faults = .stop
  ) throws -> [String] {
    let reader = SourceReader(
      paths: paths, format: format, maximumLineBytes: 1 << 20, faults: faults)
    var rows: [String] = []
    while let row = try reader.next() {
      rows.append(
        "\(row.record.position.line) \(String(decoding: row.record.bytes, as: UTF8.self))")
    }
    return rows
  }

  @Test(
    "have the format that the file's name tells",
    arguments: [
      ("a.csv", SourceFormat.csv), ("A.CSV.ZST", .csv), ("a.tsv", .tsv), ("a.parquet", .parquet),
      ("a.jsonl.zst", .jsonl), ("a", .jsonl), ("csv", .jsonl), ("-", .jsonl),
    ])
  func formats(name: String, format: SourceFormat) {
    #expect(SourceFormat(fileName: name) == format)
  }

  @Test("come from several files of several kinds, one after the other")
  func files() throws {
    let folder = try TemporaryFolder()
    let csv = try folder.write("\u{FEFF}a,,b\r\n1,2,\"x\r\ny\"\r\n\r\n3,4,5\r\n", to: "a.csv")
    let tsv = try folder.write("a\tb\n1\t2,3\n", to: "a.tsv")
    let lines = try folder.write("\n{\"a\": 1}\n", to: "a.jsonl")
    #expect(
      try rows([csv, tsv, lines]) == [
        #"2 {"a":"1","column_2":"2","b":"x\r\ny"}"#, #"5 {"a":"3","column_2":"4","b":"5"}"#,
        #"2 {"a":"1","b":"2,3"}"#, #"2 {"a": 1}"#,
      ])
  }

  @Test(
    "that are of no use are named",
    arguments: [
      ("a,a\n1,2\n", ":1: two columns are named \"a\""),
      ("a,b\n1,2\n1,2,3\n", ":3: the row has 3 cells, but the table has 2 columns"),
      (
        "a,b\n\"1\"x,2\n",
        ":2: text follows the closing quote in column 1; a quote inside is written twice"
      ),
      ("a,b\n1,\"2\n", ":2: the quote that opens here is never closed"),
    ])
  func faults(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "a.csv")
    let error = #expect(throws: TableError.self) { try rows([path]) }
    #expect(error?.description == path + message)
  }

  @Test("that are not UTF-8 are named")
  func notUTF8() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("a.csv")
    try Data([0x61, 0x0A, 0x62, 0xFF, 0x0A]).write(to: url)
    let place = LinePosition(source: url.path, line: 2)
    #expect(throws: TableError.notUTF8(column: 1, place)) { try rows([url.path]) }
  }

  @Test("that are of no use go to the rejects as they were, and the others come")
  func rejects() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a,b\n1,2,3\n\"4\",5\n", to: "a.csv")
    let writer = try RejectWriter(path: folder.path("bad"))
    #expect(try rows([path], faults: .reject(writer)) == [#"3 {"a":"4","b":"5"}"#])
    try writer.commit()
    #expect(
      try String(contentsOfFile: folder.path("bad"), encoding: .utf8)
        == "# \(path):2: the row has 3 cells, but the table has 2 columns\n1,2,3\n")
  }

  @Test(
    "of a file of zero bytes are an error, whatever its format", arguments: ["a.csv", "a.jsonl"])
  func zeroBytes(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: name)
    #expect(throws: StreamError.zeroBytes(source: path, option: nil)) { try rows([path]) }
  }

  @Test("of nothing are none", arguments: ["\n\n", "a,b\n"])
  func empty(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "a.csv")
    #expect(try rows([path]) == [])
  }
}
