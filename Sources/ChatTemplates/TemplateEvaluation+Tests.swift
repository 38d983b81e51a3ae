// Running a template: tests.

extension TemplateEvaluation {
  func passes(
    _ value: TemplateValue, test name: String, _ arguments: [TemplateValue], _ line: Int
  ) throws(TemplateError) -> Bool {
    switch (name, arguments.count) {
    case ("defined", 0):
      if case .undefined = value { return false }
      return true
    case ("undefined", 0):
      if case .undefined = value { return true }
      return false
    case ("none", 0):
      if case .none = value { return true }
      return false
    case ("string", 0):
      if case .text = value { return true }
      return false
    case ("mapping", 0):
      if case .dictionary = value { return true }
      return false
    case ("boolean", 0), ("true", 0), ("false", 0):
      guard case .boolean(let flag) = value else { return false }
      return name == "boolean" || flag == (name == "true")
    case ("integer", 0):
      if case .integer = value { return true }
      return false
    case ("number", 0): return value.asNumber != nil
    case ("iterable", 0), ("sequence", 0):
      switch value {
      case .sequence(let sequence): return name == "iterable" || sequence.kind != .view
      case .generator: return name == "iterable"
      case .text, .dictionary: return true
      // Jinja's undefined value can be gone through and measured, but holds nothing.
      case .undefined: return true
      default: return false
      }
    case ("odd", 0), ("even", 0):
      guard let number = value.asInteger else { break }
      return (number % 2 != 0) == (name == "odd")
    case ("divisibleby", 1):
      guard let number = value.asInteger, let divisor = arguments[0].asInteger, divisor != 0 else {
        break
      }
      return divisor == -1 || number % divisor == 0
    case ("equalto", 1), ("eq", 1), ("==", 1): return try equal(value, arguments[0], line)
    case ("ne", 1), ("!=", 1): return try !equal(value, arguments[0], line)
    case ("in", 1): return try holds(value, "in", arguments[0], line)
    default: break
    }
    throw .unsupported("this use of the test \"\(name)\"", line: line)
  }
}
