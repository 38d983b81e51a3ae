// Running a template: its expressions.

extension TemplateEvaluation {
  mutating func value(
    _ expression: TemplateExpression, _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    try step(expression.line)
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
      return scope[name]
        ?? (Self.functionNames.contains(name) ? .function(name) : .undefined(name))
    case .list(let elements): return .list(try values(elements, scope))
    case .dictionary(let entries):
      var dictionary = TemplateDictionary()
      for entry in entries {
        guard case .text(let key) = try value(entry.key, scope) else {
          throw .unsupported("a key that is no text", line: line)
        }
        dictionary[key] = try value(entry.value, scope)
      }
      return .dictionary(dictionary)
    case .attribute(let owner, let name): return try member(name, of: value(owner, scope), line)
    case .item(let owner, let index):
      return try item(value(index, scope), of: value(owner, scope), line)
    case .slice(let owner, let bounds): return try slice(value(owner, scope), bounds, scope, line)
    case .call(let function, let arguments):
      return try call(value(function, scope), self.arguments(arguments, scope), line)
    case .filter(let input, let name, let arguments):
      return try filtered(
        value(input, scope), by: name, self.arguments(arguments, scope), line)
    case .test(let input, let name, let arguments):
      return .boolean(
        try passes(value(input, scope), test: name, values(arguments.values, scope), line))
    case .not(let operand): return .boolean(try !value(operand, scope).isTrue)
    case .negative(let operand):
      switch try value(operand, scope) {
      case .integer(let value): return .integer(0 &- value)
      case .number(let value): return .number(-value)
      case let other: throw .invalid("\(other.kindName) has no negative", line: line)
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
    for named in arguments.named { result.named[named.name] = try value(named.value, scope) }
    return result
  }

  // MARK: Members and items

  private func member(
    _ name: String, of owner: TemplateValue, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    switch owner {
    case .undefined(let owner): throw .invalid("\"\(owner)\" is not defined", line: line)
    case .namespace(let namespace): return namespace.members[name] ?? .undefined(name)
    case .dictionary(let dictionary):
      // Python looks among its own methods first.
      if Self.dictionaryMethods.contains(name) { return .method(of: owner, name: name) }
      return dictionary[TemplateText(name)] ?? .undefined(name)
    case .text where Self.textMethods.contains(name), .list where Self.listMethods.contains(name):
      return .method(of: owner, name: name)
    default: return .undefined(name)
    }
  }

  private func item(
    _ index: TemplateValue, of owner: TemplateValue, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    switch (owner, index) {
    case (.undefined(let name), _): throw .invalid("\"\(name)\" is not defined", line: line)
    case (.dictionary(let dictionary), .text(let key)):
      return dictionary[key] ?? .undefined(key.string)
    case (.namespace(let namespace), .text(let key)):
      return namespace.members[key.string] ?? .undefined(key.string)
    case (.list(let elements), .integer(let index)):
      let place = index < 0 ? elements.count + index : index
      return elements.indices.contains(place) ? elements[place] : .undefined("[\(index)]")
    case (.text(let text), .integer(let index)):
      let place = index < 0 ? text.count + index : index
      return (0..<text.count).contains(place)
        ? .text(text.character(place)) : .undefined("[\(index)]")
    case (.none, _), (.boolean, _), (.integer, _), (.number, _), (.list, .text), (.text, .text):
      return .undefined("an item of \(owner.kindName)")
    default:
      throw .unsupported("\(index.kindName) as an index of \(owner.kindName)", line: line)
    }
  }

  private mutating func slice(
    _ owner: TemplateValue, _ bounds: [TemplateExpression?], _ scope: TemplateScope, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    var numbers: [Int?] = []
    for bound in bounds {
      guard let bound else {
        numbers.append(nil)
        continue
      }
      switch try value(bound, scope) {
      case .integer(let number): numbers.append(number)
      case .none: numbers.append(nil)
      case let other: throw .invalid("\(other.kindName) cannot bound a slice", line: line)
      }
    }
    let count: Int
    switch owner {
    case .list(let elements): count = elements.count
    case .text(let text): count = text.count
    default: throw .invalid("\(owner.kindName) cannot be sliced", line: line)
    }
    let step = (numbers.count > 2 ? numbers[2] : nil) ?? 1
    guard step == 1 || step == -1 else { throw .unsupported("this step of a slice", line: line) }
    // Python's rule: bounds count from the end where negative, and never reach beyond the ends.
    let least = step > 0 ? 0 : -1
    func bound(_ number: Int?, orElse other: Int) -> Int {
      guard let number else { return other }
      return min(max(number < 0 ? number + count : number, least), count + least)
    }
    let start = bound(numbers[0], orElse: step > 0 ? 0 : count - 1)
    let end = bound(numbers.count > 1 ? numbers[1] : nil, orElse: step > 0 ? count : -1)
    let places = Array(stride(from: start, to: end, by: step))
    if case .list(let elements) = owner { return .list(places.map { elements[$0] }) }
    guard case .text(let text) = owner else { return owner }
    return .text(places.reduce(TemplateText("")) { $0 + text.character($1) })
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
      return .text(try written(left, line: line) + written(right, line: line))
    case ("+", .text(let left), .text(let right)): return .text(left + right)
    case ("+", .list(let left), .list(let right)): return .list(left + right)
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

  func holds(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue, _ line: Int
  ) throws(TemplateError) -> Bool {
    switch symbol {
    case "==": return TemplateValue.isEqual(left, right)
    case "!=": return !TemplateValue.isEqual(left, right)
    case "in", "not in":
      return try contains(right, left, line) == (symbol == "in")
    default:
      let order: (less: Bool, equal: Bool)
      if let left = left.asNumber, let right = right.asNumber {
        order = (left < right, left == right)
      } else if case .text(let left) = left, case .text(let right) = right {
        order = (
          left.string.unicodeScalars.lexicographicallyPrecedes(right.string.unicodeScalars),
          left == right
        )
      } else {
        throw .invalid(
          "\(left.kindName) \(symbol) \(right.kindName) cannot be compared", line: line)
      }
      switch symbol {
      case "<": return order.less
      case "<=": return order.less || order.equal
      case ">": return !order.less && !order.equal
      default: return !order.less
      }
    }
  }

  private func contains(
    _ container: TemplateValue, _ value: TemplateValue, _ line: Int
  ) throws(TemplateError) -> Bool {
    switch (container, value) {
    case (.undefined, _): return false
    case (.list(let elements), _): return elements.contains { TemplateValue.isEqual($0, value) }
    case (.dictionary(let dictionary), .text(let key)): return dictionary[key] != nil
    case (.dictionary, _): return false
    case (.text(let text), .text(let part)): return text.firstIndex(of: part) != nil
    default:
      throw .invalid("\(value.kindName) cannot be looked for in \(container.kindName)", line: line)
    }
  }
}
