import Algebra
import Arithmetic

/// Compares parsed answers. Both orders of the arguments give the same.
struct AnswerEquality {
  /// Larger lists are not compared.
  static let maximumListCount = 200

  /// Decimals to which numbers are rounded before they are compared; nil compares them as they are.
  let decimalPlaces: Int?
  /// What this comparison may still cost, all of its parts together.
  private var budget = OperationBudget()
  /// Whether values, not exact forms, decided something.
  private(set) var isNumeric = false
  /// Whether something could not be decided.
  private(set) var isUndecided = false

  init(decimalPlaces: Int?) { self.decimalPlaces = decimalPlaces }

  mutating func areEqual(_ one: ParsedAnswer, _ other: ParsedAnswer) -> Bool {
    switch (one, other) {
    case (.formula(let a, let first), .formula(let b, let second)):
      return areEqual(a, first, b, second)
    case (.matrix(let a), .matrix(let b)):
      return a.count == b.count && areEqual(a.flatMap { $0 }, b.flatMap { $0 })
    case (.ratio(let a), .ratio(let b)): return areSameRatio(a, b)
    case (.time, .time), (.time, .ratio), (.ratio, .time): return areSameTimes(one, other)
    case (.passage(let a), .passage(let b)): return areEqualInOrder(a, b)
    case (.table(let a), .table(let b)): return areEqualTables(a, b)
    case (.family(let a, let bounds, let body), .family(let b, let others, let other)):
      return a == b && areEqualInOrder(bounds, others) && areEqual(body, other)
    case (.ratio(let parts), .formula(let value, nil)),
      (.formula(let value, nil), .ratio(let parts)):
      return parts.count == 2 && areEqual(.quotient(parts[0], parts[1]), value)
    case (.words(let a), .words(let b)):
      return a.joined() == b.joined()
    case (.words(let words), .formula(.symbol(let name), nil)),
      (.formula(.symbol(let name), nil), .words(let words)):
      return words.count == 1 && words[0] == name.lowercased()
    case (.words(let words), .formula(.constant(let constant), nil)),
      (.formula(.constant(let constant), nil), .words(let words)):
      return (words == ["e"] && constant == .e) || (words == ["i"] && constant == .imaginary)
    case (.words, .formula), (.formula, .words), (.words, .relation), (.relation, .words):
      return false
    default: break
    }
    if let decided = areEqualSets(one, other) { return decided }
    return areEqualStructures(one, other)
  }

  // MARK: Formulas

  private mutating func areEqual(_ one: [Formula], _ other: [Formula]) -> Bool {
    guard one.count == other.count else { return false }
    for (a, b) in zip(one, other) where !areEqual(a, b) { return false }
    return true
  }

  mutating func areEqual(_ one: Formula, _ other: Formula) -> Bool {
    let (a, b) = (one.signChoices, other.signChoices)
    guard a.count == 1, b.count == 1 else {
      return matchUnordered(a, b) { $0.areEqual($1, $2) }
    }
    if let places = decimalPlaces, areEqual(a[0], b[0], places: places) { return true }
    switch compare(a[0], b[0], budget: &budget) {
    case .exact(let isEqual):
      if isEqual { return true }
    case .numeric(let isEqual):
      isNumeric = true
      if isEqual { return true }
    case .undecided:
      isUndecided = true
      return a[0] == b[0]
    }
    return areSamePrinted(a[0], b[0])
  }

  /// A decimal of at least 15 significant digits is what a program prints for a number that it cannot print exactly.
  private mutating func areSamePrinted(_ one: Formula, _ other: Formula) -> Bool {
    guard one.isPrintedDouble != other.isPrintedDouble, let a = one.realValue,
      let b = other.realValue
    else { return false }
    guard abs(a.value - b.value) <= 4e-15 * abs(a.value) else { return false }
    isNumeric = true
    return true
  }

  private func areEqual(_ one: Formula, _ other: Formula, places: Int) -> Bool {
    guard let a = one.realValue?.value, let b = other.realValue?.value else { return false }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let (x, y) = (a * scale, b * scale)
    // Halves go either way.
    let close = { (value: Double) in [(value - 1e-9).rounded(), (value + 1e-9).rounded()] }
    return close(x).contains { close(y).contains($0) }
  }

