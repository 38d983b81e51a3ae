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
