// Cutting a template's source into data and tags, white space as transformers sets Jinja up.

/// A piece of a template's source.
enum TemplatePiece: Equatable {
  case data(String)
  /// The words between `{{` and `}}`.
  case output([TemplateToken], line: Int)
  /// The words between `{%` and `%}`.
  case tag([TemplateToken], line: Int)
}

/// A word of a tag, and its line.
struct TemplateToken: Equatable {
  enum Kind: Equatable {
    case name(String)
    case text(String)
    case integer(Int)
    case number(Double)
    case symbol(String)
  }

  let kind: Kind
  let line: Int
}

/// Jinja's lexer with `trim_blocks` and `lstrip_blocks`.
///
/// A line end directly after a tag or comment goes, as do blanks between a line's beginning and a tag or comment; a minus takes
/// all white space beside it, a plus none.
struct TemplateLexer {
  private let source: [Unicode.Scalar]
  private var position = 0
  private var line = 1
  private var data: [Unicode.Scalar] = []
  /// Whether the data begin a line.
  private var beginsLine = true
  private var pieces: [TemplatePiece] = []

  init(_ source: String) {
    var scalars = Array(
      source.replacing("\r\n", with: "\n").replacing("\r", with: "\n").unicodeScalars)
    if scalars.last == "\n" { scalars.removeLast() }
    self.source = scalars
  }

  static func pieces(of source: String) throws(TemplateError) -> [TemplatePiece] {
    var lexer = TemplateLexer(source)
    try lexer.run()
    return lexer.pieces
  }

  private func looksAt(_ text: String) -> Bool {
    source[position...].starts(with: text.unicodeScalars)
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count {
      if source[position] == "\n" { line += 1 }
      position += 1
    }
  }

  private mutating func run() throws(TemplateError) {
    while position < source.count {
      if looksAt("{{") {
        beginPart(isOutput: true)
        let start = line
        pieces.append(.output(try tokens(until: "}}"), line: start))
        beginsLine = false
      } else if looksAt("{%") {
        beginPart(isOutput: false)
        let start = line
        let tokens = try tokens(until: "%}")
        if tokens.first?.kind == .name("raw") {
          throw .unsupported("the block \"raw\"", line: start)
        }
        pieces.append(.tag(tokens, line: start))
      } else if looksAt("{#") {
        beginPart(isOutput: false)
        let start = position
        while position < source.count, !looksAt("#}") { advance() }
        guard position < source.count else {
          throw .syntax("a comment does not end", line: line)
        }
        // In "{#-#}" the minus belongs to the beginning.
        let mark = position > start ? source[position - 1] : " "
        advance(2)
        endPart(mark: mark, isOutput: false)
      } else {
        data.append(source[position])
        advance()
      }
    }
    flush()
  }

  /// Ends the data before a part, and steps over the part's opening.
  private mutating func beginPart(isOutput: Bool) {
    let mark = position + 2 < source.count ? source[position + 2] : " "
    if mark == "-" {
      while let last = data.last, isPythonSpace(last.value) { data.removeLast() }
    } else if !isOutput, mark != "+" {
      let lineStart = data.lastIndex(of: "\n").map { $0 + 1 } ?? 0
      if lineStart > 0 || beginsLine, data[lineStart...].allSatisfy({ isPythonSpace($0.value) }) {
        data.removeSubrange(lineStart...)
      }
    }
    flush()
    advance(2)
    if mark == "-" || mark == "+" { advance() }
  }

  private mutating func flush() {
    if !data.isEmpty {
      var scalars = String.UnicodeScalarView()
      scalars.append(contentsOf: data)
      pieces.append(.data(String(scalars)))
    }
    data = []
  }

  /// Takes the white space after a part that its end takes with it.
  private mutating func endPart(mark: Unicode.Scalar, isOutput: Bool) {
    beginsLine = false
    if mark == "-" {
      while position < source.count, isPythonSpace(source[position].value) {
        beginsLine = source[position] == "\n"
        advance()
      }
    } else if !isOutput, mark != "+", position < source.count, source[position] == "\n" {
      advance()
      beginsLine = true
    }
  }

  private static let greatestTokenCount = 4000
  private static let symbols = [
    "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[",
    "]", "{", "}", ",", ".", ":", "|",
  ]

