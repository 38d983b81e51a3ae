// Jinja's expressions, by its own order of precedence.

/// A parser of the words of one tag.
struct ExpressionParser {
  let tokens: [TemplateToken]
  var position = 0
  private var depth = 0
  private static let greatestDepth = 100

  /// Where the tag begins.
  private let start: Int

  init(_ tokens: some Sequence<TemplateToken>, line: Int) {
    self.tokens = Array(tokens)
    start = line
  }

  var line: Int {
    (position < tokens.count ? tokens[position] : tokens.last)?.line ?? start
  }

  var kind: TemplateToken.Kind? {
    position < tokens.count ? tokens[position].kind : nil
  }

  mutating func take(symbol: String) -> Bool { take(.symbol(symbol)) }
  mutating func take(name: String) -> Bool { take(.name(name)) }

  private mutating func take(_ wanted: TemplateToken.Kind) -> Bool {
    guard kind == wanted else { return false }
    position += 1
    return true
  }

  mutating func expect(symbol: String) throws(TemplateError) {
    guard take(symbol: symbol) else { throw .syntax("\"\(symbol)\" is missing", line: line) }
  }

  mutating func expect(name: String) throws(TemplateError) {
    guard take(name: name) else { throw .syntax("\"\(name)\" is missing", line: line) }
  }

  mutating func expectEnd() throws(TemplateError) {
    guard kind == nil else { throw .syntax("there is more than belongs in the tag", line: line) }
  }

  mutating func name() throws(TemplateError) -> String {
    guard case .name(let name) = kind else { throw .syntax("a name is missing", line: line) }
    position += 1
    return name
  }

  /// Names that are assigned to, with or without parentheses.
  mutating func targets() throws(TemplateError) -> [String] {
    let isEnclosed = take(symbol: "(")
    var names = [try ownName()]
    while take(symbol: ",") { names.append(try ownName()) }
    if isEnclosed { try expect(symbol: ")") }
    return names
  }

  private static let reservedNames: Set = [
    "true", "false", "none", "True", "False", "None", "loop", "self", "super", "caller", "varargs",
    "kwargs", "and", "or", "not", "if", "else", "in", "is", "elif", "for",
  ]

  /// A name that a template may give to something.
  mutating func ownName() throws(TemplateError) -> String {
    let start = line
    let name = try name()
    guard !Self.reservedNames.contains(name) else {
      throw .unsupported("the name \"\(name)\" for something else", line: start)
    }
    return name
  }

  /// The parameters of a macro.
  mutating func parameters() throws(TemplateError) -> [(name: String, value: TemplateExpression?)] {
    var parameters: [(name: String, value: TemplateExpression?)] = []
    try expect(symbol: "(")
    while !take(symbol: ")") {
      if !parameters.isEmpty { try expect(symbol: ",") }
      let name = try ownName()
      let value = take(symbol: "=") ? try expression() : nil
      guard !parameters.contains(where: { $0.name == name }),
        value != nil || parameters.last?.value == nil
      else { throw .syntax("parameters are malformed", line: line) }
      parameters.append((name, value))
    }
    return parameters
  }

  mutating func wholeExpression() throws(TemplateError) -> TemplateExpression {
    let expression = try expression()
    try expectEnd()
    return expression
  }

  /// An expression, or several with commas between, which are a tuple.
  mutating func wholeList() throws(TemplateError) -> TemplateExpression {
    let start = line
    let first = try expression()
    guard kind == .symbol(",") else {
      try expectEnd()
      return first
    }
    var elements = [first]
    while take(symbol: ","), kind != nil { elements.append(try expression()) }
    try expectEnd()
    return TemplateExpression(kind: .tuple(elements), line: start)
  }

