import Algebra

extension ParsedAnswer {
  var isEquation: Bool {
    guard case .relation(_, let relations) = self else { return false }
    return relations.contains(.equal) || relations.contains(.approximately)
  }

  var isInequality: Bool {
    guard case .relation(_, let relations) = self else { return false }
    return !isEquation && relations != [.element]
  }

  var isRelation: Bool {
    if case .relation = self { true } else { false }
  }

  /// The two parts of what is a ratio, or may be one.
  var ratioParts: [Formula]? {
    switch self {
    case .ratio(let parts): parts
    case .time(let hour, let minute, nil) where minute >= 10: [.integer(hour), .integer(minute)]
    default: nil
    }
  }

  /// Whether it can only be a set of numbers, not a tuple.
  var isNumberSet: Bool {
    switch self {
    case .reals, .union, .intersection, .difference: true
    case .bracketed(_, let isOpenBelow, let isOpenAbove): isOpenBelow != isOpenAbove
    case .relation: !isEquation
    default: false
    }
  }

  /// What a name is said to be one of: the set {1, 2} of x ∈ {1, 2}.
  var membershipSet: ParsedAnswer? {
    guard case .relation(let sides, [.element]) = self, case .formula(let name, _) = sides[0],
      name.isName
    else { return nil }
    return sides[1]
  }

  /// The names of a list of which every item gives a value to a name; nil where an item does not.
  var assignedNames: [Formula]? {
    guard case .list(let items) = self else { return nil }
    var names: [Formula] = []
    for item in items {
      guard case .relation(let sides, _) = item, item.assignedValue != nil,
        case .formula(let name, _) = sides[0], name.isName
      else { return nil }
      names.append(name)
    }
    return names
  }

  var isSet: Bool {
    if case .set = self { true } else { false }
  }

  /// Whether it is the value of a function, or a quantity made of several names.
  var isFunctionValue: Bool {
    guard case .formula(let formula, _) = self else { return false }
    if case .symbol = formula { return false }
    return formula.isName
  }

  /// The names of the variables of a relation, or of several.
  var variables: Set<String> {
    switch self {
    case .relation(let parts, let relations) where relations != [.element]:
      parts.reduce(into: []) { names, side in
        if case .formula(let formula, _) = side { names.formUnion(formula.symbols) }
      }
    case .union(let parts), .intersection(let parts):
      parts.reduce(into: []) { $0.formUnion($1.variables) }
    default: []
    }
  }

  /// What a name is said to be: 3 of x = 3; the exact value where an approximation follows.
  var assignedValue: ParsedAnswer? {
    guard case .relation(let sides, let relations) = self,
      relations.allSatisfy({ $0 == .equal || $0 == .approximately })
    else { return nil }
    let isNamed: Bool
    switch sides[0] {
    case .formula(let formula, _): isNamed = formula.isName || formula.symbols.isEmpty
    case .bracketed(let items, _, _):
      isNamed = items.allSatisfy { item in
        if case .formula(let formula, _) = item { formula.isName } else { false }
      }
    case .ratio(let parts): isNamed = parts.allSatisfy(\.isName)
    case .words: isNamed = true
    default: isNamed = false
    }
    guard isNamed else { return nil }
    if case .formula(let formula, _) = sides[0], formula.symbols.isEmpty, !formula.isName {
      // 7 = 11a + c gives no value to anything; 5 + 3 = 8 does.
      guard case .formula(let last, _) = sides[sides.count - 1], last.symbols.isEmpty else {
        return nil
      }
    }
    // x = 1/3 ≈ 0.33 states 1/3.
    let end = relations.firstIndex(of: .approximately).map { max($0, 1) } ?? sides.count - 1
    if case .formula(let name, _) = sides[0], case .symbol(let symbol) = name,
      case .formula(let value, _) = sides[end], value.symbols.contains(symbol)
    {
      return nil
    }
    return sides[end]
  }

  /// The answers of a list or set, a name before the first one said of all; ± gives two.
  var alternatives: [ParsedAnswer]? {
    switch self {
    case .list(let items), .set(let items):
      var values: [ParsedAnswer] = []
      for item in items {
        let value = item.assignedValue ?? item
        if case .formula(let formula, let unit) = value {
          values += formula.signChoices.map { .formula($0, unit: unit) }
        } else {
          values.append(value)
        }
      }
      guard isSet, values.count <= AnswerEquality.maximumListCount else { return values }
      return values.reduce(into: []) { distinct, value in
        if !distinct.contains(value) { distinct.append(value) }
      }
    case .formula(let formula, let unit):
      return formula.signChoices.map { .formula($0, unit: unit) }
    case .relation: return assignedValue?.alternatives ?? [self]
    default: return [self]
    }
  }
}
