import Diagnostics
import JSONLines
import Records

/// The rows of a CSV or TSV file, or of standard input, as records: every cell is a text under its column's name.
///
/// The first row names the columns; one without a name is called after its place, `column_3`. zstd is sniffed.
final class TableReader: RowReader {
  let name: String
  private let decoder: StreamDecoder
  private let maximumRowBytes: Int
  private var parser: TableParser
  private let records = RecordPool()
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
  private var offset = 0
  private var end = 0
  private var isAtEnd = false
  private var isAtStart = true
  private var columns: [String]?
  private var lastLine = 0

  init(path: String, separator: UInt8, maximumRowBytes: Int, zeroBytes: ZeroBytes) throws {
    decoder = try StreamDecoder(FileReader(path: path), zeroBytes: zeroBytes)
    name = decoder.file.name
    self.maximumRowBytes = maximumRowBytes
    parser = TableParser(source: name, separator: separator, maximumRowBytes: maximumRowBytes)
  }

  deinit { buffer.deallocate() }

  var fractionRead: Double? {
    decoder.file.size.map { $0 == 0 ? 1 : Double(decoder.file.bytesRead) / Double($0) }
  }

  func next() throws -> RowReading? {
    guard let columns = try columns ?? header(), let row = try nextRow() else { return nil }
    let cells: [String]
    do throws(TableError) {
      cells = try texts(of: row)
      guard cells.count == columns.count else {
        throw .cellCount(found: cells.count, expected: columns.count, position(row))
      }
    } catch {
      return .fault(error, row.bytes)
    }
    var json = JSONWriter()
    json.object { object in
      for (column, cell) in zip(columns, cells) { object.member(column, cell) }
    }
    let record = try json.bytes.withUnsafeBytes { try records.record($0, position(row)) }
    return .row(SourceRow(record: record, isTyped: false, bytes: row.bytes))
  }

  /// The names in the first row; nil where the table is empty.
  private func header() throws -> [String]? {
    guard let row = try nextRow() else { return nil }
    let place = position(row)
    var names: [String] = []
    for (index, cell) in try texts(of: row).enumerated() {
      let name = cell.isEmpty ? "column_\(index + 1)" : cell
      guard !names.contains(name) else { throw TableError.duplicateColumn(name, place) }
      names.append(name)
    }
    columns = names
    return names
  }

  private func texts(of row: TableRow) throws(TableError) -> [String] {
    if let column = row.faultyColumn { throw .textBehindQuote(column: column, position(row)) }
    var texts: [String] = []
    for (index, cell) in row.cells.enumerated() {
      guard let text = String(validating: cell, as: UTF8.self) else {
        throw .notUTF8(column: index + 1, position(row))
      }
      texts.append(text)
    }
    return texts
  }

  private func nextRow() throws -> TableRow? {
    while !isAtEnd {
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<end])
      if let row = try parser.take(bytes, from: &offset) { return noted(row) }
      try refill()
    }
    return try parser.finish().map(noted)
  }

  private func noted(_ row: TableRow) -> TableRow {
    lastLine = row.line
    return row
  }

  private func refill() throws {
    let count = try decoder.read(into: buffer, lastWholeLine: lastLine)
    offset = 0
    end = count
    isAtEnd = count == 0
    // A byte order mark is no part of the first column's name.
    if isAtStart, buffer[..<count].starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    isAtStart = false
  }

  private func position(_ row: TableRow) -> LinePosition {
    LinePosition(source: name, line: row.line)
  }
}
