// Running a template: its statements.

/// One rendering.
struct TemplateEvaluation {
  private(set) var output = TemplateText("")
  /// Steps that are left: a template that loops without end is refused.
  private var steps = 1_000_000
  private var callDepth = 0
  private var expressionDepth = 0

  /// How a run of statements ended.
  enum Flow {
    case next, leavesLoop, nextTurn
  }

  /// Calls `body` one expression deeper; a chain of too many is refused.
  mutating func deeper<Result>(
    _ line: Int, _ body: (inout Self) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    expressionDepth += 1
    defer { expressionDepth -= 1 }
    guard expressionDepth <= 200 else { throw .unsupported("so long an expression", line: line) }
    return try body(&self)
  }

  mutating func step(_ line: Int) throws(TemplateError) {
    steps -= 1
    guard steps > 0 else { throw .invalid("the template does not come to an end", line: line) }
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
    case .data(let text): write(TemplateText(text))
    case .output(let expression):
      write(try written(value(expression, scope), line: expression.line))
    case .branches(let branches):
      for branch in branches {
        if let condition = branch.condition, try !value(condition, scope).isTrue { continue }
        return try run(branch.body, in: scope)
      }
    case .loop(let loop): try run(loop, in: scope)
    case .set(let target, let expression):
      try assign(value(expression, scope), to: target, in: scope, line: expression.line)
    case .setBlock(let name, let body):
      scope[name] = .text(
        try captured { evaluation throws(TemplateError) in
          _ = try evaluation.run(body, in: TemplateScope(within: scope))
        })
    case .macro(let macro): scope[macro.name] = .macro(macro, scope)
    case .breakLoop: return .leavesLoop
    case .continueLoop: return .nextTurn
    }
    return .next
  }

  private mutating func write(_ text: TemplateText) { output.append(text) }

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
      try step(loop.line)
      let inner = TemplateScope(within: scope)
      inner["loop"] = .namespace(Self.loopMembers(elements, at: index))
      try assign(element, to: .names(loop.names), in: inner, line: loop.line)
      if case .leavesLoop = try run(loop.body, in: inner) { break }
    }
  }

  private static func loopMembers(_ elements: [TemplateValue], at index: Int) -> TemplateNamespace {
    let count = elements.count
    var members: [String: TemplateValue] = [
      "index": .integer(index + 1), "index0": .integer(index), "length": .integer(count),
      "revindex": .integer(count - index), "revindex0": .integer(count - index - 1),
      "first": .boolean(index == 0), "last": .boolean(index == count - 1),
    ]
    members["previtem"] = index > 0 ? elements[index - 1] : .undefined("loop.previtem")
    members["nextitem"] = index + 1 < count ? elements[index + 1] : .undefined("loop.nextitem")
    return TemplateNamespace(members)
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
      namespace.members[member] = value
    }
  }

  /// The elements that a loop or a filter goes through.
  func elements(of value: TemplateValue, line: Int) throws(TemplateError) -> [TemplateValue] {
    switch value {
    case .undefined: return []
    case .list(let elements): return elements
    case .text(let text): return (0..<text.count).map { .text(text.character($0)) }
    case .dictionary(let dictionary): return dictionary.entries.map { .text($0.key) }
    default: throw .invalid("\(value.kindName) cannot be gone through", line: line)
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
    case .number, .list, .dictionary, .namespace, .function, .method, .macro:
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
    guard arguments.values.count <= macro.parameters.count,
      arguments.named.keys.allSatisfy({ name in macro.parameters.contains { $0.name == name } })
    else { throw .invalid("\"\(macro.name)\" is given more than it takes", line: line) }
    let scope = TemplateScope(within: defining)
    for (index, parameter) in macro.parameters.enumerated() {
      if index < arguments.values.count {
        scope[parameter.name] = arguments.values[index]
      } else if let value = arguments.named[parameter.name] {
        scope[parameter.name] = value
      } else if let expression = parameter.value {
        scope[parameter.name] = try value(expression, scope)
      } else {
        scope[parameter.name] = .undefined(parameter.name)
      }
    }
    return .text(
      try captured { evaluation throws(TemplateError) in
        _ = try evaluation.run(macro.body, in: scope)
      })
  }
}

/// Arguments, computed.
struct TemplateArguments {
  var values: [TemplateValue] = []
  var named: [String: TemplateValue] = [:]
}
