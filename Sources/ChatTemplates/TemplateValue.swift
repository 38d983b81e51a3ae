// The values that a template computes with.

/// A value, as Python has it.
indirect enum TemplateValue {
  /// A name or member that is not there.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(TemplateText)
  case list([TemplateValue])
  case dictionary(TemplateDictionary)
  case namespace(TemplateNamespace)
  case function(String)
  case method(of: TemplateValue, name: String)
  case macro(TemplateStatement.Macro, TemplateScope)

  static func text(_ text: String) -> Self { .text(TemplateText(text)) }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let elements): !elements.isEmpty
    case .dictionary(let dictionary): !dictionary.entries.isEmpty
    case .namespace, .function, .method, .macro: true
    }
  }

  /// What kind it is, for errors.
  var kindName: String {
    switch self {
    case .undefined(let name): "\"\(name)\", which is not defined,"
    case .none: "none"
    case .boolean: "a boolean"
    case .integer, .number: "a number"
    case .text: "a text"
    case .list: "a list"
    case .dictionary: "a mapping"
    case .namespace: "a namespace"
    case .function, .method, .macro: "a function"
    }
  }

  /// A number, which booleans are too.
  var asNumber: Double? {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  var asInteger: Int? {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  /// Python's `==`.
  static func isEqual(_ one: Self, _ other: Self) -> Bool {
    switch (one, other) {
    case (.undefined, .undefined), (.none, .none): true
    case (.text(let one), .text(let other)): one == other
    case (.list(let one), .list(let other)):
      one.count == other.count && zip(one, other).allSatisfy(isEqual)
    case (.dictionary(let one), .dictionary(let other)):
      one.entries.count == other.entries.count
        && one.entries.allSatisfy { key, value in other[key].map { isEqual($0, value) } ?? false }
    case (.namespace(let one), .namespace(let other)): one === other
    default:
      if let one = one.asInteger, let other = other.asInteger {
        one == other
      } else if let one = one.asNumber, let other = other.asNumber {
        one == other
      } else {
        false
      }
    }
  }
}

/// A mapping in the order of its entries; keys are texts.
struct TemplateDictionary {
  private(set) var entries: [(key: TemplateText, value: TemplateValue)] = []

  subscript(key: TemplateText) -> TemplateValue? {
    get { entries.first { $0.key == key }?.value }
    set {
      guard let newValue else { return }
      if let index = entries.firstIndex(where: { $0.key == key }) {
        entries[index].value = newValue
      } else {
        entries.append((key, newValue))
      }
    }
  }
}

/// Members that loops may change.
final class TemplateNamespace {
  var members: [String: TemplateValue]
  init(_ members: [String: TemplateValue]) { self.members = members }
}

/// Names and what they stand for: those of a loop's turn or of a macro's call within those around it.
final class TemplateScope {
  private var values: [String: TemplateValue] = [:]
  private let parent: TemplateScope?

  init(within parent: TemplateScope? = nil) { self.parent = parent }

  subscript(name: String) -> TemplateValue? {
    get { values[name] ?? parent?[name] }
    set { values[name] = newValue }
  }
}
