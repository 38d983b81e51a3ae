// Running a template: its statements.

/// One rendering.
struct TemplateEvaluation {
  private(set) var output = TemplateText("")
  let budget = TemplateBudget()
  private var macroScopes: [TemplateScope] = []
  private var callDepth = 0
  private var expressionDepth = 0

  /// How a run of statements ended.
  enum Flow {
    case next, leavesLoop, nextTurn
  }

  /// Lets go of what holds itself; nothing runs afterwards.
  func forget() {
    for scope in macroScopes { scope.clear() }
  }

  /// Calls `body` one expression or block deeper; a chain of too many is refused.
  mutating func deeper<Result>(
    _ line: Int, _ body: (inout Self) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    expressionDepth += 1
    defer { expressionDepth -= 1 }
    guard expressionDepth <= 200 else { throw .unsupported("so long an expression", line: line) }
    return try body(&self)
  }

  mutating func run(
    _ statements: [TemplateStatement], in scope: TemplateScope
  ) throws(TemplateError) -> Flow {
    for statement in statements {
      let flow = try run(statement, in: scope)
      guard case .next = flow else { return flow }
    }
    return .next
  }

  private mutating func run(
    _ statement: TemplateStatement, in scope: TemplateScope
  ) throws(TemplateError) -> Flow {
    switch statement {
    case .data(let text): try write(TemplateText(text), line: budget.line)
    case .output(var expression):
      // Elsewhere it makes a text that escapes what it is joined to.
      if case .filter(let input, "safe", let arguments) = expression.kind, arguments == .init() {
        expression = input
      }
      try write(written(value(expression, scope), line: expression.line), line: expression.line)
    case .branches(let branches):
      for branch in branches {
        if let condition = branch.condition, try !value(condition, scope).isTrue { continue }
        return try deeper(budget.line) { evaluation throws(TemplateError) in
          try evaluation.run(branch.body, in: scope)
        }
      }
    case .loop(let loop):
      try deeper(loop.line) { evaluation throws(TemplateError) in
        try evaluation.run(loop, in: scope)
      }
    case .scoped(let body):
      return try deeper(budget.line) { evaluation throws(TemplateError) in
        try evaluation.run(body, in: TemplateScope(within: scope))
      }
    case .set(let target, let expression):
      try assign(value(expression, scope), to: target, in: scope, line: expression.line)
    case .setBlock(let name, let body):
      scope[name] = .text(
        try captured { evaluation throws(TemplateError) in
          _ = try evaluation.run(body, in: TemplateScope(within: scope))
        })
    case .macro(let macro):
      scope[macro.name] = .macro(macro, scope)
      macroScopes.append(scope)
    case .breakLoop: return .leavesLoop
    case .continueLoop: return .nextTurn
    }
    return .next
  }

  private mutating func write(_ text: TemplateText, line: Int) throws(TemplateError) {
    try budget.spend(codePoints: text.count, line)
    guard output.count + text.count <= TemplateBudget.greatestTextLength else {
      throw .unsupported(
        "a text of more than \(TemplateBudget.greatestTextLength) characters", line: line)
    }
    output.append(text)
  }

  /// What `body` writes, instead of writing it.
  private mutating func captured(
    _ body: (inout Self) throws(TemplateError) -> Void
  ) throws(TemplateError) -> TemplateText {
    let before = output
    output = TemplateText("")
    try body(&self)
    defer { output = before }
    return output
  }

  private mutating func run(
    _ loop: TemplateStatement.Loop, in scope: TemplateScope
  ) throws(TemplateError) {
    var elements: [TemplateValue] = []
    for element in try self.elements(of: value(loop.sequence, scope), line: loop.line) {
      if let condition = loop.condition {
        let inner = TemplateScope(within: scope)
        try assign(element, to: .names(loop.names), in: inner, line: loop.line)
        guard try value(condition, inner).isTrue else { continue }
      }
      elements.append(element)
    }
    if elements.isEmpty { _ = try run(loop.otherwise, in: TemplateScope(within: scope)) }
    for (index, element) in elements.enumerated() {
      try budget.step(loop.line)
      let inner = TemplateScope(within: scope)
      inner["loop"] = .loop(Self.loopMembers(elements, at: index))
      try assign(element, to: .names(loop.names), in: inner, line: loop.line)
      if case .leavesLoop = try run(loop.body, in: inner) { break }
    }
  }

