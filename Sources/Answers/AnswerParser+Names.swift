import Algebra

extension AnswerParser {
  /// A variable or constant, or the value of a function.
  mutating func letter(_ letter: String) throws(Failure) -> ParsedAnswer {
    var name = letter
    if current == .sign("_") {
      position += 1
      name += "_" + (try subscriptText())
    }
    if name == "e" { return .formula(.constant(.e), unit: nil) }
    if name == "i" { return .formula(.constant(.imaginary), unit: nil) }
    let primes = primesOfFunction()
    guard kind(ahead: primes) == .sign("("), !tokens[position + primes].isSpaced else {
      return .formula(.symbol(name), unit: nil)
    }
    return .formula(try call(name, primes: primes), unit: nil)
  }

  /// How many primes stand between a function's name and its argument.
  private func primesOfFunction() -> Int {
    var count = 0
    while kind(ahead: count) == .sign("'") { count += 1 }
    return count
  }

  /// f(x), and a capital letter before numbers, letters or statements in parentheses, are values of functions.
  private mutating func call(_ name: String, primes: Int) throws(Failure) -> Formula {
    let isCapital = name.first?.isUppercase == true
    let isFunction = ["f", "g", "h"].contains(name) || name.utf8.count > 1 && name.first != "\\"
    let start = position
    if isFunction || (isCapital && hasSimpleArguments(behind: primes)) {
      position += primes + 1
      let marks = String(repeating: "'", count: primes)
      if let arguments = try? formulas(), take(.sign(")")) {
        return .apply(name + marks + "()", arguments)
      }
      position = start
    }
    guard isCapital, let text = statementInParentheses() else { return .symbol(name) }
    return .symbol(name + "(" + text + ")")
  }

  private mutating func formulas() throws(Failure) -> [Formula] {
    var formulas = [try formula(sum())]
    while take(.sign(",")) { formulas.append(try formula(sum())) }
    return formulas
  }

  /// Whether the parentheses hold one piece, or several letters: P(x), F(x, y), but not the point A(1, 2).
  private func hasSimpleArguments(behind primes: Int) -> Bool {
    var place = position + primes + 1
    guard place + 1 < limit else { return false }
    if tokens[place + 1].kind == .sign(")") { return true }
    while place + 1 < limit, case .letter = tokens[place].kind {
      if tokens[place + 1].kind == .sign(")") { return true }
      guard tokens[place + 1].kind == .sign(",") else { return false }
      place += 2
    }
    return false
  }

  /// The text of parentheses that hold a statement or a condition, as in P(X = 5); nil where they hold none.
  private mutating func statementInParentheses() -> String? {
    guard current == .sign("(") else { return nil }
    var level = 0
    var text = ""
    var isStatement = false
    for index in position..<limit {
      switch tokens[index].kind {
      case .sign("("): level += 1
      case .sign(")"): level -= 1
      case .relation, .sign("|"), .setOpen, .union, .intersection, .word: isStatement = true
      default: break
      }
      if level == 0 {
        guard isStatement else { return nil }
        position = index + 1
        return String(text.dropFirst())
      }
      text += self.text(index)
    }
    return nil
  }

  /// What stands below, without braces and blanks.
  mutating func subscriptText() throws(Failure) -> String {
    guard position < limit else { throw .unreadable }
    guard take(.sign("{")) else {
      defer { position += 1 }
      return text(position)
    }
    var text = ""
    var depth = 1
    while position < limit {
      switch current {
      case .sign("{"): depth += 1
      case .sign("}"): depth -= 1
      default: text += self.text(position)
      }
      position += 1
      if depth == 0 { return text }
    }
    throw .unreadable
  }
}
