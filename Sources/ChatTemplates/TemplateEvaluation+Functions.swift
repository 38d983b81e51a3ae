// Running a template: functions and methods.

extension TemplateEvaluation {
  static let functionNames: Set = [
    "namespace", "raise_exception", "range", "dict", "strftime_now",
  ]
  /// Python's methods of texts, lists and mappings, not all of which are evaluated here.
  ///
  /// Those that change what they are called of do not exist in transformers' sandbox, and are refused as well.
  static let textMethods = (
    evaluated: Set([
      "capitalize", "endswith", "format", "lower", "lstrip", "replace", "rstrip", "split",
      "startswith", "strip", "title", "upper",
    ]),
    others: Set([
      "casefold", "center", "count", "encode", "expandtabs", "find",
      "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
      "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
      "join",
      "ljust", "maketrans", "partition", "removeprefix", "removesuffix",
      "rfind", "rindex", "rjust", "rpartition", "rsplit", "splitlines", "swapcase",
      "translate", "zfill",
    ])
  )
  static let dictionaryMethods = (
    evaluated: Set(["get", "items", "keys", "values"]),
    others: Set(["clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update"])
  )
  /// Of lists, tuples, ranges and views of mappings, none of which are evaluated.
  static let sequenceMembers: Set = [
    "append", "clear", "copy", "count", "extend", "index", "insert", "isdisjoint", "mapping", "pop",
    "remove", "reverse", "sort", "start", "step", "stop",
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
      var members: [String: TemplateValue] = [:]
      for (name, value) in arguments.named {
        members[name] = try held(value, line, allowsGenerator: true)
      }
      return .namespace(TemplateNamespace(members))
    case .function("dict"):
      guard arguments.values.isEmpty else { break }
      var dictionary = TemplateDictionary()
      for (name, value) in arguments.named {
        dictionary[TemplateText(name)] = try held(value, line)
      }
      return .dictionary(dictionary)
    case .function("range"):
      let numbers = arguments.values.compactMap(\.asInteger)
      guard (1...3).contains(numbers.count), numbers.count == arguments.values.count,
        arguments.named.isEmpty
      else { break }
      return try range(numbers, line)
    case .function("strftime_now"):
      guard arguments.values.count == 1, arguments.named.isEmpty,
        case .text(let format) = arguments.values[0],
        let day = TemplateDay.text(format.string)
      else { break }
      return .text(day)
    default: break
    }
    throw .unsupported("this call of \(function.kindName)", line: line)
  }

  /// Integers from one to another, without that, by a step.
  private func range(_ bounds: [Int], _ line: Int) throws(TemplateError) -> TemplateValue {
    let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw .invalid("a range has the step 0", line: line) }
    let (distance, isTooLarge) = end.subtractingReportingOverflow(start)
    guard !isTooLarge, distance.magnitude < 100_000 else {
      throw .unsupported("so long a range", line: line)
    }
    let numbers = stride(from: start, to: end, by: step).map { TemplateValue.integer($0) }
    try budget.spend(elements: numbers.count, line)
    return .sequence(TemplateSequence(.range, numbers))
  }

  // MARK: Methods

  func method(
    _ name: String, of owner: TemplateValue, _ arguments: TemplateArguments, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    if case .dictionary(let dictionary) = owner, arguments.named.isEmpty {
      try budget.spend(elements: dictionary.entries.count, line)
      func view(_ elements: [TemplateValue]) -> TemplateValue {
        .sequence(TemplateSequence(.view, elements))
      }
      switch (name, arguments.values.count) {
      case ("items", 0):
        return view(
          dictionary.entries.map { .sequence(TemplateSequence(.tuple, [$0.key.value, $0.value])) })
      case ("keys", 0): return view(dictionary.entries.map(\.key.value))
      case ("values", 0): return view(dictionary.entries.map(\.value))
      case ("get", 1...2):
        guard let key = TemplateKey(arguments.values[0]) else { break }
        return dictionary[key] ?? (arguments.values.count == 2 ? arguments.values[1] : .none)
      default: break
      }
    }
    guard case .text(let text) = owner, arguments.named.isEmpty else {
      throw .unsupported("this use of \"\(name)\"", line: line)
    }
    var texts: [TemplateText] = []
    for case .text(let text) in arguments.values { texts.append(text) }
    try budget.spend(codePoints: text.count, line)
    let isOfTexts = texts.count == arguments.values.count
    switch (name, arguments.values.count) {
    case ("strip", 0...1) where isOfTexts: return .text(text.stripped(texts.first))
    case ("lstrip", 0...1) where isOfTexts: return .text(text.stripped(texts.first, right: false))
    case ("rstrip", 0...1) where isOfTexts: return .text(text.stripped(texts.first, left: false))
    case ("startswith", 1) where isOfTexts: return .boolean(text.hasPrefix(texts[0]))
    case ("endswith", 1) where isOfTexts: return .boolean(text.hasSuffix(texts[0]))
    case ("format", _): return .text(try formatted(text, arguments.values, line))
    case ("title", 0): return .text(try titled(text, line))
    case ("upper", 0), ("lower", 0), ("capitalize", 0):
      return .text(try cased(text, name, line))
    case ("split", 0):
      try budget.spend(elements: text.count, line)
      return .list(text.words.map { .text($0) })
    case ("split", 1...2) where !texts.isEmpty && !texts[0].isEmpty:
      let limit = arguments.values.count == 2 ? arguments.values[1].asInteger : .max
      guard let limit else { break }
      let parts = text.split(by: texts[0], limit: limit < 0 ? .max : limit)
      try budget.spend(elements: parts.count, line)
      return .list(parts.map { .text($0) })
    case ("replace", 2) where isOfTexts && !texts[0].isEmpty:
      return .text(try joined(text.split(by: texts[0]), by: texts[1], line))
    default: break
    }
    throw .unsupported("this use of \"\(name)\"", line: line)
  }

  /// Texts in one, with another between.
  func joined(
    _ parts: [TemplateText], by separator: TemplateText, _ line: Int
  ) throws(TemplateError) -> TemplateText {
    let length = parts.reduce(0) { $0 + $1.count } + max(parts.count - 1, 0) * separator.count
    try budget.spend(textOf: length, line)
    var result = TemplateText("")
    for (index, part) in parts.enumerated() {
      if index > 0 { result.append(separator) }
      result.append(part)
    }
    return result
  }

  /// A text with values in the places of its `{}`; other fields, and braces that stand for themselves, are not evaluated.
  private func formatted(
    _ text: TemplateText, _ values: [TemplateValue], _ line: Int
  ) throws(TemplateError) -> TemplateText {
    let parts = text.split(by: TemplateText("{}"))
    guard parts.count <= values.count + 1,
      parts.allSatisfy({
        !$0.contains("{" as Unicode.Scalar) && !$0.contains("}" as Unicode.Scalar)
      })
    else { throw .unsupported("this use of \"format\"", line: line) }
    var result = parts[0]
    for (value, part) in zip(values, parts.dropFirst()) {
      let value = try written(value, line: line)
      try budget.spend(textOf: result.count + value.count + part.count, line)
      result.append(value)
      result.append(part)
    }
    return result
  }

  /// A text with the first letter of each run of letters in upper case, and the others in lower case.
  private func titled(_ text: TemplateText, _ line: Int) throws(TemplateError) -> TemplateText {
    try budget.spend(textOf: text.count, line)
    guard !text.contains("\u{3a3}") else {
      throw .unsupported("a capital sigma in lower case", line: line)
    }
    var isWithinWord = false
    return text.mapped { scalar in
      defer { isWithinWord = scalar.properties.isCased }
      return isWithinWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
    }
  }

  /// A text with its letters in upper or lower case, or the first in upper and the others in lower case.
  func cased(
    _ text: TemplateText, _ name: String, _ line: Int
  ) throws(TemplateError) -> TemplateText {
    try budget.spend(textOf: text.count, line)
    if name == "upper" { return text.mapped { $0.properties.uppercaseMapping } }
    let start = name == "capitalize" ? min(1, text.count) : 0
    let rest = text[start..<text.count]
    // How a sigma is written depends on where in its word it stands.
    guard !rest.contains("\u{3a3}") else {
      throw .unsupported("a capital sigma in lower case", line: line)
    }
    return text[0..<start].mapped { $0.properties.titlecaseMapping }
      + rest.mapped { $0.properties.lowercaseMapping }
  }
}
