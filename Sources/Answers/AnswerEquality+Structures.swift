import Algebra

// Comparing what is made of several answers: sets, lists, tuples, tables, relations.

extension AnswerEquality {
  /// Tables hold the same cells in the same order; the cases of a function may come in any.
  mutating func areEqualTables(_ one: [[ParsedAnswer]], _ other: [[ParsedAnswer]]) -> Bool {
    let haveConditions = one.allSatisfy { row in row.count > 1 && row.contains(where: \.isRelation)
    }
    guard haveConditions else {
      guard one.count == other.count else { return false }
      for (a, b) in zip(one, other) where !areEqualInOrder(a, b) { return false }
      return true
    }
    return one.count == other.count
      && matchUnordered(one, other) { $0.areEqualInOrder($1, $2) }
  }

  // MARK: Sets of numbers

  /// nil where at least one of them is no set of numbers, or both are written as tuples.
  mutating func areEqualSets(_ one: ParsedAnswer, _ other: ParsedAnswer) -> Bool? {
    guard one.isNumberSet || other.isNumberSet else { return nil }
    guard !one.isEquation, !other.isEquation else { return nil }
    guard let a = RealSet(one)?.normalized, let b = RealSet(other)?.normalized else { return nil }
    let (mine, theirs) = (one.variables, other.variables)
    if !mine.isEmpty, !theirs.isEmpty, mine != theirs { return false }
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) {
      guard x.isOpenBelow == y.isOpenBelow, x.isOpenAbove == y.isOpenAbove,
        areEqual(x.lower, y.lower), areEqual(x.upper, y.upper)
      else { return false }
    }
    return true
  }

  // MARK: Lists, tuples, equations

  mutating func areEqualStructures(_ one: ParsedAnswer, _ other: ParsedAnswer) -> Bool {
    if case .relation(let a, let r) = one, case .relation(let b, let s) = other {
      return areEqualRelations(a, r, b, s)
    }
    if let set = one.membershipSet { return areEqual(set, other) }
    if let set = other.membershipSet { return areEqual(one, set) }
    if one.isEquation || other.isEquation {
      if let value = one.assignedValue, !other.isEquation { return areEqual(value, other) }
      if let value = other.assignedValue, !one.isEquation { return areEqual(one, value) }
    }
    switch (one, other) {
    case (.bracketed(let a, let b1, let b2), .bracketed(let b, let c1, let c2)):
      return b1 == c1 && b2 == c2 && areEqualInOrder(a, b)
    case (.matrix(let rows), .bracketed(let items, _, _)),
      (.bracketed(let items, _, _), .matrix(let rows)):
      guard rows.count == 1 || rows[0].count == 1 else { return false }
      return areEqualInOrder(rows.flatMap { $0 }.map { .formula($0, unit: nil) }, items)
    case (.bracketed(let a, true, true), .list(let b)),
      (.list(let b), .bracketed(let a, true, true)):
      return areEqual(tuple: a, list: b)
    case (.union(let a), .union(let b)):
      return matchUnordered(a, b) { $0.areEqual($1, $2) }
    default: break
    }
    if let decided = areEqualAssignments(one, other) { return decided }
    guard let a = one.alternatives, let b = other.alternatives else { return one == other }
    guard a.count > 1 || b.count > 1 || one.isSet || other.isSet else {
      isUndecided = true
      return one == other
    }
    if one.isSet != other.isSet, a.count == 1, b.count == 1 {
      // {5} is 5, but {{1}, {2}} is not {1, 2}.
      return nesting == 0 && areEqual(a[0], b[0])
    }
    if a.count != b.count, min(a.count, b.count) == 1, one.isSet || other.isSet {
      // A set may say an element twice, as in "1/2 or 0.5".
      return a.allSatisfy { item in b.allSatisfy { areEqual(item, $0) } }
    }
    return matchUnordered(a, b) { $0.areEqual($1, $2) }
  }

  /// A tuple and values side by side: in the tuple's order, or by their names in alphabetical order.
  private mutating func areEqual(tuple: [ParsedAnswer], list: [ParsedAnswer]) -> Bool {
    if let names = ParsedAnswer.list(list).assignedNames {
      // "x = 1, x = 2" are two solutions, no pair.
      guard names.count < 2 || names.contains(where: { $0 != names[0] }) else { return false }
      let byName = zip(names, list).sorted { "\($0.0)" < "\($1.0)" }.map(\.1)
      if areEqualInOrder(tuple, byName) { return true }
    }
    return areEqualInOrder(tuple, list)
  }

  /// Lists that give values to several names: "x = 1, y = 2" is not "x = 2, y = 1"; nil where they do not.
  private mutating func areEqualAssignments(_ one: ParsedAnswer, _ other: ParsedAnswer) -> Bool? {
    guard let names = one.assignedNames, let otherNames = other.assignedNames, names.count > 1,
      otherNames.count > 1
    else { return nil }
    let (areSeveral, otherAreSeveral) = (
      names.contains { $0 != names[0] }, otherNames.contains { $0 != otherNames[0] }
    )
    guard areSeveral || otherAreSeveral else { return nil }
    if areSeveral != otherAreSeveral {
      // x_1 = 1, x_2 = 2 are solutions for x, but x = 1, y = 2 are not.
      let (single, several) = areSeveral ? (otherNames[0], names) : (names[0], otherNames)
      guard several.allSatisfy({ $0.isIndexed(single) }) else { return false }
      return nil
    }
    guard one.isSet == other.isSet, case .some(let items) = one.items,
      case .some(let others) = other.items
    else { return false }
    return matchUnordered(items, others) { $0.areEqual($1, $2) }
  }

  mutating func areEqualInOrder(_ one: [ParsedAnswer], _ other: [ParsedAnswer]) -> Bool {
    guard one.count == other.count else { return false }
    nesting += 1
    defer { nesting -= 1 }
    for (a, b) in zip(one, other) where !areEqual(a, b) { return false }
    return true
  }

  /// Whether two lists hold the same, in any order.
  mutating func matchUnordered<Item>(
    _ one: [Item], _ other: [Item], _ areEqual: (inout AnswerEquality, Item, Item) -> Bool
  ) -> Bool {
    guard max(one.count, other.count) <= Self.maximumListCount else { return false }
    if one.count > 1 || other.count > 1 { nesting += 1 }
    defer { if one.count > 1 || other.count > 1 { nesting -= 1 } }
    guard one.count == other.count else {
      // A list may say an answer twice, but one answer is no list.
      guard one.count > 1, other.count > 1 else { return false }
      return one.allSatisfy { item in other.contains { areEqual(&self, item, $0) } }
        && other.allSatisfy { item in one.contains { areEqual(&self, $0, item) } }
    }
    var rest = other
    for item in one {
      guard let index = rest.firstIndex(where: { areEqual(&self, item, $0) }) else { return false }
      rest.remove(at: index)
    }
    return true
  }

  private mutating func areEqualRelations(
    _ a: [ParsedAnswer], _ r: [ParsedAnswer.Comparison], _ b: [ParsedAnswer],
    _ s: [ParsedAnswer.Comparison]
  ) -> Bool {
    if areEqualInOrder(a, b), r == s { return true }
    if areEqualInOrder(a, b.reversed()), r == s.reversed().map(\.reversed) { return true }
    let (one, other) = (ParsedAnswer.relation(a, r), ParsedAnswer.relation(b, s))
    if let x = one.assignedValue, let y = other.assignedValue {
      let haveFunctions = (a[0].isFunctionValue, b[0].isFunctionValue)
      // x = 1 + 1 = 2 says of x what x = 2 says, and y = x² what f(x) = x² does.
      if haveFunctions.0 || haveFunctions.1 || a.count > 2 || b.count > 2,
        a[0] == b[0] || (haveFunctions.0 != haveFunctions.1 && (a[0].isCall || b[0].isCall))
          || r == [.approximately] || s == [.approximately]
      {
        return (a[0] == b[0] || haveFunctions.0 != haveFunctions.1) && areEqual(x, y)
      }
      if a[0] == b[0], areEqual(x, y) { return true }
    }
    guard a.count == 2, b.count == 2, case .formula(let a0, _) = a[0],
      case .formula(let a1, _) = a[1],
      case .formula(let b0, _) = b[0], case .formula(let b1, _) = b[1]
    else { return false }
    let left = Formula.difference(a0, a1)
    var right = Formula.difference(b0, b1)
    if r != s {
      guard r == s.map(\.reversed) else { return false }
      right = .negative(right)
    }
    let isEquation = r == [.equal] || r == [.notEqual]
    guard left.symbols == right.symbols, !left.symbols.isEmpty else { return false }
    if compare(left, right, budget: &budget) == .exact(true) { return true }
    switch areProportional(left, right, isPositive: !isEquation, budget: &budget) {
    case .numeric(let isEqual):
      isNumeric = true
      return isEqual
    default:
      isUndecided = true
      return false
    }
  }
}
