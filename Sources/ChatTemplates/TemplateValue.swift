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
  case sequence(TemplateSequence)
  case generator(TemplateGenerator)
  case dictionary(TemplateDictionary)
  case namespace(TemplateNamespace)
  /// What a loop says of itself.
  case loop([String: TemplateValue])
  case function(String)
  case method(of: TemplateValue, name: String)
  case macro(TemplateStatement.Macro, TemplateScope)

  static func text(_ text: String) -> Self { .text(TemplateText(text)) }
  static func list(_ elements: [TemplateValue]) -> Self {
    .sequence(TemplateSequence(.list, elements))
  }
  static func generator(of elements: [TemplateValue]) -> Self {
    .generator(TemplateGenerator(elements))
  }

  /// Whether it is a value that can be compared and held by others, not a name for something that is called or goes on.
  var isPlain: Bool {
    switch self {
    case .generator, .namespace, .loop, .function, .method, .macro: false
    case .sequence(let sequence): sequence.kind != .view
    default: true
    }
  }

  /// How many lists and mappings are within each other.
  var depth: Int {
    switch self {
    case .sequence(let sequence): sequence.depth
    case .dictionary(let dictionary): dictionary.depth
    default: 0
    }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .text(let text): !text.isEmpty
    case .sequence(let sequence): !sequence.elements.isEmpty
    case .dictionary(let dictionary): !dictionary.entries.isEmpty
    case .generator, .namespace, .loop, .function, .method, .macro: true
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
    case .sequence(let sequence): sequence.name
    case .generator: "a generator (which |list makes a list)"
    case .dictionary: "a mapping"
    case .namespace: "a namespace"
    case .loop: "\"loop\""
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
}

/// What a mapping's entry is found by.
enum TemplateKey: Equatable {
  case text(TemplateText)
  case integer(Int)

  /// nil for other kinds of values, which Python may take and templates do not use.
  init?(_ value: TemplateValue) {
    switch value {
    case .text(let text): self = .text(text)
    case .integer(let number): self = .integer(number)
    default: return nil
    }
  }

  var value: TemplateValue {
    switch self {
    case .text(let text): .text(text)
    case .integer(let number): .integer(number)
    }
  }
}

/// A mapping in the order of its entries.
struct TemplateDictionary {
  private(set) var entries: [(key: TemplateKey, value: TemplateValue)] = []
  /// How many lists and mappings are within each other here.
  private(set) var depth = 1

  init() {}

  /// - Parameter entries: no two of one key.
  init(unique entries: [(key: TemplateText, value: TemplateValue)]) {
    self.entries = entries.map { (key: .text($0.key), value: $0.value) }
    depth = 1 + (entries.lazy.map(\.value.depth).max() ?? 0)
  }

  subscript(key: TemplateText) -> TemplateValue? {
    get { self[.text(key)] }
    set { self[.text(key)] = newValue }
  }

  subscript(key: TemplateKey) -> TemplateValue? {
    get { entries.first { $0.key == key }?.value }
    set {
      guard let newValue else { return }
      depth = max(depth, 1 + newValue.depth)
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

  /// Forgets what is here: macros and the scopes that they are in hold each other.
  func clear() { values = [:] }
}
