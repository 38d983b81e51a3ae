import Algebra
import Arithmetic

extension AnswerParser {
  mutating func primary() throws(Failure) -> ParsedAnswer {
    guard let kind = current else { throw .unreadable }
    switch kind {
    case .digits, .sign("."): return .formula(try number(), unit: nil)
    case .letter(let name):
      position += 1
      return try letter(name)
    case .word(let name) where argumentDepth > 0:
      position += 1
      return .formula(.symbol(name), unit: nil)
    case .sign("("), .sign("["):
      position += 1
      return try group(isOpenBelow: kind == .sign("("))
    case .sign("{"), .setOpen:
      position += 1
      return try braces()
    case .sign("|"):
      position += 1
      return try bars()
    case .command(let name):
      position += 1
      return try command(name)
    default: throw .unreadable
    }
  }

  private mutating func command(_ name: String) throws(Failure) -> ParsedAnswer {
    if let function = LaTeXMeaning.functions[name] { return try application(function) }
    switch name {
    case "frac":
      let above = try argument()
      return .formula(.quotient(above, try argument()), unit: nil)
    case "sqrt": return .formula(try root(), unit: nil)
    case "cbrt":
      return .formula(.power(try argument(), .quotient(.integer(1), .integer(3))), unit: nil)
    case "pi": return .formula(.constant(.pi), unit: nil)
    case "infty": return .formula(.constant(.infinity), unit: nil)
    case "binom":
      let above = try argument()
      return .formula(.apply("binom", [above, try argument()]), unit: nil)
    case "emptyset": return .set([])
    case "reals": return .reals
    case "mathbb": return try numberSet()
    case "bar", "hat", "vec", "overline", "overrightarrow", "dot", "ddot", "tilde", "widehat",
      "underline", "widetilde":
      return .formula(.symbol(name + ":" + (try subscriptText())), unit: nil)
    case "lfloor", "lceil":
      let inner = try formula(sum())
      try expect(.command(name == "lfloor" ? "rfloor" : "rceil"))
      return .formula(.apply(name == "lfloor" ? "floor" : "ceil", [inner]), unit: nil)
    case "max", "min":
      guard current == .sign("(") || current == .sign("[") || current == .setOpen else {
        throw .unreadable
      }
      return try application(name)
    case "sum", "prod", "int", "lim", "bigcup", "bigcap": return try series(name)
    case "begin": return try table()
    default:
      guard let fraction = Self.vulgarFractions[name] else { throw .unreadable }
      return .formula(.number(fraction), unit: nil)
    }
  }

  /// ℝ, and other sets by their letters.
  private mutating func numberSet() throws(Failure) -> ParsedAnswer {
    let name = try subscriptText()
    guard name.utf8.count == 1 else { throw .unreadable }
    return name == "R" && current != .sign("^")
      ? .reals : .formula(.symbol("mathbb:" + name), unit: nil)
  }

  /// A sum, product, integral, limit or union over a range, kept as it is.
  private mutating func series(_ name: String) throws(Failure) -> ParsedAnswer {
    var bounds: [ParsedAnswer] = []
    while current == .sign("_") || current == .sign("^") {
      let isBelow = take(.sign("_"))
      if !isBelow { position += 1 }
      guard isBelow, take(.sign("{")) else {
        bounds.append(.formula(try argument(), unit: nil))
        continue
      }
      if case .letter(let index)? = current, kind(ahead: 1) == .command("to") {
        position += 2
        bounds.append(.formula(.symbol(index), unit: nil))
      }
      bounds.append(try answer())
      try expect(.sign("}"))
    }
    let body = try product()
    guard case .formula(let inner, _) = body, name != "bigcup", name != "bigcap" else {
      return .family(name, bounds: bounds, body)
    }
    var parts: [Formula] = []
    for bound in bounds {
      switch bound {
      case .formula(let formula, _): parts.append(formula)
      case .relation(let sides, [.equal]):
        for side in sides { parts.append(try formula(side)) }
      default: return .family(name, bounds: bounds, body)
      }
    }
    return .formula(.apply(name, parts + [inner]), unit: nil)
  }

  private mutating func root() throws(Failure) -> Formula {
    var degree = Formula.integer(2)
    if take(.sign("[")) {
      degree = try formula(sum())
      try expect(.sign("]"))
    }
    // "\sqrt12" of plain text is √12.
    let radicand = current == .digits ? try number() : try argument()
    return .power(radicand, .quotient(.integer(1), degree))
  }

  /// A function with its power, base and argument; without parentheses the argument is the product that follows.
  private mutating func application(_ function: String) throws(Failure) -> ParsedAnswer {
    var name = function
    var exponent: Formula?
    var base: Formula?
    while current == .sign("^") || current == .sign("_") {
      let isPower = take(.sign("^"))
      if !isPower { position += 1 }
      let value = try argument()
      if isPower { exponent = value } else { base = value }
    }
    if exponent == .integer(-1), ["sin", "cos", "tan", "cot"].contains(name) {
      name = "arc" + name
      exponent = nil
    }
    let operands = try operands()
    if name == "det", case .matrix? = operands.first {
      return .formula(try determinant(operands[0]), unit: nil)
    }
    var arguments = base.map { [$0] } ?? []
    for operand in operands {
      guard case .formula(let argument, let unit) = operand else { throw .unreadable }
      arguments.append(unit == .degree ? argument.inRadians : argument)
    }
    let value = Formula.apply(name, arguments)
    return .formula(exponent.map { .power(value, $0) } ?? value, unit: nil)
  }

  private mutating func operands() throws(Failure) -> [ParsedAnswer] {
    switch current {
    case .sign("("), .sign("["), .sign("{"), .sign("|"), .setOpen:
      switch try primary() {
      case .bracketed(let items, _, _), .set(let items): return items
      case let operand:
        // "\sin(x)^2" squares the sine's argument's parentheses, as \sin{x}^2 does.
        return [operand]
      }
    default:
      let first = try power()
      guard case .formula(let factor, var unit) = first else { return [first] }
      var factors = [factor]
      while startsFactor {
        if case .command(let next)? = current, LaTeXMeaning.functions[next] != nil { break }
        if current == .sign("(") || current == .sign("[") { break }
        guard case .formula(let next, let own) = try power() else { throw .unreadable }
        unit = unit ?? own
        factors.append(next)
      }
      return [.formula(factors.count == 1 ? factors[0] : .product(factors), unit: unit)]
    }
  }
}

extension Formula {
  /// An angle in degrees, in radians.
  var inRadians: Formula { .product([self, .quotient(.constant(.pi), .integer(180))]) }
}
