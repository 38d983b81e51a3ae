// Running a template: comparisons of values.

extension TemplateEvaluation {
  /// Python's `==`.
  func equal(
    _ one: TemplateValue, _ other: TemplateValue, _ line: Int
  ) throws(TemplateError) -> Bool {
    try budget.spend(elements: 1, line)
    switch (one, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.text(let one), .text(let other)):
      try budget.spend(codePoints: one.count, line)
      return one == other
    case (.sequence(let one), .sequence(let other)) where one.kind != .view && other.kind != .view:
      guard one.kind == other.kind, one.elements.count == other.elements.count else { return false }
      for (one, other) in zip(one.elements, other.elements) {
        guard try equal(one, other, line) else { return false }
      }
      return true
    case (.dictionary(let one), .dictionary(let other)):
      guard one.entries.count == other.entries.count else { return false }
      for (key, value) in one.entries {
        guard let other = other[key], try equal(value, other, line) else { return false }
      }
      return true
    case (.namespace(let one), .namespace(let other)): return one === other
    default:
      for value in [one, other] where !value.isPlain {
        throw .unsupported("a comparison of \(value.kindName)", line: line)
      }
      return try order(one, other, line).map { $0 == 0 } ?? false
    }
  }

  /// Below zero where the first number is less, zero where they are equal; nil for what are no numbers.
  private func order(
    _ one: TemplateValue, _ other: TemplateValue, _ line: Int
  ) throws(TemplateError) -> Int? {
    if let one = one.asInteger, let other = other.asInteger {
      return one < other ? -1 : one == other ? 0 : 1
    }
    guard let left = one.asNumber, let right = other.asNumber else { return nil }
    // Beyond these, an integer is not exact as a floating-point number.
    for value in [one, other] {
      guard value.asInteger.map({ $0.magnitude <= 1 << 53 }) ?? true else {
        throw .unsupported("a comparison of so large a number", line: line)
      }
    }
    return left < right ? -1 : left == right ? 0 : 1
  }

  func holds(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue, _ line: Int
  ) throws(TemplateError) -> Bool {
    switch symbol {
    case "==": return try equal(left, right, line)
    case "!=": return try !equal(left, right, line)
    case "in", "not in":
      return try contains(right, left, line) == (symbol == "in")
    default:
      let order: Int
      if let numbers = try self.order(left, right, line) {
        order = numbers
      } else if case .text(let left) = left, case .text(let right) = right {
        try budget.spend(codePoints: left.count + right.count, line)
        let isLess = left.string.unicodeScalars.lexicographicallyPrecedes(
          right.string.unicodeScalars)
        order = isLess ? -1 : left == right ? 0 : 1
      } else {
        throw .invalid(
          "\(left.kindName) \(symbol) \(right.kindName) cannot be compared", line: line)
      }
      switch symbol {
      case "<": return order < 0
      case "<=": return order <= 0
      case ">": return order > 0
      default: return order >= 0
      }
    }
  }

  private func contains(
    _ container: TemplateValue, _ value: TemplateValue, _ line: Int
  ) throws(TemplateError) -> Bool {
    switch (container, value) {
    case (.undefined, _): return false
    case (.sequence, _), (.generator, _):
      for element in try elements(of: container, line: line) {
        if try equal(element, value, line) { return true }
      }
      return false
    case (.dictionary(let dictionary), .text(let key)): return dictionary[key] != nil
    case (.dictionary(let dictionary), .integer(let key)): return dictionary[.integer(key)] != nil
    case (.dictionary(let dictionary), .boolean(let key)):
      return dictionary[.integer(key ? 1 : 0)] != nil
    case (.dictionary, .none): return false
    case (.text(let text), .text(let part)):
      try budget.spend(codePoints: text.count + part.count, line)
      return text.contains(part)
    default:
      throw .invalid("\(value.kindName) cannot be looked for in \(container.kindName)", line: line)
    }
  }
}