  private mutating func areEqual(
    _ a: Formula, _ first: ParsedAnswer.Unit?, _ b: Formula, _ second: ParsedAnswer.Unit?
  ) -> Bool {
    if case .named(let one)? = first, case .named(let other)? = second,
      let x = MeasuringUnit(one), let y = MeasuringUnit(other), x != y
    {
      guard x.dimension == y.dimension else { return false }
      return areEqual(.product([.number(x.scale), a]), .product([.number(y.scale), b]))
    }
    if areEqual(a, b) { return true }
    // 50% is 0.5 as well as 50 with its unit; 90° is π/2 as well.
    let hundredth = Formula.power(.integer(100), .integer(-1))
    switch (first, second) {
    case (.percent?, .percent?), (.degree?, .degree?): return false
    case (.percent?, nil): return areEqual(.product([hundredth, a]), b)
    case (nil, .percent?): return areEqual(a, .product([hundredth, b]))
    case (.degree?, nil) where b.contains { $0 == .constant(.pi) }:
      return areEqual(a.inRadians, b)
    case (nil, .degree?) where a.contains { $0 == .constant(.pi) }:
      return areEqual(a, b.inRadians)
    default: return false
    }
  }

  private mutating func areSameRatio(_ one: [Formula], _ other: [Formula]) -> Bool {
    guard one.count == other.count, one.count > 1 else { return false }
    for index in 1..<one.count {
      let (left, right) = (
        Formula.product([one[0], other[index]]), Formula.product([other[0], one[index]])
      )
      // Parts that are 0 have no ratio: 12:0 is not 1:0.
      guard areEqual(left, right), !areEqual(one[index], .integer(0)),
        !areEqual(other[index], .integer(0))
      else { return false }
    }
    return true
  }

  /// Times of day are equal where hour and minute are, and the half of the day where both name it; 3:15 may be a ratio, too.
  private mutating func areSameTimes(_ one: ParsedAnswer, _ other: ParsedAnswer) -> Bool {
    if case .time(let hour, let minute, let half) = one,
      case .time(let otherHour, let otherMinute, let otherHalf) = other
    {
      if let half, let otherHalf, half != otherHalf { return false }
      if hour == otherHour, minute == otherMinute { return true }
      let later = half == .afternoon ? hour + 12 : hour
      let otherLater = otherHalf == .afternoon ? otherHour + 12 : otherHour
      if minute == otherMinute, later == otherLater { return true }
    }
    guard let a = one.ratioParts, let b = other.ratioParts else { return false }
    return areSameRatio(a, b)
  }

  /// Tables hold the same cells in the same order; the cases of a function may come in any.
  private mutating func areEqualTables(_ one: [[ParsedAnswer]], _ other: [[ParsedAnswer]]) -> Bool {
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
  private mutating func areEqualSets(_ one: ParsedAnswer, _ other: ParsedAnswer) -> Bool? {
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

  private mutating func areEqualStructures(_ one: ParsedAnswer, _ other: ParsedAnswer) -> Bool {
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
      return areEqualInOrder(a, b)
    case (.union(let a), .union(let b)):
      return matchUnordered(a, b) { $0.areEqual($1, $2) }
    default: break
    }
    if case .list(let items) = one, case .list(let others) = other,
      let names = one.assignedNames, let otherNames = other.assignedNames,
      names.contains(where: { $0 != names[0] }), names.allSatisfy(otherNames.contains),
      otherNames.allSatisfy(names.contains)
    {
      // "x = 1, y = 2" is not "x = 2, y = 1".
      return matchUnordered(items, others) { $0.areEqual($1, $2) }
    }
    guard let a = one.alternatives, let b = other.alternatives else { return one == other }
    guard a.count > 1 || b.count > 1 || one.isSet || other.isSet else {
      isUndecided = true
      return one == other
    }
    if one.isSet != other.isSet, a.count == 1, b.count == 1 {
      return areEqual(a[0], b[0])
    }
    return matchUnordered(a, b) { $0.areEqual($1, $2) }
  }

  private mutating func areEqualInOrder(_ one: [ParsedAnswer], _ other: [ParsedAnswer]) -> Bool {
    guard one.count == other.count else { return false }
    for (a, b) in zip(one, other) where !areEqual(a, b) { return false }
    return true
  }

  /// Whether two lists hold the same, in any order.
  private mutating func matchUnordered<Item>(
    _ one: [Item], _ other: [Item], _ areEqual: (inout AnswerEquality, Item, Item) -> Bool
  ) -> Bool {
    guard max(one.count, other.count) <= Self.maximumListCount else { return false }
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
      if a[0].isFunctionValue || b[0].isFunctionValue { return areEqual(x, y) }
      // x = 1 + 1 = 2 says of x what x = 2 says.
      if a.count > 2 || b.count > 2 { return areEqual(a[0], b[0]) && areEqual(x, y) }
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

extension Formula {
  /// Whether it is a decimal of at least 15 significant digits.
  fileprivate var isPrintedDouble: Bool {
    guard case .number(let value) = self else {
      if case .product(let parts) = self, parts.count == 2, parts[0] == .integer(-1) {
        return parts[1].isPrintedDouble
      }
      return false
    }
    guard !value.isInteger, value.isTerminating else { return false }
    guard let (above, _) = value.words else { return true }
    return above.magnitude > 100_000_000_000
  }
}