  private static func loopMembers(_ elements: [TemplateValue], at index: Int) -> [String:
    TemplateValue]
  {
    let count = elements.count
    var members: [String: TemplateValue] = [
      "index": .integer(index + 1), "index0": .integer(index), "length": .integer(count),
      "revindex": .integer(count - index), "revindex0": .integer(count - index - 1),
      "first": .boolean(index == 0), "last": .boolean(index == count - 1),
      // Only recursive loops go deeper.
      "depth": .integer(1), "depth0": .integer(0),
    ]
    members["previtem"] = index > 0 ? elements[index - 1] : .undefined("loop.previtem")
    members["nextitem"] = index + 1 < count ? elements[index + 1] : .undefined("loop.nextitem")
    return members
  }

  private func assign(
    _ value: TemplateValue, to target: TemplateStatement.Target, in scope: TemplateScope, line: Int
  ) throws(TemplateError) {
    switch target {
    case .names(let names):
      guard names.count > 1 else { return scope[names[0]] = value }
      let parts = try elements(of: value, line: line)
      guard parts.count == names.count else {
        throw .invalid("\(parts.count) values are set to \(names.count) names", line: line)
      }
      for (name, part) in zip(names, parts) { scope[name] = part }
    case .member(let name, let member):
      guard case .namespace(let namespace) = scope[name] else {
        throw .invalid("a member is set of \"\(name)\", which is no namespace", line: line)
      }
      namespace.members[member] = try held(value, line, allowsGenerator: true)
    }
  }

  /// The elements that a loop or a filter goes through.
  func elements(of value: TemplateValue, line: Int) throws(TemplateError) -> [TemplateValue] {
    switch value {
    case .undefined: return []
    case .sequence(let sequence):
      try budget.spend(elements: sequence.elements.count, line)
      return sequence.elements
    case .generator(let generator):
      guard let elements = generator.take() else {
        throw .unsupported("a second use of a generator (|list keeps its elements)", line: line)
      }
      try budget.spend(elements: elements.count, line)
      return elements
    case .text(let text):
      try budget.spend(elements: text.count, line)
      return (0..<text.count).map { .text(text.character($0)) }
    case .dictionary(let dictionary): return dictionary.entries.map(\.key.value)
    default: throw .invalid("\(value.kindName) cannot be gone through", line: line)
    }
  }

  /// A value that may be part of another.
  ///
  /// What can change later, is used up, or is called may not: only in Jinja would all its holders see that.
  func held(
    _ value: TemplateValue, _ line: Int, allowsGenerator: Bool = false
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .generator where allowsGenerator: return value
    case .namespace, .loop, .generator, .function, .method, .macro:
      throw .unsupported("\(value.kindName) within another value", line: line)
    default:
      guard value.depth < TemplateBudget.greatestDepth else {
        throw .unsupported("so deep a value", line: line)
      }
      return value
    }
  }

  /// A value as text, as Python's `str` makes it.
  func written(_ value: TemplateValue, line: Int) throws(TemplateError) -> TemplateText {
    switch value {
    case .undefined: return TemplateText("")
    case .none: return TemplateText("None")
    case .boolean(let value): return TemplateText(value ? "True" : "False")
    case .integer(let value): return TemplateText("\(value)")
    case .text(let text): return text
    case .number, .sequence, .generator, .dictionary, .namespace, .loop, .function, .method, .macro:
      throw .unsupported("writing \(value.kindName)", line: line)
    }
  }

  /// What a macro writes.
  mutating func call(
    _ macro: TemplateStatement.Macro, in defining: TemplateScope, _ arguments: TemplateArguments,
    line: Int
  ) throws(TemplateError) -> TemplateValue {
    callDepth += 1
    defer { callDepth -= 1 }
    guard callDepth <= 50 else { throw .invalid("macros call each other without end", line: line) }
    let open = macro.parameters.dropFirst(arguments.values.count)
    guard arguments.values.count <= macro.parameters.count,
      arguments.named.allSatisfy({ argument in open.contains { $0.name == argument.name } })
    else { throw .invalid("\"\(macro.name)\" is given more than it takes", line: line) }
    let scope = TemplateScope(within: defining)
    for (index, parameter) in macro.parameters.enumerated() {
      scope[parameter.name] =
        index < arguments.values.count
        ? arguments.values[index] : arguments[parameter.name] ?? .undefined(parameter.name)
    }
    for parameter in open where arguments[parameter.name] == nil {
      if let expression = parameter.value {
        scope[parameter.name] = try value(expression, scope)
      }
    }
    return .text(
      try captured { evaluation throws(TemplateError) in
        _ = try evaluation.deeper(line) { evaluation throws(TemplateError) in
          try evaluation.run(macro.body, in: scope)
        }
      })
  }
}

/// Arguments, computed.
struct TemplateArguments {
  var values: [TemplateValue] = []
  var named: [(name: String, value: TemplateValue)] = []

  /// A named one.
  subscript(name: String) -> TemplateValue? { named.first { $0.name == name }?.value }
}
