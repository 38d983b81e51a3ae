internal import CSimdjson

/// What a JSON value is.
package enum JSONKind: String, Sendable, Equatable {
  case null, boolean, integer, number, string, array, object
}

/// A value inside a parsed document. Accessors answer nil where the value is of another kind.
package struct JSONValue {
  let document: JSONDocument
  let raw: srar_json_value

  package var kind: JSONKind {
    switch srar_json_get_kind(raw) {
    case SRAR_JSON_BOOL: .boolean
    case SRAR_JSON_INT64, SRAR_JSON_UINT64: .integer
    case SRAR_JSON_DOUBLE: .number
    case SRAR_JSON_STRING: isHugeNumber ? .number : .string
    case SRAR_JSON_ARRAY: .array
    case SRAR_JSON_OBJECT: .object
    default: .null
    }
  }

  /// Whether it is a number that no double holds.
  private var isHugeNumber: Bool { document.hasHugeNumbers && text == hugeNumberMark }

  /// The text of what the parsed form holds as a string.
  private var text: String {
    var length = 0
    let start = srar_json_get_string(raw, &length)
    return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }

  package var boolean: Bool? { kind == .boolean ? srar_json_get_bool(raw) : nil }

  /// The value of an integer that fits; nil for 2.0 and 2e0 as well.
  package var integer: Int? {
    switch srar_json_get_kind(raw) {
    case SRAR_JSON_INT64: Int(srar_json_get_int64(raw))
    case SRAR_JSON_UINT64: Int(exactly: srar_json_get_uint64(raw))
    default: nil
    }
  }

  /// The value of an integer that is not negative, up to 2⁶⁴ − 1.
  package var unsigned: UInt64? {
    switch srar_json_get_kind(raw) {
    case SRAR_JSON_INT64: UInt64(exactly: srar_json_get_int64(raw))
    case SRAR_JSON_UINT64: srar_json_get_uint64(raw)
    default: nil
    }
  }

  /// The value of a number, integers included; nil for one that no double holds.
  package var double: Double? {
    switch srar_json_get_kind(raw) {
    case SRAR_JSON_DOUBLE: srar_json_get_double(raw)
    case SRAR_JSON_INT64: Double(srar_json_get_int64(raw))
    case SRAR_JSON_UINT64: Double(srar_json_get_uint64(raw))
    default: nil
    }
  }

  package var string: String? { kind == .string ? text : nil }

  /// The elements of an array.
  package var elements: [JSONValue]? {
    guard kind == .array else { return nil }
    let count = srar_json_count(raw)
    let values = [srar_json_value](unsafeUninitializedCapacity: count) { buffer, initialized in
      srar_json_array_elements(raw, buffer.baseAddress, count)
      initialized = count
    }
    return values.map { JSONValue(document: document, raw: $0) }
  }

  /// The members of an object, in the order of the text.
  package var members: [(key: String, value: JSONValue)]? {
    guard kind == .object else { return nil }
    let count = srar_json_count(raw)
    let members = [srar_json_member](unsafeUninitializedCapacity: count) { buffer, initialized in
      srar_json_object_members(raw, buffer.baseAddress, count)
      initialized = count
    }
    return members.map { member in
      let key = String(
        decoding: UnsafeRawBufferPointer(start: member.key, count: member.key_length), as: UTF8.self
      )
      return (key, JSONValue(document: document, raw: member.value))
    }
  }

  /// The first member of that name of an object.
  package subscript(key: String) -> JSONValue? {
    var key = key
    var found = srar_json_value()
    let isFound = key.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        srar_json_object_find(raw, characters.baseAddress, characters.count, &found)
      }
    }
    return isFound ? JSONValue(document: document, raw: found) : nil
  }

  /// All numbers of an array; nil where it is no array or an element is no number.
  package var doubles: [Double]? {
    guard kind == .array else { return nil }
    let count = srar_json_count(raw)
    let values = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = srar_json_array_doubles(raw, buffer.baseAddress, count)
    }
    return values.count == count ? values : nil
  }

  /// All integers of an array; nil where it is no array or an element is no integer of 64 bits.
  package var integers: [Int]? {
    guard kind == .array else { return nil }
    let count = srar_json_count(raw)
    let values = [Int64](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = srar_json_array_int64(raw, buffer.baseAddress, count)
    }
    return values.count == count ? values.map(Int.init) : nil
  }
}
