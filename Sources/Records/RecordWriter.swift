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

  /// Writes the record with some members set and others taken out; what else it has stays as it was, in its order.
  ///
  /// - Parameter members: values, and nil for what must go. What the record lacks comes at its end, in the order of this list.
  package func write(
    _ record: Record, changing members: [(key: String, value: (any JSONWritable)?)]
  ) throws {
    let line = record.bytes
    json.removeAll()
    var remaining = members
    json.object { object in
      for member in ObjectLayout(scanning: line).members {
        guard let change = members.first(where: { names(member, $0.key, in: line) }) else {
          object.member(copying: line[member.key], value: line[member.value])
          continue
        }
        // A key that stands twice is written once.
        guard let index = remaining.firstIndex(where: { $0.key == change.key }) else { continue }
        remaining.remove(at: index)
        if let value = change.value { object.member(change.key) { value.write(to: &$0) } }
      }
      for (key, value) in remaining {
        if let value { object.member(key) { value.write(to: &$0) } }
      }
    }
    guard !json.hasNonFiniteNumber else {
      throw RecordError.notFinite("a field", record: record.id, record.position)
    }
    try json.bytes.withUnsafeBytes { try stream.append($0) }
    try endLine()
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

  /// Makes what is written so far readable at the other end of a pipe.
  package func flush() throws { try stream.flush() }

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