  private mutating func tokens(until end: String) throws(TemplateError) -> [TemplateToken] {
    var tokens: [TemplateToken] = []
    var open: [String] = []
    while position < source.count {
      let character = source[position]
      if isPythonSpace(character.value) {
        advance()
        continue
      }
      if open.isEmpty {
        for mark in ["-", "+", ""] where looksAt(mark + end) && !(mark == "+" && end == "}}") {
          advance(mark.count + 2)
          endPart(mark: mark.unicodeScalars.first ?? " ", isOutput: end == "}}")
          return tokens
        }
      }
      guard tokens.count < Self.greatestTokenCount else {
        throw .unsupported("so long a tag", line: line)
      }
      let start = line
      if character == "'" || character == "\"" {
        tokens.append(TemplateToken(kind: .text(try text(quotedBy: character)), line: start))
      } else if character.properties.isXIDStart || character == "_" {
        tokens.append(TemplateToken(kind: .name(name()), line: start))
      } else if ("0"..."9").contains(character) {
        tokens.append(TemplateToken(kind: try number(), line: start))
      } else if let symbol = Self.symbols.first(where: { looksAt($0) }) {
        if "([{".contains(symbol) { open.append(symbol) }
        if ")]}".contains(symbol), open.popLast() == nil {
          throw .syntax("a bracket closes that was not opened", line: line)
        }
        advance(symbol.count)
        tokens.append(TemplateToken(kind: .symbol(symbol), line: start))
      } else {
        throw .syntax("\"\(character)\" does not belong in a tag", line: line)
      }
    }
    throw .syntax("a tag does not end", line: line)
  }

  private mutating func name() -> String {
    let start = position
    while position < source.count,
      source[position].properties.isXIDContinue
    { advance() }
    return scalars(start..<position)
  }

  private func scalars(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: source[range])
    return String(view)
  }

  private mutating func number() throws(TemplateError) -> TemplateToken.Kind {
    let start = position
    func isDigit(_ index: Int) -> Bool {
      index < source.count && ("0"..."9").contains(source[index])
    }
    while isDigit(position) { advance() }
    if position < source.count, source[position] == ".", isDigit(position + 1) {
      advance()
      while isDigit(position) { advance() }
      guard let value = Double(scalars(start..<position)) else {
        throw .syntax("a number is malformed", line: line)
      }
      return .number(value)
    }
    let digits = scalars(start..<position)
    guard let value = Int(digits), value == 0 || !digits.hasPrefix("0"),
      position == source.count || !source[position].properties.isXIDContinue
    else { throw .unsupported("the number \(digits)…", line: line) }
    return .integer(value)
  }

  /// A string literal with Python's escapes.
  private mutating func text(quotedBy quote: Unicode.Scalar) throws(TemplateError) -> String {
    let start = line
    var text = String.UnicodeScalarView()
    advance()
    while position < source.count, source[position] != quote {
      if source[position] == "\\", position + 1 < source.count {
        advance()
        try appendEscape(to: &text)
      } else {
        text.append(source[position])
        advance()
      }
    }
    guard position < source.count else { throw .syntax("a text does not end", line: start) }
    advance()
    return String(text)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}",
    "b": "\u{8}", "f": "\u{c}", "v": "\u{b}",
  ]

  private mutating func appendEscape(to text: inout String.UnicodeScalarView) throws(TemplateError)
  {
    let character = source[position]
    if let plain = Self.escapes[character] {
      text.append(plain)
      advance()
    } else if let width = ["x": 2, "u": 4, "U": 8][character] {
      let end = min(position + 1 + width, source.count)
      guard end - position == 1 + width,
        source[position + 1..<end].allSatisfy(\.properties.isASCIIHexDigit),
        let value = UInt32(scalars(position + 1..<end), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw .syntax("an escape in a text is malformed", line: line) }
      text.append(scalar)
      advance(1 + width)
    } else if ("0"..."7").contains(character) || "N\n".unicodeScalars.contains(character)
      || !character.isASCII
    {
      throw .unsupported("the escape \"\\\(character)\"", line: line)
    } else {
      text.append("\\")
      text.append(character)
      advance()
    }
  }
}
