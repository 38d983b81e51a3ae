package import Diagnostics

/// What can be wrong with a CSV or TSV table. The place is the line where the row begins.
package enum TableError: ToolError, Equatable {
  case duplicateColumn(String, LinePosition)
  case cellCount(found: Int, expected: Int, LinePosition)
  /// Something other than a separator or a line end follows a closing quote.
  case textBehindQuote(column: Int, LinePosition)
  /// A quote is still open at the end; the place is that of the quote itself.
  case unclosedQuote(LinePosition)
  case notUTF8(column: Int, LinePosition)
  case rowTooLong(LinePosition, limitBytes: Int)

  package var description: String {
    switch self {
    case .duplicateColumn(let name, let place): "\(place): two columns are named \"\(name)\""
    case .cellCount(let found, let expected, let place):
      "\(place): the row has \(found) cells, but the table has \(expected) columns"
    case .textBehindQuote(let column, let place):
      "\(place): text follows the closing quote in column \(column); a quote inside is written twice"
    case .unclosedQuote(let place): "\(place): the quote that opens here is never closed"
    case .notUTF8(let column, let place): "\(place): column \(column) is not UTF-8"
    case .rowTooLong(let place, let limit):
      "\(place): the row is longer than \(limit) bytes; raise '--max-line-bytes' if it is meant to be"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}
