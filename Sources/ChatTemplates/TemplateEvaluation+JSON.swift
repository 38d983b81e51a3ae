// Running a template: JSON.

extension TemplateEvaluation {
  /// Appends JSON as transformers' `tojson` writes it.
  func append(
    json value: TemplateValue, to result: inout TemplateText, _ line: Int
  ) throws(TemplateError) {
    let length = result.count
    switch value {
    case .none: result.append(TemplateText("null"))
    case .boolean(let value): result.append(TemplateText(value ? "true" : "false"))
    case .integer(let value): result.append(TemplateText("\(value)"))
    case .text(let text): Self.append(quoted: text, to: &result)
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      result.append(TemplateText("["))
      for (index, element) in sequence.elements.enumerated() {
        if index > 0 { result.append(TemplateText(", ")) }
        try append(json: element, to: &result, line)
      }
      result.append(TemplateText("]"))
    case .dictionary(let dictionary):
      result.append(TemplateText("{"))
      for (index, entry) in dictionary.entries.enumerated() {
        if index > 0 { result.append(TemplateText(", ")) }
        guard case .text(let key) = entry.key else {
          throw .unsupported("a mapping with keys that are no texts as JSON", line: line)
        }
        Self.append(quoted: key, to: &result)
        result.append(TemplateText(": "))
        try append(json: entry.value, to: &result, line)
      }
      result.append(TemplateText("}"))
    default: throw .unsupported("\(value.kindName) as JSON", line: line)
    }
    try budget.spend(codePoints: result.count - length, line)
    guard result.count <= TemplateBudget.greatestTextLength else {
      throw .unsupported(
        "a text of more than \(TemplateBudget.greatestTextLength) characters", line: line)
    }
  }

  private static func append(quoted text: TemplateText, to result: inout TemplateText) {
    result.append(TemplateText("\""))
    result.append(text.mapped(escaped))
    result.append(TemplateText("\""))
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\u{8}": return "\\b"
    case "\u{c}": return "\\f"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(scalar)
    }
  }
}
