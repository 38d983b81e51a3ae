// Running a template: its expressions.

extension TemplateEvaluation {
  mutating func value(
    _ expression: TemplateExpression, _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    try budget.step(expression.line)
    return try deeper(expression.line) { evaluation throws(TemplateError) in
      try evaluation.shallowValue(expression, scope)
    }
  }

  private mutating func shallowValue(
    _ expression: TemplateExpression, _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    let line = expression.line
    switch expression.kind {
    case .text(let text): return .text(text)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .boolean(let value): return .boolean(value)
    case .none: return .none
    case .name(let name):
      switch try named(name, scope, line) {
      case .loop: throw .unsupported("\"loop\" as a value", line: line)
      case .macro: throw .unsupported("the macro \"\(name)\" as a value", line: line)
      case let value: return value
      }
    case .list(let elements): return .list(try elementValues(elements, scope))
    case .tuple(let elements):
      return .sequence(TemplateSequence(.tuple, try elementValues(elements, scope)))
    case .dictionary(let entries):
      var dictionary = TemplateDictionary()
      for entry in entries {
        guard let key = TemplateKey(try value(entry.key, scope)) else {
          throw .unsupported("a key that is neither a text nor an integer", line: line)
        }
        dictionary[key] = try held(value(entry.value, scope), line)
      }
      return .dictionary(dictionary)
    case .attribute(let owner, let name):
      return try member(name, of: self.owner(owner, scope), line)
    case .item(let owner, let index):
      let owner = try self.owner(owner, scope)
      return try item(value(index, scope), of: owner, line)
    case .slice(let owner, let bounds): return try slice(value(owner, scope), bounds, scope, line)
    case .call(let function, let arguments):
      let function = try owner(function, scope)
      return try call(function, self.arguments(arguments, scope), line)
    case .filter(let input, let name, let arguments):
      let input = try value(input, scope)
      return try filtered(input, by: name, self.arguments(arguments, scope), line)
    case .test(let input, let name, let arguments):
      guard arguments.named.isEmpty else {
        throw .unsupported("this use of the test \"\(name)\"", line: line)
      }
      let isOfBeing = name == "defined" || name == "undefined"
      let input = try isOfBeing ? owner(input, scope) : value(input, scope)
      return .boolean(
        try passes(input, test: name, values(arguments.values, scope), line))
    case .not(let operand): return .boolean(try !value(operand, scope).isTrue)
    case .negative(let operand):
      switch try value(operand, scope) {
      case .integer(let value): return .integer(try whole("-", 0, value, line))
      case .number(let value): return .number(-value)
      case let other: throw .invalid("\(other.kindName) has no negative", line: line)
      }
    case .positive(let operand):
      switch try value(operand, scope) {
      case .integer(let value): return .integer(value)
      case .number(let value): return .number(value)
      case let other: throw .invalid("\(other.kindName) has no sign", line: line)
      }
    case .binary(let symbol, let one, let other): return try binary(symbol, one, other, scope, line)
    case .comparison(let first, let comparisons):
      var left = try value(first, scope)
      for comparison in comparisons {
        let right = try value(comparison.value, scope)
        guard try holds(left, comparison.symbol, right, line) else { return .boolean(false) }
        left = right
      }
      return .boolean(true)
    case .choice(let condition, let chosen, let other):
      if try value(condition, scope).isTrue { return try value(chosen, scope) }
      return try other.map { expression throws(TemplateError) in try value(expression, scope) }
        ?? .undefined("the other choice")
    }
  }

  /// Names that Jinja gives a meaning that is not evaluated here.
  private static let unknownNames: Set = [
    "self", "super", "caller", "varargs", "kwargs", "cycler", "joiner", "lipsum",
  ]

  private func named(
    _ name: String, _ scope: TemplateScope, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    if let value = scope[name] { return value }
    if Self.functionNames.contains(name) { return .function(name) }
    guard !Self.unknownNames.contains(name) else {
      throw .unsupported("\"\(name)\"", line: line)
    }
    return .undefined(name)
  }

  /// What is called, or has a member: here a loop and a macro may stand too.
  private mutating func owner(
    _ expression: TemplateExpression, _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    guard case .name(let name) = expression.kind else { return try value(expression, scope) }
    try budget.step(expression.line)
    return try named(name, scope, expression.line)
  }

  /// Values that go into a list.
  private mutating func elementValues(
    _ expressions: [TemplateExpression], _ scope: TemplateScope
  ) throws(TemplateError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions {
      values.append(try held(value(expression, scope), expression.line))
    }
    return values
  }

  private mutating func values(
    _ expressions: [TemplateExpression], _ scope: TemplateScope
  ) throws(TemplateError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try value(expression, scope)) }
    return values
  }

  private mutating func arguments(
    _ arguments: TemplateExpression.Arguments, _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateArguments {
    var result = TemplateArguments(values: try values(arguments.values, scope))
    for named in arguments.named {
      result.named.append((named.name, try value(named.value, scope)))
    }
    return result
  }

  // MARK: Operators

  private mutating func binary(
    _ symbol: String, _ one: TemplateExpression, _ other: TemplateExpression,
    _ scope: TemplateScope, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    let left = try value(one, scope)
    if symbol == "and" { return left.isTrue ? try value(other, scope) : left }
    if symbol == "or" { return left.isTrue ? left : try value(other, scope) }
    let right = try value(other, scope)
    switch (symbol, left, right) {
    case ("~", _, _):
      let (left, right) = (try written(left, line: line), try written(right, line: line))
      try budget.spend(textOf: left.count + right.count, line)
      return .text(left + right)
    case ("+", .text(let left), .text(let right)):
      try budget.spend(textOf: left.count + right.count, line)
      return .text(left + right)
    case ("+", .sequence(let left), .sequence(let right))
    where left.kind == right.kind && (left.kind == .list || left.kind == .tuple):
      try budget.spend(elements: left.elements.count + right.elements.count, line)
      return .sequence(TemplateSequence(left.kind, left.elements + right.elements))
    default:
      if let left = left.asInteger, let right = right.asInteger {
        return .integer(try whole(symbol, left, right, line))
      }
      guard ["+", "-", "*"].contains(symbol), let left = left.asNumber, let right = right.asNumber
      else {
        throw .invalid(
          "\(left.kindName) \(symbol) \(right.kindName) cannot be computed", line: line)
      }
      return .number(symbol == "+" ? left + right : symbol == "-" ? left - right : left * right)
    }
  }

  private func whole(
    _ symbol: String, _ left: Int, _ right: Int, _ line: Int
  ) throws(TemplateError) -> Int {
    let result: (partialValue: Int, overflow: Bool)
    switch symbol {
    case "+": result = left.addingReportingOverflow(right)
    case "-": result = left.subtractingReportingOverflow(right)
    case "*": result = left.multipliedReportingOverflow(by: right)
    case "//", "%":
      guard right != 0, right != -1 else {
        throw .unsupported("division by \(right)", line: line)
      }
      // Python rounds down.
      let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      if symbol == "%" { return isBelow ? remainder + right : remainder }
      return isBelow ? quotient - 1 : quotient
    default: throw .unsupported("the operator \"\(symbol)\" of numbers", line: line)
    }
    guard !result.overflow else { throw .invalid("a number is too large", line: line) }
    return result.partialValue
  }
}
