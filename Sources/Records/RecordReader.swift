package import Diagnostics
package import JSONLines

/// The records of one or several streams, read one after the other.
package final class RecordReader {
  /// What to do with a line that cannot be used.
  package enum Faults {
    /// The first one ends the reading with its error.
    case stop
    /// It goes to a file, raw, with the reason.
    case reject(RejectWriter)
    /// A line that is no JSON object is told to the closure and passed over: for logs, in which a killed tool may have left
    /// half a line.
    case passOver((StreamError) -> Void)
  }

  private var remaining: ArraySlice<String>
  private let maximumLineBytes: Int
  private let faults: Faults
  private let shard: Shard?
  private let zeroBytes: ZeroBytes
  private var lines: LineReader?
  private var documents: [JSONDocument] = []
  private let fileCount: Int

  /// - Parameters:
  ///   - paths: files, `-` for standard input; none is standard input.
  ///   - shard: the part to read; others are passed over.
  ///   - zeroBytes: what each stream without a byte is taken for.
  package init(
    paths: [String], maximumLineBytes: Int, faults: Faults, shard: Shard? = nil,
    zeroBytes: ZeroBytes = .refused(option: nil)
  ) {
    remaining = (paths.isEmpty ? ["-"] : paths)[...]
    fileCount = remaining.count
    self.maximumLineBytes = maximumLineBytes
    self.faults = faults
    self.shard = shard
    self.zeroBytes = zeroBytes
  }

  /// The next record; nil at the end of the last stream.
  package func next() throws -> Record? {
    while let lines = try currentStream() {
      guard let line = try lines.next() else {
        self.lines = nil
        continue
      }
      let document = unusedDocument()
      do throws(StreamError) {
        do throws(JSONFault) {
          try document.parse(line)
        } catch {
          throw StreamError.notJSON(lines.position, error)
        }
        if let key = document.repeatedKey { throw StreamError.repeatedKey(lines.position, key) }
        let record = try Record(document: document, position: lines.position)
        if shard?.contains(id: record.id) ?? true { return record }
      } catch {
        guard shard?.contains(id: nil) ?? true else { continue }
        switch faults {
        case .stop: throw error
        case .reject(let writer): try writer.write(line, reason: error.description)
        case .passOver(let tell): tell(error)
        }
      }
    }
    return nil
  }

  /// Deals with a record that a tool cannot use: throws the error, or puts the line among the rejects.
  package func reject(_ record: Record, _ error: any ToolError) throws {
    guard case .reject(let writer) = faults else { throw error }
    try writer.write(record.bytes, reason: error.description)
  }

  /// How much of the input was read, from 0 to 1; nil where it cannot be known.
  package var fractionRead: Double? {
    guard let lines else { return remaining.isEmpty ? 1 : 0 }
    guard let fraction = lines.fractionRead else { return nil }
    return (Double(fileCount - remaining.count - 1) + fraction) / Double(fileCount)
  }

  private func currentStream() throws -> LineReader? {
    if let lines { return lines }
    guard let path = remaining.popFirst() else { return nil }
    lines = try LineReader(path: path, maximumLineBytes: maximumLineBytes, zeroBytes: zeroBytes)
    return lines
  }

  /// A document that no record holds any more, or a new one; always the last of the list.
  private func unusedDocument() -> JSONDocument {
    for index in documents.indices where isKnownUniquelyReferenced(&documents[index]) {
      documents.swapAt(index, documents.count - 1)
      return documents[documents.count - 1]
    }
    let document = JSONDocument()
    documents.append(document)
    return document
  }
}
