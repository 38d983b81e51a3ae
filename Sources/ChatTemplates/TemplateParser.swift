// From the pieces of a template to what is run.

/// A recursive-descent parser of statements; `ExpressionParser` reads the words of one tag.
struct TemplateParser {
  private let pieces: [TemplatePiece]
  private var position = 0
  private var depth = 0
  /// Whether `break` and `continue` belong to a loop here.
  private var isInLoop = false
  /// Whether the loop that is read is left, or its turns are, before their ends.
  private var isLeft = false
  private static let greatestDepth = 100

  static func statements(of source: String) throws(TemplateError) -> [TemplateStatement] {
    var parser = TemplateParser(pieces: try TemplateLexer.pieces(of: source))
    let (statements, end) = try parser.body()
    if let (word, line) = end { throw .syntax("\"\(word)\" ends nothing", line: line) }
    return statements
  }

  private init(pieces: [TemplatePiece]) { self.pieces = pieces }

  /// Statements up to a tag that ends or parts a block, which is left for `endTag`; nil at the template's end.
  private mutating func body() throws(TemplateError) -> (
    [TemplateStatement], end: (word: String, line: Int)?
  ) {
    depth += 1
    defer { depth -= 1 }
    var statements: [TemplateStatement] = []
    while position < pieces.count {
      switch pieces[position] {
      case .data(let text):
        statements.append(.data(text))
        position += 1
      case .output(let tokens, let line):
        var parser = ExpressionParser(tokens, line: line)
        statements.append(.output(try parser.wholeExpression()))
        position += 1
      case .tag(let tokens, let line):
        guard case .name(let word)? = tokens.first?.kind else {
          throw .syntax("a tag without a word", line: line)
        }
        guard depth <= Self.greatestDepth else { throw .unsupported("deeper nesting", line: line) }
        if ["else", "elif"].contains(word) || word.hasPrefix("end") {
          return (statements, (word, line))
        }
        position += 1
        statements += try statement(word, line, ExpressionParser(tokens.dropFirst(), line: line))
      }
    }
    return (statements, nil)
  }

  /// A body in which `break` and `continue` mean a loop, or nothing.
  private mutating func body(inLoop: Bool) throws(TemplateError) -> (
    [TemplateStatement], end: (word: String, line: Int)?
  ) {
    let before = (isInLoop, isLeft)
    (isInLoop, isLeft) = (inLoop, false)
    defer { (isInLoop, isLeft) = before }
    let result = try body()
    if isLeft, let (word, line) = result.end, word == "else" {
      // Jinja runs it then even after turns, if none came to its end.
      throw .unsupported("the \"else\" of a loop with \"break\" or \"continue\"", line: line)
    }
    return result
  }

  /// The tokens after the word of the tag that ended a body.
  private mutating func endTag() -> ExpressionParser {
    guard case .tag(let tokens, let line) = pieces[position] else {
      return ExpressionParser([], line: 0)
    }
    position += 1
    return ExpressionParser(tokens.dropFirst(), line: line)
  }

  private mutating func expect(
    _ end: (word: String, line: Int)?, _ word: String, line: Int
  ) throws(TemplateError) {
    guard let end, end.word == word else { throw .syntax("\"\(word)\" is missing", line: line) }
    var parser = endTag()
    try parser.expectEnd()
  }

  private mutating func statement(
    _ word: String, _ line: Int, _ tokens: ExpressionParser
  ) throws(TemplateError) -> [TemplateStatement] {
    var tokens = tokens
    switch word {
    case "if": return [try branches(tokens, line)]
    case "for": return [try loop(tokens, line)]
    case "set": return [try set(tokens, line)]
    case "macro": return [try macro(tokens, line)]
    case "break", "continue":
      try tokens.expectEnd()
      guard isInLoop else {
        throw .unsupported("\"\(word)\" where no loop is directly around it", line: line)
      }
      isLeft = true
      return [word == "break" ? .breakLoop(line: line) : .continueLoop(line: line)]
    case "generation":
      // Marks what a model writes for trainers; renders as it stands.
      try tokens.expectEnd()
      let (body, end) = try body(inLoop: false)
      try expect(end, "endgeneration", line: line)
      return [.scoped(body)]
    default: throw .unsupported("the tag \"\(word)\"", line: line)
    }
  }

  private mutating func branches(
    _ tokens: ExpressionParser, _ line: Int
  ) throws(TemplateError) -> TemplateStatement {
    var branches: [TemplateStatement.Branch] = []
    var tokens = tokens
    var condition: TemplateExpression? = try tokens.wholeExpression()
    while true {
      let (body, end) = try body()
      branches.append(TemplateStatement.Branch(condition: condition, body: body))
      switch end?.word {
      case "elif" where condition != nil:
        var tokens = endTag()
        condition = try tokens.wholeExpression()
      case "else" where condition != nil:
        var tokens = endTag()
        try tokens.expectEnd()
        condition = nil
      default:
        try expect(end, "endif", line: line)
        return .branches(branches)
      }
    }
  }

  private mutating func loop(
    _ tokens: ExpressionParser, _ line: Int
  ) throws(TemplateError) -> TemplateStatement {
    var tokens = tokens
    let names = try tokens.targets()
    try tokens.expect(name: "in")
    let sequence = try tokens.expression(withChoice: false)
    let condition = tokens.take(name: "if") ? try tokens.expression() : nil
    if tokens.take(name: "recursive") { throw .unsupported("a recursive loop", line: line) }
    try tokens.expectEnd()
    var (body, end) = try body(inLoop: true)
    var otherwise: [TemplateStatement] = []
    if end?.word == "else" {
      var tokens = endTag()
      try tokens.expectEnd()
      (otherwise, end) = try self.body(inLoop: false)
    }
    try expect(end, "endfor", line: line)
    return .loop(
      TemplateStatement.Loop(
        names: names, sequence: sequence, condition: condition, body: body, otherwise: otherwise,
        line: line))
  }

  private mutating func set(
    _ tokens: ExpressionParser, _ line: Int
  ) throws(TemplateError) -> TemplateStatement {
    var tokens = tokens
    let names = try tokens.targets()
    if names.count == 1, tokens.take(symbol: ".") {
      let member = try tokens.name()
      try tokens.expect(symbol: "=")
      return .set(
        target: .member(of: names[0], name: member), value: try tokens.wholeList())
    }
    if tokens.take(symbol: "=") {
      return .set(target: .names(names), value: try tokens.wholeList())
    }
    guard names.count == 1 else { throw .syntax("\"=\" is missing", line: line) }
    try tokens.expectEnd()
    let (body, end) = try body(inLoop: false)
    try expect(end, "endset", line: line)
    return .setBlock(name: names[0], body: body)
  }

  private mutating func macro(
    _ tokens: ExpressionParser, _ line: Int
  ) throws(TemplateError) -> TemplateStatement {
    var tokens = tokens
    let name = try tokens.ownName()
    let parameters = try tokens.parameters()
    try tokens.expectEnd()
    let (body, end) = try body(inLoop: false)
    try expect(end, "endmacro", line: line)
    return .macro(TemplateStatement.Macro(name: name, parameters: parameters, body: body))
  }
}
