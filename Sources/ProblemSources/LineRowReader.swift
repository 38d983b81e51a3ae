import Diagnostics
import JSONLines

/// The rows of a stream of JSON Lines.
final class LineRowReader: RowReader {
  let name: String
  private let lines: LineReader
  private let records = RecordPool()

  /// - Parameter name: the name for messages where it is not the path.
  init(path: String, name: String? = nil, maximumLineBytes: Int, zeroBytes: ZeroBytes)
    throws
  {
    lines = try LineReader(
      path: path, maximumLineBytes: maximumLineBytes, zeroBytes: zeroBytes)
    self.name = name ?? lines.source
  }

  var fractionRead: Double? { lines.fractionRead }

  func next() throws -> RowReading? {
    guard let line = try lines.next() else { return nil }
    let position = LinePosition(source: name, line: lines.position.line)
    do throws(StreamError) {
      return .row(SourceRow(record: try records.record(line, position), isTyped: true))
    } catch {
      return .fault(error, Array(line))
    }
  }
}
