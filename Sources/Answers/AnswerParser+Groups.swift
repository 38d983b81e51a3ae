import Algebra

extension AnswerParser {
  /// What stands in parentheses or square brackets, behind the opening one.
  mutating func group(isOpenBelow: Bool) throws(Failure) -> ParsedAnswer {
    try enter()
    bracketDepth += 1
    let outerBars = barDepth
    barDepth = 0
    defer {
      leave()
      bracketDepth -= 1
      barDepth = outerBars
    }
    let inner = try answer()
    let isOpenAbove = current == .sign(")")
    guard take(.sign(")")) || take(.sign("]")) else { throw .unreadable }
    guard case .list(let items) = inner else { return inner }
    return .bracketed(items, isOpenBelow: isOpenBelow, isOpenAbove: isOpenAbove)
  }

  /// What stands in braces, behind the opening one: a group, or a set.
  mutating func braces() throws(Failure) -> ParsedAnswer {
    try enter()
    // Braces keep what is outside of them apart from what is inside.
    let outer = (barDepth, bracketDepth, isBeforeCondition)
    (barDepth, isBeforeCondition) = (0, false)
    defer {
      leave()
      (barDepth, bracketDepth, isBeforeCondition) = outer
    }
    guard tokens[position - 1].kind == .setOpen else {
      let inner = try answer()
      try expect(.sign("}"))
      return inner
    }
    if take(.setClose) { return .set([]) }
    // A bar behind the first element says "such that"; it opens no absolute value.
    (barDepth, isBeforeCondition) = (1, true)
    let inner = try answer()
    (barDepth, isBeforeCondition) = (0, false)
    if case .table = inner {
      // "\left\{ … \right." has no closing brace.
      _ = take(.setClose)
      return inner
    }
    if current == .sign("|") || current == .sign(":") {
      position += 1
      return try described(inner)
    }
    try expect(.setClose)
    if case .list(let items) = inner { return .set(items) }
    return .set([inner])
  }

  /// The set of all x with a condition: the condition where x is a variable, else both.
  private mutating func described(_ element: ParsedAnswer) throws(Failure) -> ParsedAnswer {
    let condition = try answer()
    try expect(.setClose)
    if case .relation(let sides, [.element]) = element {
      // {x ∈ ℝ | x > 0}: where x comes from says nothing more, if those are all numbers.
      return sides.count == 2 && sides[1] == .reals && condition.isNumberSet
        ? condition : .family("set", bounds: [element], condition)
    }
    if case .formula(.symbol, nil) = element, condition.isNumberSet { return condition }
    return .family("set", bounds: [element], condition)
  }

  /// An absolute value, behind its first bar.
  mutating func bars() throws(Failure) -> ParsedAnswer {
    barDepth += 1
    defer { barDepth -= 1 }
    let inner = try sum()
    try expect(.sign("|"))
    if case .matrix = inner { return .formula(try determinant(inner), unit: nil) }
    return .formula(.apply("abs", [try formula(inner)]), unit: nil)
  }

  /// The determinant of a matrix of up to three rows.
  func determinant(_ answer: ParsedAnswer) throws(Failure) -> Formula {
    guard case .matrix(let rows) = answer, rows.count <= 3,
      rows.allSatisfy({ $0.count == rows.count })
    else { throw .unreadable }
    return minor(of: rows)
  }

  private func minor(of rows: [[Formula]]) -> Formula {
    guard rows.count > 1 else { return rows[0][0] }
    return .sum(
      rows[0].indices.map { column in
        let rest = rows.dropFirst().map { row in
          row.indices.filter { $0 != column }.map { row[$0] }
        }
        let part = Formula.product([rows[0][column], minor(of: rest)])
        return column % 2 == 0 ? part : .negative(part)
      })
  }
}
