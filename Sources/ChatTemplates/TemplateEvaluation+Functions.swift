// Running a template: functions and methods.

extension TemplateEvaluation {
  static let functionNames: Set = ["namespace", "raise_exception", "range", "dict"]
  /// Python's methods of texts, lists and mappings, not all of which are evaluated here.
  static let textMethods: Set = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find",
    "format", "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
    "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join",
    "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix", "removesuffix",
    "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]
  static let listMethods: Set = [
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse",
    "sort",
  ]
  static let dictionaryMethods: Set = [
    "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update",
    "values",
  ]

  mutating func call(
    _ function: TemplateValue, _ arguments: TemplateArguments, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    switch function {
    case .macro(let macro, let scope): return try call(macro, in: scope, arguments, line: line)
    case .method(let owner, let name): return try method(name, of: owner, arguments, line)
    case .function("raise_exception"):
      guard arguments.values.count == 1 else { break }
      throw .raised(try written(arguments.values[0], line: line).string)
    case .function("namespace"):
      guard arguments.values.isEmpty else { break }
      return .namespace(TemplateNamespace(arguments.named))
    case .function("dict"):
      guard arguments.values.isEmpty else { break }
      var dictionary = TemplateDictionary()
      for (name, value) in arguments.named.sorted(by: { $0.key < $1.key }) {
        dictionary[TemplateText(name)] = value
      }
      return .dictionary(dictionary)
    case .function("range"):
      let numbers = arguments.values.compactMap(\.asInteger)
      guard (1...2).contains(numbers.count), numbers.count == arguments.values.count else { break }
      let (start, end) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
      guard end - start < 100_000 else { throw .unsupported("so long a range", line: line) }
      return .list((start..<max(start, end)).map { .integer($0) })
    case .undefined("strftime_now"):
      throw .unsupported(
        "\"strftime_now\", by which prompts would depend on the day,", line: line)
    default: break
    }
    throw .unsupported("this call of \(function.kindName)", line: line)
  }

  // MARK: Methods

  func method(
    _ name: String, of owner: TemplateValue, _ arguments: TemplateArguments, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    if case .dictionary(let dictionary) = owner, arguments.named.isEmpty {
      switch (name, arguments.values.count) {
      case ("items", 0):
        return .list(dictionary.entries.map { .list([.text($0.key), $0.value]) })
      case ("keys", 0): return .list(dictionary.entries.map { .text($0.key) })
      case ("values", 0): return .list(dictionary.entries.map(\.value))
      case ("get", 1...2):
        guard case .text(let key) = arguments.values[0] else { break }
        return dictionary[key] ?? (arguments.values.count == 2 ? arguments.values[1] : .none)
      default: break
      }
    }
    guard case .text(let text) = owner, arguments.named.isEmpty else {
      throw .unsupported("this use of \"\(name)\"", line: line)
    }
    var texts: [TemplateText] = []
    for case .text(let text) in arguments.values { texts.append(text) }
    let isOfTexts = texts.count == arguments.values.count
    switch (name, arguments.values.count) {
    case ("strip", 0...1) where isOfTexts: return .text(text.stripped(texts.first))
    case ("lstrip", 0...1) where isOfTexts: return .text(text.stripped(texts.first, right: false))
    case ("rstrip", 0...1) where isOfTexts: return .text(text.stripped(texts.first, left: false))
    case ("startswith", 1) where isOfTexts: return .boolean(text.hasPrefix(texts[0]))
    case ("endswith", 1) where isOfTexts: return .boolean(text.hasSuffix(texts[0]))
    case ("upper", 0): return .text(text.mapped { $0.uppercased() })
    case ("lower", 0): return .text(text.mapped { $0.lowercased() })
    case ("capitalize", 0): return .text(Self.capitalized(text))
    case ("split", 0): return .list(text.words.map { .text($0) })
    case ("split", 1...2) where !texts.isEmpty && !texts[0].isEmpty:
      let limit = arguments.values.count == 2 ? arguments.values[1].asInteger : .max
      guard let limit else { break }
      return .list(text.split(by: texts[0], limit: limit < 0 ? .max : limit).map { .text($0) })
    case ("replace", 2) where isOfTexts && !texts[0].isEmpty:
      return .text(text.replacing(texts[0], with: texts[1]))
    default: break
    }
    throw .unsupported("this use of \"\(name)\"", line: line)
  }

  static func capitalized(_ text: TemplateText) -> TemplateText {
    guard !text.isEmpty else { return text }
    return text.character(0).mapped { $0.uppercased() }
      + text[1..<text.count].mapped { $0.lowercased() }
  }
}
