package import Diagnostics
package import JSONLines

/// The members of one object of a record, read by type; errors name the field's path, the record and the place.
package struct Fields {
  /// The object itself.
  package let value: JSONValue
  /// What stands before a member's name in messages: "rollout.".
  let path: String
  package let record: String?
  package let position: LinePosition
  /// The tool that writes the object, for messages.
  var tool: String?

  init(
    value: JSONValue, path: String, record: String?, position: LinePosition, tool: String? = nil
  ) {
    self.value = value
    self.path = path
    self.record = record
    self.position = position
    self.tool = tool
  }

  package func string(_ key: String) throws(RecordError) -> String {
    try required(key, "a string", \.string)
  }

  package func integer(_ key: String) throws(RecordError) -> Int {
    try required(key, "an integer", \.integer)
  }

  package func double(_ key: String) throws(RecordError) -> Double {
    try required(key, "a number", \.double)
  }

  package func boolean(_ key: String) throws(RecordError) -> Bool {
    try required(key, "true or false", \.boolean)
  }

  package func integers(_ key: String) throws(RecordError) -> [Int] {
    try required(key, "an array of integers", \.integers, each: .integer)
  }

  package func doubles(_ key: String) throws(RecordError) -> [Double] {
    try required(key, "an array of numbers", \.doubles, each: .number)
  }

  package func stringIfPresent(_ key: String) throws(RecordError) -> String? {
    try optional(key, "a string", \.string)
  }

  package func integerIfPresent(_ key: String) throws(RecordError) -> Int? {
    try optional(key, "an integer", \.integer)
  }

  package func unsignedIfPresent(_ key: String) throws(RecordError) -> UInt64? {
    try optional(key, "an integer of at least 0", \.unsigned)
  }

  package func doubleIfPresent(_ key: String) throws(RecordError) -> Double? {
    try optional(key, "a number", \.double)
  }

  package func booleanIfPresent(_ key: String) throws(RecordError) -> Bool? {
    try optional(key, "true or false", \.boolean)
  }

  package func integersIfPresent(_ key: String) throws(RecordError) -> [Int]? {
    try optional(key, "an array of integers", \.integers, each: .integer)
  }

  package func doublesIfPresent(_ key: String) throws(RecordError) -> [Double]? {
    try optional(key, "an array of numbers", \.doubles, each: .number)
  }

  /// Numbers, nil where a null stands in place of one.
  package func numbersOrNullsIfPresent(_ key: String) throws(RecordError) -> [Double?]? {
    let read: (JSONValue) -> [Double?]? = { value in
      if let numbers = value.doubles { return numbers }
      guard let elements = value.elements else { return nil }
      let numbers = elements.map(\.double)
      return zip(elements, numbers).allSatisfy { $0.kind == .null || $1 != nil } ? numbers : nil
    }
    return try optional(key, "an array of numbers and nulls", read, each: .numberOrNull)
  }

  package func stringsIfPresent(_ key: String) throws(RecordError) -> [String]? {
    let read: (JSONValue) -> [String]? = { value in
      let texts = value.elements?.compactMap(\.string)
      return texts?.count == value.elements?.count ? texts : nil
    }
    return try optional(key, "an array of strings", read, each: .string)
  }

  /// Text, or a number as its text: a `ground_truth` may come as `37`.
  package func textIfPresent(_ key: String) throws(RecordError) -> String? {
    try optional(key, "a string") { value in
      value.string ?? value.integer.map(String.init) ?? value.double.map { plainText(of: $0) }
    }
  }

  /// A half-open range, written as `[start, end]`.
  package func range(_ key: String) throws(RecordError) -> Range<Int> {
    let bounds = try integers(key)
    guard bounds.count == 2, 0 <= bounds[0], bounds[0] <= bounds[1] else {
      throw invalid(key, "must be [start, end] with 0 <= start <= end")
    }
    return bounds[0]..<bounds[1]
  }

  package func rangeIfPresent(_ key: String) throws(RecordError) -> Range<Int>? {
    has(key) ? try range(key) : nil
  }

  /// The fields of a nested object.
  package func object(_ key: String) throws(RecordError) -> Fields {
    let value = try required(key, "an object") { $0.kind == .object ? $0 : nil }
    return nested(value, "\(path)\(key).")
  }

  /// The fields of each object of an array.
  package func objects(_ key: String) throws(RecordError) -> [Fields] {
    let elements = try required(key, "an array of objects", \.elements)
    var result: [Fields] = []
    for (index, element) in elements.enumerated() {
      guard element.kind == .object else {
        throw wrongType("\(key)[\(index)]", "an object", element.kind)
      }
      result.append(nested(element, "\(path)\(key)[\(index)]."))
    }
    return result
  }

  package func objectsIfPresent(_ key: String) throws(RecordError) -> [Fields]? {
    has(key) ? try objects(key) : nil
  }

  /// Whether a member is there and not null.
  package func has(_ key: String) -> Bool {
    value[key].map { $0.kind != .null } ?? false
  }

  /// The error that a member's value makes no sense.
  package func invalid(_ key: String, _ reason: String) -> RecordError {
    .invalidValue(path + key, reason: reason, record: record, position)
  }

  private func required<T>(
    _ key: String, _ expected: String, _ read: (JSONValue) -> T?, each element: ElementKind? = nil
  ) throws(RecordError) -> T {
    if let found = try optional(key, expected, read, each: element) { return found }
    guard value[key] == nil else { throw wrongType(key, expected, .null) }
    throw .missingField(path + key, record: record, position, writtenBy: tool)
  }

  /// - Parameter element: of an array, what its elements must be: an error then names the first that is something else.
  private func optional<T>(
    _ key: String, _ expected: String, _ read: (JSONValue) -> T?, each element: ElementKind? = nil
  ) throws(RecordError) -> T? {
    guard let member = value[key], member.kind != .null else { return nil }
    if let found = read(member) { return found }
    for (index, other) in (element == nil ? [] : member.elements ?? []).enumerated() {
      if let element, !element.holds(other) {
        throw wrongType("\(key)[\(index)]", element.words, other.kind)
      }
    }
    throw wrongType(key, expected, member.kind)
  }

  private func wrongType(_ key: String, _ expected: String, _ found: JSONKind) -> RecordError {
    .wrongType(path + key, expected: expected, found: found, record: record, position)
  }

  private func nested(_ value: JSONValue, _ path: String) -> Fields {
    Fields(value: value, path: path, record: record, position: position, tool: tool)
  }
}

/// What the elements of an array must be.
private enum ElementKind {
  case integer, number, numberOrNull, string

  var words: String {
    switch self {
    case .integer: "an integer"
    case .number: "a number"
    case .numberOrNull: "a number or null"
    case .string: "a string"
    }
  }

  func holds(_ value: JSONValue) -> Bool {
    switch self {
    case .integer: value.integer != nil
    case .number: value.double != nil
    case .numberOrNull: value.double != nil || value.kind == .null
    case .string: value.string != nil
    }
  }
}

/// A number as people write it: 37.0 is "37".
package func plainText(of number: Double) -> String {
  if let integer = Int(exactly: number) { return String(integer) }
  return number.description
}
