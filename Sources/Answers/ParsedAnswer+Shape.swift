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

  /// Whether it could be a set of numbers: an interval, an inequality, or one solution.
  var mayBeNumberSet: Bool {
    switch self {
    case .bracketed(let ends, _, _): ends.count == 2
    case .relation: isInequality || assignedValue != nil
    case .set: true
    default: isNumberSet
    }
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

  /// The name that it is, or that words are: "mean".
  private var name: Formula? {
    switch self {
    case .formula(let formula, _): formula.isName ? formula : nil
    case .words(let words): .symbol(words.joined(separator: " "))
    default: nil
    }
  }

  /// What stands in a list or set.
  var items: [ParsedAnswer]? {
    switch self {
    case .list(let items), .set(let items): items
    default: nil
    }
  }

  /// Whether it is the value of a function at one place.
  var isCall: Bool {
    if case .formula(.apply, _) = self { true } else { false }
  }

  /// The names of a list of which every item gives a value to a name; nil where an item does not.
  var assignedNames: [Formula]? {
    guard let items else { return nil }
    var names: [Formula] = []
    for item in items {
      guard case .relation(let sides, _) = item, item.assignedValue != nil,
        let name = sides[0].name
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
      // A set by its condition, {x ∈ ℝ | x > 0}, has no variable of its own.
      parts.contains(.reals) ? [] : parts.reduce(into: []) { $0.formUnion($1.variables) }
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
    case .words, .intersection, .union: isNamed = true
    default: isNamed = false
    }
    guard isNamed else { return nil }
    if case .formula(let formula, _) = sides[0], formula.symbols.isEmpty, !formula.isName {
      // 7 = 11a + c gives no value to anything; 5 + 3 = 8 does.
      guard case .formula(let last, _) = sides[sides.count - 1], last.symbols.isEmpty else {
        return nil
      }
    }
    // x = 1/3 ≈ 0.33 states 1/3, and so does 1/3 ≈ 0.33.
    let isNameless = if case .formula(let first, _) = sides[0] { !first.isName } else { false }
    let end =
      relations.firstIndex(of: .approximately).map { max($0, isNameless ? 0 : 1) }
      ?? sides.count - 1
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
        } else if case .bracketed(let parts, let isOpenBelow, let isOpenAbove) = value {
          values += parts.signChoices.map {
            .bracketed($0, isOpenBelow: isOpenBelow, isOpenAbove: isOpenAbove)
          }
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
    case .bracketed(let parts, let isOpenBelow, let isOpenAbove):
      return parts.signChoices.map {
        .bracketed($0, isOpenBelow: isOpenBelow, isOpenAbove: isOpenAbove)
      }
    case .relation: return assignedValue?.alternatives ?? [self]
    default: return [self]
    }
  }
}

extension [ParsedAnswer] {
  /// The tuples that a tuple with ± stands for: (±1, 2) is two points. At most 16.
  fileprivate var signChoices: [[ParsedAnswer]] {
    var tuples: [[ParsedAnswer]] = [[]]
    for part in self {
      guard case .formula(let formula, let unit) = part else {
        tuples = tuples.map { $0 + [part] }
        continue
      }
      let choices = formula.signChoices
      guard tuples.count * choices.count <= 16 else { return [self] }
      tuples = tuples.flatMap { tuple in choices.map { tuple + [.formula($0, unit: unit)] } }
    }
    return tuples
  }
}
