// Jinja's expressions: values, and what follows them directly.

extension ExpressionParser {
  mutating func postfixed(
    _ value: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var value = value
    while true {
      if take(symbol: ".") {
        if case .integer(let index) = kind {
          position += 1
          value = made(.item(value, made(.integer(index), line)), value.line)
        } else {
          value = made(.attribute(value, try name()), value.line)
        }
      } else if take(symbol: "[") {
        value = try subscripted(value)
      } else if kind == .symbol("(") {
        value = made(.call(value, try arguments()), value.line)
      } else {
        return value
      }
    }
  }

  private mutating func subscripted(
    _ value: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var parts: [TemplateExpression?] = []
    var isSlice = false
    while true {
      let isEmpty = kind == .symbol(":") || kind == .symbol("]")
      parts.append(isEmpty ? nil : try expression())
      guard take(symbol: ":") else { break }
      isSlice = true
    }
    try expect(symbol: "]")
    if isSlice, parts.count <= 3 { return made(.slice(value, parts), value.line) }
    guard !isSlice, let index = parts[0] else {
      throw .syntax("an index is malformed", line: value.line)
    }
    return made(.item(value, index), value.line)
  }

  mutating func arguments() throws(TemplateError) -> TemplateExpression.Arguments {
    var arguments = TemplateExpression.Arguments()
    try expect(symbol: "(")
    var isFirst = true
    while !take(symbol: ")") {
      if !isFirst {
        try expect(symbol: ",")
        if take(symbol: ")") { break }
      }
      isFirst = false
      if case .name(let name) = kind, position + 1 < tokens.count,
        tokens[position + 1].kind == .symbol("=")
      {
        position += 2
        guard !arguments.named.contains(where: { $0.name == name }) else {
          throw .syntax("\"\(name)\" is given twice", line: line)
        }
        arguments.named.append(.init(name: name, value: try expression()))
      } else {
        guard arguments.named.isEmpty, kind != .symbol("*"), kind != .symbol("**") else {
          throw .syntax("arguments are malformed", line: line)
        }
        arguments.values.append(try expression())
      }
    }
    return arguments
  }

  mutating func primary() throws(TemplateError) -> TemplateExpression {
    let start = line
    guard let kind else { throw .syntax("a value is missing", line: line) }
    position += 1
    switch kind {
    case .integer(let value): return made(.integer(value), start)
    case .number(let value): return made(.number(value), start)
    case .text(var text):
      // Neighbouring literals are one.
      while case .text(let more) = self.kind {
        text += more
        position += 1
      }
      return made(.text(text), start)
    case .name(let name):
      switch name {
      case "true", "True": return made(.boolean(true), start)
      case "false", "False": return made(.boolean(false), start)
      case "none", "None": return made(.none, start)
      default: return made(.name(name), start)
      }
    case .symbol("("): return try parenthesized(start)
    case .symbol("["):
      return made(.list(try elements(until: "]")), start)
    case .symbol("{"): return made(.dictionary(try entries()), start)
    case .symbol(let symbol):
      throw .syntax("\"\(symbol)\" stands where a value is expected", line: start)
    }
  }

  private mutating func parenthesized(_ start: Int) throws(TemplateError) -> TemplateExpression {
    if take(symbol: ")") { return made(.tuple([]), start) }
    let first = try expression()
    guard take(symbol: ",") else {
      try expect(symbol: ")")
      return first
    }
    return made(.tuple([first] + (try elements(until: ")"))), start)
  }

  private mutating func elements(until end: String) throws(TemplateError) -> [TemplateExpression] {
    var elements: [TemplateExpression] = []
    while !take(symbol: end) {
      elements.append(try expression())
      guard take(symbol: ",") else {
        try expect(symbol: end)
        break
      }
    }
    return elements
  }

  private mutating func entries() throws(TemplateError) -> [TemplateExpression.Entry] {
    var entries: [TemplateExpression.Entry] = []
    while !take(symbol: "}") {
      let key = try expression()
      try expect(symbol: ":")
      entries.append(.init(key: key, value: try expression()))
      guard take(symbol: ",") else {
        try expect(symbol: "}")
        break
      }
    }
    return entries
  }
}
