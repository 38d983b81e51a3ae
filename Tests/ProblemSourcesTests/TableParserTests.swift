import Diagnostics
import ProblemSources
import Testing

@Suite("CSV and TSV")
struct TableParserTests {
  private func rows(
    _ text: String, separator: UInt8 = UInt8(ascii: ","), limit: Int = 1000
  ) throws -> [TableRow] {
    var parser = TableParser(source: "t.csv", separator: separator, maximumRowBytes: limit)
    var rows: [TableRow] = []
    for byte in text.utf8 {
      if let row = try parser.take(byte) { rows.append(row) }
    }
    if let row = try parser.finish() { rows.append(row) }
    return rows
  }

  private func cells(_ text: String, separator: UInt8 = UInt8(ascii: ",")) throws -> [[String]] {
    try rows(text, separator: separator).map { row in
      row.cells.map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test(
    "are read as RFC 4180 says",
    arguments: [
      ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
      ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
      ("\"a,b\",\"c\"\"d\"\n", [["a,b", "c\"d"]]),
      ("\"one\r\ntwo\n\nthree\",x\r\n", [["one\r\ntwo\n\nthree", "x"]]),
      (",\n\"\",\"\"\n", [["", ""], ["", ""]]),
      ("\"\"\n", [[""]]),
      ("a\n\n\r\n\nb\n", [["a"], ["b"]]),
      // Not in the RFC, but without another meaning: a quote inside a cell without quotes.
      ("5\" tall,b \"c\"\n", [["5\" tall", "b \"c\""]]),
      ("\"a\"\r\n\"b\"\r\n", [["a"], ["b"]]),
      ("é,\"ü\"\n", [["é", "ü"]]),
      ("a,\r\nb,\"c\"\r\n", [["a", ""], ["b", "c"]]),
      ("", []),
      ("\n", []),
    ])
  func reading(text: String, expected: [[String]]) throws {
    #expect(try cells(text) == expected)
  }

  @Test("have tabs as separators in TSV, with the same quotes")
  func tabs() throws {
    #expect(
      try cells("a,b\t\"c\td\"\n", separator: UInt8(ascii: "\t")) == [["a,b", "c\td"]])
  }

  @Test("give every row the line where it begins, and its bytes as written")
  func lines() throws {
    let rows = try rows("a,b\n\n\"c\nd\",e\r\nf,g")
    #expect(rows.map(\.line) == [1, 3, 5])
    #expect(rows.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a,b", "\"c\nd\",e", "f,g"])
  }

  @Test("name the quote that is never closed")
  func unclosed() {
    #expect(throws: TableError.unclosedQuote(LinePosition(source: "t.csv", line: 2))) {
      try rows("a,b\nc,\"d\ne,f\n")
    }
  }

  @Test("mark text behind a closing quote, and go on with the next row")
  func textBehindQuote() throws {
    let rows = try rows("a,\"b\"c,d\ne,f,g\n")
    #expect(rows.map(\.faultyColumn) == [2, nil])
    #expect(rows[1].cells.count == 3)
  }

  @Test("have rows of bounded length")
  func tooLong() {
    #expect(
      throws: TableError.rowTooLong(LinePosition(source: "t.csv", line: 2), limitBytes: 4)
    ) {
      try rows("a,b\n\"cdefgh", limit: 4)
    }
  }

  @Test("come back from any cells, however they are cut into pieces", arguments: 0..<200)
  func roundTrip(seed: Int) throws {
    let alphabet = ["a", "\"", ",", "\n", "\r\n", " ", "é", "\t", ""]
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let table = (0..<3).map { _ in
      (0..<3).map { _ in (0..<draw(5)).map { _ in alphabet[draw(alphabet.count)] }.joined() }
    }
    let text = table.map { row in
      row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\r\n"
    }
    .joined()
    #expect(try cells(text) == table, "seed \(seed)")
  }
}