  /// - Parameter withChoice: whether `a if b else c` belongs to it.
  mutating func expression(withChoice: Bool = true) throws(TemplateError) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.greatestDepth else { throw .unsupported("deeper nesting", line: line) }
    var value = try disjunction()
    while withChoice, take(name: "if") {
      let condition = try disjunction()
      let other = take(name: "else") ? try expression() : nil
      value = made(.choice(condition: condition, value: value, other: other), value.line)
    }
    return value
  }

  func made(_ kind: TemplateExpression.Kind, _ line: Int) -> TemplateExpression {
    TemplateExpression(kind: kind, line: line)
  }

  private mutating func disjunction() throws(TemplateError) -> TemplateExpression {
    var value = try conjunction()
    while take(name: "or") { value = made(.binary("or", value, try conjunction()), value.line) }
    return value
  }

  private mutating func conjunction() throws(TemplateError) -> TemplateExpression {
    var value = try negation()
    while take(name: "and") { value = made(.binary("and", value, try negation()), value.line) }
    return value
  }

  private mutating func negation() throws(TemplateError) -> TemplateExpression {
    let start = line
    var count = 0
    while take(name: "not") { count += 1 }
    var value = try comparison()
    for _ in 0..<count { value = made(.not(value), start) }
    return value
  }

  private mutating func comparison() throws(TemplateError) -> TemplateExpression {
    let first = try sum()
    var comparisons: [TemplateExpression.Comparison] = []
    while let symbol = comparisonSymbol() {
      comparisons.append(TemplateExpression.Comparison(symbol: symbol, value: try sum()))
    }
    return comparisons.isEmpty ? first : made(.comparison(first, comparisons), first.line)
  }

  private mutating func comparisonSymbol() -> String? {
    for symbol in ["==", "!=", "<=", ">=", "<", ">"] where take(symbol: symbol) { return symbol }
    if take(name: "in") { return "in" }
    if kind == .name("not"), position + 1 < tokens.count, tokens[position + 1].kind == .name("in") {
      position += 2
      return "not in"
    }
    return nil
  }

  private mutating func sum() throws(TemplateError) -> TemplateExpression {
    try chain(["+", "-"]) { parser throws(TemplateError) in try parser.concatenation() }
  }

  private mutating func concatenation() throws(TemplateError) -> TemplateExpression {
    try chain(["~"]) { parser throws(TemplateError) in try parser.product() }
  }

  private mutating func product() throws(TemplateError) -> TemplateExpression {
    try chain(["*", "//", "/", "%"]) { parser throws(TemplateError) in try parser.power() }
  }

  private mutating func power() throws(TemplateError) -> TemplateExpression {
    try chain(["**"]) { parser throws(TemplateError) in try parser.unary() }
  }

  private mutating func chain(
    _ symbols: [String],
    _ operand: (inout Self) throws(TemplateError) -> TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var value = try operand(&self)
    while case .symbol(let symbol) = kind, symbols.contains(symbol) {
      position += 1
      value = made(.binary(symbol, value, try operand(&self)), value.line)
    }
    return value
  }

  private mutating func unary(withFilters: Bool = true) throws(TemplateError) -> TemplateExpression
  {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.greatestDepth else { throw .unsupported("deeper nesting", line: line) }
    let start = line
    var value: TemplateExpression
    if take(symbol: "-") {
      value = made(.negative(try unary(withFilters: false)), start)
    } else if take(symbol: "+") {
      value = made(.positive(try unary(withFilters: false)), start)
    } else {
      value = try postfixed(try primary())
    }
    while withFilters {
      if take(symbol: "|") {
        let name = try name()
        let arguments = kind == .symbol("(") ? try arguments() : .init()
        value = made(.filter(value, name, arguments), start)
      } else if take(name: "is") {
        value = try test(value)
      } else if kind == .symbol("(") {
        value = made(.call(value, try arguments()), start)
      } else {
        break
      }
    }
    return value
  }

  private mutating func test(
    _ value: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    let isNegated = take(name: "not")
    let start = line
    let name = try name()
    var arguments = TemplateExpression.Arguments()
    switch kind {
    case .symbol("("): arguments = try self.arguments()
    case .name(let word) where !["else", "or", "and", "is", "not", "if", "in"].contains(word):
      arguments.values = [try postfixed(try primary())]
    case .text, .integer, .number, .symbol("["), .symbol("{"):
      arguments.values = [try postfixed(try primary())]
    default: break
    }
    let test = made(.test(value, name, arguments), start)
    return isNegated ? made(.not(test), start) : test
  }
}
