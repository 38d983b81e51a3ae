import Algebra
import Arithmetic

/// Compares parsed answers. Both orders of the arguments give the same.
struct AnswerEquality {
  /// Larger lists are not compared.
  static let maximumListCount = 200

  /// Decimals to which numbers are rounded before they are compared; nil compares them as they are.
  let decimalPlaces: Int?
  /// What this comparison may still cost, all of its parts together.
  var budget = OperationBudget()
  /// In how many lists, sets and tuples what is compared stands.
  var nesting = 0
  /// Whether values, not exact forms, decided something.
  var isNumeric = false
  /// Whether something could not be decided.
  var isUndecided = false

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
    // A decimal that ends would have been printed as it is.
    guard (one.isPrintedDouble ? other : one).rational?.isTerminating != true,
      abs(a.value - b.value) <= 4e-15 * abs(a.value)
    else { return false }
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
    if case .named(let one)? = first, case .named(let other)? = second, one != other {
      if let x = MeasuringUnit(one), let y = MeasuringUnit(other) {
        guard x.isComparable(with: y) else { return false }
        return areEqual(.product([.number(x.scale), a]), .product([.number(y.scale), b]))
      }
      // "3 apples and 5 oranges" is not "5 apples and 3 oranges".
      if nesting > 0 { return false }
    }
    if !areOfDifferentKinds(first, second), areEqual(a, b) { return true }
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
    case (.degree?, .named(let name)?) where MeasuringUnit(name) == MeasuringUnit("rad"):
      return areEqual(a.inRadians, b)
    case (.named(let name)?, .degree?) where MeasuringUnit(name) == MeasuringUnit("rad"):
      return areEqual(a, b.inRadians)
    default: return false
    }
  }

  /// Whether one is a percentage or an angle, and the other a length, say.
  private func areOfDifferentKinds(_ one: ParsedAnswer.Unit?, _ other: ParsedAnswer.Unit?) -> Bool {
    switch (one, other) {
    case (nil, _), (_, nil), (.percent?, .percent?), (.degree?, .degree?): false
    case (.named(let name)?, .named?): name.isEmpty
    case (.named(let name)?, _), (_, .named(let name)?): MeasuringUnit(name) != nil
    default: true
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
