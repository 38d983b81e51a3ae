package import Diagnostics
import Foundation
package import JSONLines
package import Records

/// How a file keeps its rows.
package enum SourceFormat: String, CaseIterable, Sendable {
  case jsonl, csv, tsv, parquet

  /// The format that a file's name tells; JSON Lines where it tells none.
  package init(fileName: String) {
    var name = fileName.lowercased()
    if name.hasSuffix(".zst") { name.removeLast(4) }
    self = Self.allCases.first { name.hasSuffix(".\($0.rawValue)") } ?? .jsonl
  }
}

/// The rows of one or several files, one after the other.
package final class SourceReader {
  private var remaining: ArraySlice<String>
  private let fileCount: Int
  private let format: SourceFormat?
  private let maximumLineBytes: Int
  private let faults: RecordReader.Faults
  private let zeroBytes: ZeroBytes
  private var rows: (any RowReader)?

  /// - Parameters:
  ///   - paths: files, `-` for standard input; none is standard input.
  ///   - format: how they keep their rows; nil where their names tell.
  ///   - zeroBytes: what each file without a byte is taken for.
  package init(
    paths: [String], format: SourceFormat?, maximumLineBytes: Int, faults: RecordReader.Faults,
    zeroBytes: ZeroBytes = .refused(option: nil)
  ) {
    remaining = (paths.isEmpty ? ["-"] : paths)[...]
    fileCount = remaining.count
    self.format = format
    self.maximumLineBytes = maximumLineBytes
    self.faults = faults
    self.zeroBytes = zeroBytes
  }

  /// The next row; nil at the end of the last file.
  package func next() throws -> SourceRow? {
    while let rows = try currentFile() {
      switch try rows.next() {
      case .row(let row): return row
      case .fault(let error, let bytes):
        guard case .reject(let writer) = faults else { throw error }
        try bytes.withUnsafeBytes { try writer.write($0, reason: error.description) }
      case nil: self.rows = nil
      }
    }
    return nil
  }

  /// Deals with a row that makes no problem: throws the error, or puts the row among the rejects.
  package func reject(_ row: SourceRow, _ error: any ToolError) throws {
    guard case .reject(let writer) = faults else { throw error }
    if let bytes = row.bytes {
      try bytes.withUnsafeBytes { try writer.write($0, reason: error.description) }
    } else {
      try writer.write(row.record.bytes, reason: error.description)
    }
  }

  /// How much of the input was read, from 0 to 1; nil where it cannot be known.
  package var fractionRead: Double? {
    guard let rows else { return remaining.isEmpty ? 1 : 0 }
    guard let fraction = rows.fractionRead else { return nil }
    return (Double(fileCount - remaining.count - 1) + fraction) / Double(fileCount)
  }

  private func currentFile() throws -> (any RowReader)? {
    if let rows { return rows }
    guard let path = remaining.popFirst() else { return nil }
    let rows: any RowReader =
      switch format ?? SourceFormat(fileName: path) {
      case .jsonl:
        try LineRowReader(
          path: path, maximumLineBytes: maximumLineBytes, zeroBytes: zeroBytes)
      case .csv: try table(path, separator: UInt8(ascii: ","))
      case .tsv: try table(path, separator: UInt8(ascii: "\t"))
      case .parquet: try ParquetRowReader(path: path, maximumLineBytes: maximumLineBytes)
      }
    self.rows = rows
    return rows
  }

  private func table(_ path: String, separator: UInt8) throws -> TableReader {
    try TableReader(
      path: path, separator: separator, maximumRowBytes: maximumLineBytes, zeroBytes: zeroBytes)
  }
}

/// The rows of a Parquet file, which DuckDB has written out as JSON Lines. The n-th row's place is line n.
private final class ParquetRowReader: RowReader {
  let name: String
  private let folder: ScratchFolder
  private let rows: LineRowReader

  init(path: String, maximumLineBytes: Int) throws {
    name = path
    let duckDB = try DuckDB(for: path)
    folder = try ScratchFolder()
    let stream = try duckDB.jsonLines(ofParquet: path, in: folder)
    // What DuckDB makes of a table without rows is whole, whatever it is: it has said that it succeeded.
    rows = try LineRowReader(
      path: stream, name: path, maximumLineBytes: maximumLineBytes, zeroBytes: .accepted)
  }

  var fractionRead: Double? { rows.fractionRead }

  func next() throws -> RowReading? { try rows.next() }
}
