package import Diagnostics
package import JSONLines

/// Writes records: a stage's object is spliced into a line that is otherwise copied as bytes.
package final class RecordWriter {
  /// How many records were written.
  package private(set) var count = 0
  private let stream: LineWriter
  private var json = JSONWriter()

  package init(_ stream: LineWriter) { self.stream = stream }

  /// Writes the record with one object put in place of what stood under its key, or at the end of the line.
  package func write(_ record: Record, setting object: some RecordObject) throws {
    json.removeAll()
    object.write(to: &json)
    try write(record, key: type(of: object).key, json: json.bytes)
  }

  /// Writes a record anew, as one JSON object.
  package func write(id: String?, position: LinePosition, _ body: (inout JSONWriter) -> Void) throws
  {
    json.removeAll()
    json.object(body)
    guard !json.hasNonFiniteNumber else {
      throw RecordError.notFinite("a field", record: id, position)
    }
    try json.bytes.withUnsafeBytes { try stream.append($0) }
    try endLine()
  }

  /// Writes the record as it was read.
  package func write(_ record: Record) throws {
    try stream.append(record.bytes)
    try endLine()
  }

  private func write(_ record: Record, key: String, json value: [UInt8]) throws {
    guard !json.hasNonFiniteNumber else {
      throw RecordError.notFinite(key, record: record.id, record.position)
    }
    let line = record.bytes
    let layout = ObjectLayout(scanning: line)
    var replaced: Range<Int>?
    var position = 0
    for (index, member) in layout.members.enumerated() where names(member, key, in: line) {
      guard replaced == nil else {
        // The key stands twice: only the first is ours to replace, the others must go.
        try stream.append(
          UnsafeRawBufferPointer(
            rebasing: line[position..<layout.members[index - 1].value.upperBound]))
        position = member.value.upperBound
        continue
      }
      replaced = member.value
      try stream.append(UnsafeRawBufferPointer(rebasing: line[position..<member.value.lowerBound]))
      try value.withUnsafeBytes { try stream.append($0) }
      position = member.value.upperBound
    }
    if replaced == nil {
      try stream.append(UnsafeRawBufferPointer(rebasing: line[..<layout.end]))
      try stream.append(layout.members.isEmpty ? "\"\(key)\":" : ",\"\(key)\":")
      try value.withUnsafeBytes { try stream.append($0) }
      position = layout.end
    }
    try stream.append(UnsafeRawBufferPointer(rebasing: line[position...]))
    try endLine()
  }

  /// Whether a member bears the name; an escaped key is compared by its meaning.
  private func names(_ member: MemberSpan, _ key: String, in line: UnsafeRawBufferPointer) -> Bool {
    let written = line[member.key]
    guard written.contains(UInt8(ascii: "\\")) else { return written.elementsEqual(key.utf8) }
    let document = JSONDocument()
    do {
      let quoted = UnsafeRawBufferPointer(
        rebasing: line[member.key.lowerBound - 1..<member.key.upperBound + 1])
      try document.parse(quoted)
      return document.root.string == key
    } catch {
      return false
    }
  }

  private func endLine() throws {
    try stream.endLine()
    count += 1
  }
}
