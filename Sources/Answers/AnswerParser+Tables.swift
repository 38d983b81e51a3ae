import Algebra

extension AnswerParser {
  private static let environments: Set<String> = [
    "pmatrix", "bmatrix", "matrix", "array", "vmatrix", "Bmatrix", "smallmatrix", "cases",
    "aligned", "align", "align*", "gathered",
  ]

  /// A matrix, or the cases of a function, behind its \begin.
  mutating func table() throws(Failure) -> ParsedAnswer {
    try enter()
    defer { leave() }
    let name = try subscriptText()
    guard Self.environments.contains(name) else { throw .unreadable }
    if name == "array", current == .sign("{") { _ = try subscriptText() }
    let outer = (barDepth, bracketDepth, argumentDepth)
    (barDepth, bracketDepth, argumentDepth) = (0, 0, 0)
    defer { (barDepth, bracketDepth, argumentDepth) = outer }
    var rows: [[ParsedAnswer]] = [[]]
    while !take(.command("end")) {
      if take(.row) {
        rows.append([])
      } else if !take(.sign("&")), !takesCondition() {
        rows[rows.count - 1].append(try cell())
      }
    }
    guard try subscriptText() == name else { throw .unreadable }
    rows.removeAll { $0.isEmpty }
    guard let width = rows.first?.count else { throw .unreadable }
    if rows.allSatisfy({ row in row.count == width && row.allSatisfy(\.isFormula) }) {
      let matrix = try rows.map { row throws(Failure) in
        try row.map { cell throws(Failure) in try formula(cell) }
      }
      return name == "vmatrix"
        ? .formula(try determinant(.matrix(matrix)), unit: nil) : .matrix(matrix)
    }
    return .table(rows)
  }

  /// Whether a word or comma stood here that only leads to a condition.
  private mutating func takesCondition() -> Bool {
    for word in ["if", "for", "when", "where"] where take(.word(word)) { return true }
    return take(.sign(",")) || take(.sign(";"))
  }

  /// One cell: what there is up to the next & or row.
  private mutating func cell() throws(Failure) -> ParsedAnswer {
    let end = endOfCell()
    let inner = Array(tokens[position..<end])
    if let words = Self.words(inner, bytes) {
      position = end
      return .words(words)
    }
    return try answerUpTo(end)
  }

  private func endOfCell() -> Int {
    var level = 0
    for index in position..<limit {
      switch tokens[index].kind {
      case .command("begin"): level += 1
      case .command("end"):
        if level == 0 { return index }
        level -= 1
      case .row where level == 0, .sign("&") where level == 0: return index
      default: continue
      }
    }
    return limit
  }

  private mutating func answerUpTo(_ end: Int) throws(Failure) -> ParsedAnswer {
    let outer = limit
    defer { limit = outer }
    limit = end
    // A trailing comma belongs to no cell.
    while limit > position, tokens[limit - 1].kind == .sign(",") { limit -= 1 }
    let value = try answer()
    guard position == limit else { throw .unreadable }
    position = end
    return value
  }
}

extension ParsedAnswer {
  var isFormula: Bool {
    if case .formula = self { true } else { false }
  }
}
