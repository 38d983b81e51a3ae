// A JSON value with Python's ideas of truth, equality and text, which the authors' code relies on.

/// A value of a judge's reply as the authors' code sees it.
enum LooseValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([LooseValue])
  case object([Member])

  /// One member of an object; no two have the same key.
  struct Member: Equatable, Sendable {
    let key: String
    let value: LooseValue

    init(key: String, value: LooseValue) {
      self.key = key
      self.value = value
    }
  }

  /// The member of that name of an object.
  subscript(key: String) -> LooseValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// Truth in the loose sense: false, null, 0 and everything empty are false, any other text is true ("false", too).
  var isTrue: Bool {
    switch self {
    case .null: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .text(let value): !value.isEmpty
    case .list(let values): !values.isEmpty
    case .object(let members): !members.isEmpty
    }
  }

  /// Whether it can be the key of a mapping.
  var isHashable: Bool {
    switch self {
    case .list, .object: false
    default: true
    }
  }

  /// Whether both are the same key of a mapping: numbers by value (1, 1.0 and true are one key), text by its characters.
  func isSameKey(as other: LooseValue) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.text(let one), .text(let two)): one.unicodeScalars.elementsEqual(two.unicodeScalars)
    default:
      if let one = numericValue, let two = other.numericValue { one == two } else { false }
    }
  }

  /// The text that a key becomes when the mapping is stored: "1", "1.0", "True", "None".
  var keyText: String {
    switch self {
    case .null: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let value): value.description
    case .number(let value): value.description
    case .text(let value): value
    case .list, .object: ""
    }
  }

  private var numericValue: Double? {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
