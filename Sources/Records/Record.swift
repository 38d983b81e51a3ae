package import Diagnostics
package import JSONLines

/// One line of a stream: its bytes, its parsed form and its place.
package struct Record {
  package let position: LinePosition
  let document: JSONDocument

  package init(document: JSONDocument, position: LinePosition) throws(StreamError) {
    self.document = document
    self.position = position
    guard document.root.kind == .object else {
      throw .notAnObject(position, found: document.root.kind)
    }
  }

  /// The problem's identity, where the record has one. A number is taken as its text.
  package var id: String? {
    guard let value = document.root["id"] else { return nil }
    return value.string ?? value.integer.map(String.init)
  }

  /// The line's own fields.
  package var fields: Fields {
    Fields(value: document.root, path: "", record: id, position: position)
  }

  /// The line as it was read, without its line end.
  package var bytes: UnsafeRawBufferPointer { document.bytes }

  /// The identity, which every record of the pipeline must have.
  package func requiredID() throws(RecordError) -> String {
    if let id { return id }
    guard let value = document.root["id"] else {
      throw .missingField("id", record: nil, position, writtenBy: "srar-prep")
    }
    throw .wrongType("id", expected: "a string", found: value.kind, record: nil, position)
  }

  /// The object that a tool has written under its key.
  package func read<Object: RecordObject>(_ type: Object.Type) throws -> Object {
    guard let object = try readIfPresent(type) else {
      throw RecordError.missingField(Object.key, record: id, position, writtenBy: Object.tool)
    }
    return object
  }

  /// The object that a tool may have written under its key; null counts as absent.
  package func readIfPresent<Object: RecordObject>(_ type: Object.Type) throws -> Object? {
    guard let value = document.root[Object.key], value.kind != .null else { return nil }
    guard value.kind == .object else {
      throw RecordError.wrongType(
        Object.key, expected: "an object", found: value.kind, record: id, position)
    }
    return try Object(
      Fields(
        value: value, path: Object.key + ".", record: id, position: position, tool: Object.tool))
  }
}

/// The object that one tool adds to a record, under its own key.
package protocol RecordObject: JSONWritable {
  /// The member's name, such as "judge".
  static var key: String { get }
  /// The tool that writes it, for messages.
  static var tool: String { get }

  init(_ fields: Fields) throws
}
