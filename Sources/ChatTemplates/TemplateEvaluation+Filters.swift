// Running a template: filters.

extension TemplateEvaluation {
  mutating func filtered(
    _ input: TemplateValue, by name: String, _ arguments: TemplateArguments, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    let isPlain = arguments.values.isEmpty && arguments.named.isEmpty
    switch name {
    case "trim" where arguments.named.isEmpty && arguments.values.count <= 1:
      guard case .text(let characters)? = arguments.values.first else {
        guard isPlain else { break }
        return .text(try written(input, line: line).stripped(nil))
      }
      return .text(try written(input, line: line).stripped(characters))
    case "string" where isPlain: return .text(try written(input, line: line))
    case "upper" where isPlain, "lower" where isPlain, "capitalize" where isPlain:
      return .text(try cased(written(input, line: line), name, line))
    case "length" where isPlain, "count" where isPlain:
      switch input {
      case .undefined: return .integer(0)
      case .text(let text): return .integer(text.count)
      case .sequence(let sequence): return .integer(sequence.elements.count)
      case .dictionary(let dictionary): return .integer(dictionary.entries.count)
      default: throw .unsupported("the length of \(input.kindName)", line: line)
      }
    case "list" where isPlain: return .list(try elements(of: input, line: line))
    case "first" where isPlain:
      return try elements(of: input, line: line).first ?? .undefined("the first element")
    case "last" where isPlain:
      if case .generator = input { break }
      return try elements(of: input, line: line).last ?? .undefined("the last element")
    case "reverse" where isPlain:
      switch input {
      case .sequence, .dictionary:
        return .generator(of: try elements(of: input, line: line).reversed())
      case .generator: return .list(try elements(of: input, line: line).reversed())
      default: break
      }
    case "items" where isPlain:
      if case .undefined = input { return .generator(of: []) }
      let items = try method("items", of: input, TemplateArguments(), line)
      return .generator(of: try elements(of: items, line: line))
    case "dictsort" where isPlain:
      guard case .dictionary(let dictionary) = input else { break }
      return .list(
        try sorted(dictionary, line).map {
          .sequence(TemplateSequence(.tuple, [$0.key.value, $0.value]))
        })
    case "int" where isPlain:
      guard case .integer = input else { break }
      return input
    case "default", "d":
      guard arguments.values.count <= 2, arguments.named.isEmpty else { break }
      let replaces: Bool
      if case .undefined = input {
        replaces = true
      } else {
        replaces = arguments.values.count == 2 && arguments.values[1].isTrue && !input.isTrue
      }
      return replaces ? arguments.values.first ?? .text("") : input
    case "replace":
      guard arguments.values.count == 2, arguments.named.isEmpty else { break }
      return try method(
        "replace", of: .text(written(input, line: line)), arguments, line)
    case "join": return try joined(input, arguments, line)
    case "map", "selectattr", "rejectattr", "select", "reject":
      return try chosen(input, by: name, arguments, line)
    case "tojson" where isPlain:
      var result = TemplateText("")
      try append(json: input, to: &result, line)
      return .text(result)
    default: break
    }
    throw .unsupported("this use of the filter \"\(name)\"", line: line)
  }

  /// A mapping's entries by rising key, texts without regard to case.
  private func sorted(
    _ dictionary: TemplateDictionary, _ line: Int
  ) throws(TemplateError) -> [(key: TemplateKey, value: TemplateValue)] {
    try budget.spend(elements: dictionary.entries.count, line)
    var numbers: [Int] = []
    var texts: [[UInt32]] = []
    for entry in dictionary.entries {
      switch entry.key {
      case .integer(let number): numbers.append(number)
      case .text(let text):
        texts.append(try cased(text, "lower", line).string.unicodeScalars.map(\.value))
      }
    }
    let count = dictionary.entries.count
    guard numbers.isEmpty || texts.isEmpty else {
      throw .unsupported("a sorted mapping with keys of two kinds", line: line)
    }
    let order = (0..<count).sorted { one, other in
      let isLess =
        texts.isEmpty
        ? numbers[one] < numbers[other] : texts[one].lexicographicallyPrecedes(texts[other])
      let isMore =
        texts.isEmpty
        ? numbers[other] < numbers[one] : texts[other].lexicographicallyPrecedes(texts[one])
      return isLess || !isMore && one < other
    }
    return order.map { dictionary.entries[$0] }
  }

  private func joined(
    _ input: TemplateValue, _ arguments: TemplateArguments, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    guard arguments.values.count <= 1, arguments.named.isEmpty else {
      throw .unsupported("this use of the filter \"join\"", line: line)
    }
    let separator = try written(arguments.values.first ?? .text(""), line: line)
    var parts: [TemplateText] = []
    for element in try elements(of: input, line: line) {
      parts.append(try written(element, line: line))
    }
    return .text(try joined(parts, by: separator, line))
  }

  /// The filters that take elements by a test, of themselves or of a member.
  private func chosen(
    _ input: TemplateValue, by name: String, _ arguments: TemplateArguments, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    func member(_ name: String, of element: TemplateValue) throws(TemplateError) -> TemplateValue {
      guard case .dictionary(let dictionary) = element, !name.contains(".") else {
        throw .unsupported("this use of a filter by members", line: line)
      }
      return dictionary[TemplateText(name)] ?? .undefined(name)
    }
    // Jinja does not go through what counts as false, such as none.
    guard input.isTrue else { return .generator(of: []) }
    var elements: [TemplateValue] = []
    if name == "map" {
      guard arguments.values.isEmpty, arguments.named.count == 1,
        case .text(let attribute)? = arguments["attribute"]
      else { throw .unsupported("this use of the filter \"map\"", line: line) }
      for element in try self.elements(of: input, line: line) {
        elements.append(try member(attribute.string, of: element))
      }
      return .generator(of: elements)
    }
    var texts: [String] = []
    for case .text(let text) in arguments.values.prefix(2) { texts.append(text.string) }
    let isByMember = name.hasSuffix("attr")
    guard arguments.named.isEmpty, texts.count == min(arguments.values.count, 2) || !isByMember,
      !isByMember || !texts.isEmpty
    else { throw .unsupported("this use of the filter \"\(name)\"", line: line) }
    let testPlace = isByMember ? 1 : 0
    for element in try self.elements(of: input, line: line) {
      let value = isByMember ? try member(texts[0], of: element) : element
      let holds =
        arguments.values.count > testPlace
        ? try passes(
          value, test: texts[testPlace], Array(arguments.values.dropFirst(testPlace + 1)), line)
        : value.isTrue
      if holds == name.hasPrefix("select") { elements.append(element) }
    }
    return .generator(of: elements)
  }
}
