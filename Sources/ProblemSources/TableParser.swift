// CSV and TSV after RFC 4180: quotes, doubled quotes, separators and line breaks inside quotes.

import Diagnostics

/// One row of a table.
package struct TableRow: Equatable {
  /// The line where it begins, from 1.
  package let line: Int
  /// The cells as bytes, without their quotes.
  package let cells: [[UInt8]]
  /// The row as it was written, without its line end.
  package let bytes: [UInt8]
  /// The first column, from 1, where text follows the closing quote; the row is then of no use.
  package let faultyColumn: Int?
}

/// Parts a stream of bytes into rows. Bytes are given piece by piece; rows come out as they are complete.
///
/// Lines end with a line feed or a carriage return and a line feed. A quote counts at the start of a cell only; inside
/// any other cell it is text, as most programs read it. Lines without a byte are no rows.
package struct TableParser {
  private enum State { case cellStart, plain, quoted, behindQuote }

  private let source: String
  private let separator: UInt8
  private let maximumRowBytes: Int
  private var state = State.cellStart
  private var line = 1
  private var rowLine = 1
  private var quoteLine = 1
  private var cell: [UInt8] = []
  private var cells: [[UInt8]] = []
  private var bytes: [UInt8] = []
  /// The column of the first cell with text behind its closing quote.
  private var faultyColumn: Int?

  /// - Parameters:
  ///   - source: the table's name, for messages.
  ///   - separator: a comma or a tab.
  package init(source: String, separator: UInt8, maximumRowBytes: Int) {
    self.source = source
    self.separator = separator
    self.maximumRowBytes = maximumRowBytes
  }

  /// Takes bytes up to the end of a row; the row, or nil where they ended before it.
  package mutating func take(
    _ bytes: UnsafeRawBufferPointer, from start: inout Int
  ) throws(TableError) -> TableRow? {
    while start < bytes.count {
      start += 1
      if let row = try take(bytes[start - 1]) { return row }
    }
    return nil
  }

  /// Takes one byte; the row that it ends, if it ends one.
  package mutating func take(_ byte: UInt8) throws(TableError) -> TableRow? {
    if byte == 0x0A, state != .quoted {
      line += 1
      return endRow()
    }
    guard bytes.count < maximumRowBytes else {
      throw .rowTooLong(position(rowLine), limitBytes: maximumRowBytes)
    }
    bytes.append(byte)
    switch state {
    case .cellStart where byte == UInt8(ascii: "\""):
      state = .quoted
      quoteLine = line
    case .cellStart, .plain:
      if byte == separator {
        endCell()
      } else {
        cell.append(byte)
        state = .plain
      }
    case .quoted:
      if byte == UInt8(ascii: "\"") {
        state = .behindQuote
      } else {
        if byte == 0x0A { line += 1 }
        cell.append(byte)
      }
    case .behindQuote:
      if byte == UInt8(ascii: "\"") {
        cell.append(byte)
        state = .quoted
      } else if byte == separator {
        endCell()
      } else if byte != 0x0D {
        faultyColumn = faultyColumn ?? cells.count + 1
      }
    }
    return nil
  }

  /// The last row, where the stream does not end with a line end.
  package mutating func finish() throws(TableError) -> TableRow? {
    guard state != .quoted else { throw .unclosedQuote(position(quoteLine)) }
    return endRow()
  }

  private mutating func endCell() {
    cells.append(cell)
    cell = []
    state = .cellStart
  }

  private mutating func endRow() -> TableRow? {
    if bytes.last == 0x0D {
      bytes.removeLast()
      if state == .plain { cell.removeLast() }
    }
    endCell()
    defer {
      rowLine = line
      cells = []
      bytes = []
      faultyColumn = nil
    }
    guard !bytes.isEmpty else { return nil }
    return TableRow(line: rowLine, cells: cells, bytes: bytes, faultyColumn: faultyColumn)
  }

  private func position(_ line: Int) -> LinePosition { LinePosition(source: source, line: line) }
}
