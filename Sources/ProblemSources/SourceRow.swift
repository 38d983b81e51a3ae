import Diagnostics
import JSONLines
package import Records

/// One row of a source as a record, whatever it was before.
package struct SourceRow {
  package let record: Record
  /// Whether the source tells numbers from texts; a CSV table does not.
  package let isTyped: Bool
  /// The row as it was written, where that is not the record's own text.
  let bytes: [UInt8]?

  package init(record: Record, isTyped: Bool) {
    self.init(record: record, isTyped: isTyped, bytes: nil)
  }

  init(record: Record, isTyped: Bool, bytes: [UInt8]?) {
    self.record = record
    self.isTyped = isTyped
    self.bytes = bytes
  }
}

/// The rows of one file.
protocol RowReader: AnyObject {
  /// The file's name for messages.
  var name: String { get }
  /// How much of it was read, from 0 to 1; nil where it cannot be known.
  var fractionRead: Double? { get }

  /// The next row; nil at the end. What ends the reading is thrown.
  func next() throws -> RowReading?
}

/// A row, or one that is of no use: why, and its bytes.
enum RowReading {
  case row(SourceRow)
  case fault(any ToolError, [UInt8])
}

/// Makes records from JSON texts; memory is used again when nobody holds the record any more.
final class RecordPool {
  private var documents: [JSONDocument] = []

  func record(_ json: UnsafeRawBufferPointer, _ position: LinePosition) throws(StreamError)
    -> Record
  {
    let document = unusedDocument()
    do throws(JSONFault) {
      try document.parse(json)
    } catch {
      throw .notJSON(position, error)
    }
    if let key = document.repeatedKey { throw .repeatedKey(position, key) }
    return try Record(document: document, position: position)
  }

  private func unusedDocument() -> JSONDocument {
    for index in documents.indices where isKnownUniquelyReferenced(&documents[index]) {
      return documents[index]
    }
    let document = JSONDocument()
    documents.append(document)
    return document
  }
}
