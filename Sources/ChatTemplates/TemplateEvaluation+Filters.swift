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
    case "safe" where isPlain: return input
    case "upper" where isPlain:
      return .text(try written(input, line: line).mapped { $0.uppercased() })
    case "lower" where isPlain:
      return .text(try written(input, line: line).mapped { $0.lowercased() })
    case "capitalize" where isPlain:
      return .text(Self.capitalized(try written(input, line: line)))
    case "length" where isPlain, "count" where isPlain:
      if case .none = input { break }
      if case .dictionary(let dictionary) = input { return .integer(dictionary.entries.count) }
      return .integer(try elements(of: input, line: line).count)
    case "list" where isPlain: return .list(try elements(of: input, line: line))
    case "first" where isPlain:
      return try elements(of: input, line: line).first ?? .undefined("the first element")
    case "last" where isPlain:
      return try elements(of: input, line: line).last ?? .undefined("the last element")
    case "reverse" where isPlain:
      guard case .list(let elements) = input else { break }
      return .list(elements.reversed())
    case "items" where isPlain:
      if case .undefined = input { return .list([]) }
      return try method("items", of: input, TemplateArguments(), line)
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
      guard arguments.values.count == 2 else { break }
      return try method(
        "replace", of: .text(written(input, line: line)), arguments, line)
    case "join": return try joined(input, arguments, line)
    case "map", "selectattr", "rejectattr", "select", "reject":
      return try chosen(input, by: name, arguments, line)
    case "tojson" where isPlain: return .text(try json(input, line))
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
    var result = TemplateText("")
    for (index, element) in try elements(of: input, line: line).enumerated() {
      result =
        result + (index > 0 ? separator : TemplateText("")) + (try written(element, line: line))
    }
    return .text(result)
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
        case .text(let attribute)? = arguments.named["attribute"]
      else { throw .unsupported("this use of the filter \"map\"", line: line) }
      for element in try self.elements(of: input, line: line) {
        elements.append(try member(attribute.string, of: element))
      }
      return .list(elements)
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
    return .list(elements)
  }

  /// JSON as transformers' `tojson` writes it.
  private func json(_ value: TemplateValue, _ line: Int) throws(TemplateError) -> TemplateText {
    switch value {
    case .none: return TemplateText("null")
    case .boolean(let value): return TemplateText(value ? "true" : "false")
    case .integer(let value): return TemplateText("\(value)")
    case .text(let text): return text.mapped(Self.quoted)
    case .list(let elements):
      var result = TemplateText("[")
      for (index, element) in elements.enumerated() {
        result = result + TemplateText(index > 0 ? ", " : "") + (try json(element, line))
      }
      return result + TemplateText("]")
    case .dictionary(let dictionary):
      var result = TemplateText("{")
      for (index, entry) in dictionary.entries.enumerated() {
        result =
          result + TemplateText(index > 0 ? ", " : "") + entry.key.mapped(Self.quoted)
          + TemplateText(": ") + (try json(entry.value, line))
      }
      return result + TemplateText("}")
    default: throw .unsupported("\(value.kindName) as JSON", line: line)
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
