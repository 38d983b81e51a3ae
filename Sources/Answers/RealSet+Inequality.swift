import Algebra

// Inequalities in one variable, as the sets that they describe.

extension RealSet {
  /// The values of the variable of an inequality or membership; nil where it takes more than linear steps to find them.
  init?(_ sides: [ParsedAnswer], _ relations: [ParsedAnswer.Comparison]) {
    self.init(intervals: [])
    if relations == [.element] {
      guard let set = RealSet(sides[1]) else { return nil }
      intervals = set.intervals
      return
    }
    var formulas: [Formula] = []
    for side in sides {
      guard case .formula(let formula, nil) = side else { return nil }
      formulas.append(formula)
    }
    if relations == [.notEqual] {
      guard let root = Self.root(formulas[0], formulas[1]) else { return nil }
      intervals = [
        Interval(
          lower: .negative(Self.infinity), upper: root, isOpenBelow: true, isOpenAbove: true),
        Interval(lower: root, upper: Self.infinity, isOpenBelow: true, isOpenAbove: true),
      ]
      return
    }
    var relations = relations
    if let first = relations.first, first == .greater || first == .greaterOrEqual {
      formulas.reverse()
      relations = relations.reversed().map(\.reversed)
    }
    guard relations.allSatisfy({ $0 == .less || $0 == .lessOrEqual }),
      let (middle, range) = Self.bounded(formulas, relations),
      let solution = Self.solutions(of: middle, in: range)
    else { return nil }
    intervals = solution
  }

  /// Where two sides are equal, of which one is a name and the other a number, or their difference is linear.
  private static func root(_ one: Formula, _ other: Formula) -> Formula? {
    if one.isName, other.symbols.isEmpty { return other }
    guard let (slope, offset) = Formula.difference(one, other).affineParts else { return nil }
    return .negative(.quotient(offset, slope))
  }

  /// What lies between bounds, and the bounds; nil for more than one variable side.
  private static func bounded(
    _ formulas: [Formula], _ relations: [ParsedAnswer.Comparison]
  ) -> (Formula, Interval)? {
    let isOpenAbove = relations[relations.count - 1] == .less
    switch formulas.count {
    case 2 where formulas[0].symbols.isEmpty:
      return (
        formulas[1],
        Interval(
          lower: formulas[0], upper: infinity, isOpenBelow: relations[0] == .less,
          isOpenAbove: true)
      )
    case 2:
      let isBound = formulas[1].symbols.isEmpty
      return (
        isBound ? formulas[0] : .difference(formulas[0], formulas[1]),
        Interval(
          lower: .negative(infinity), upper: isBound ? formulas[1] : .integer(0),
          isOpenBelow: true, isOpenAbove: isOpenAbove)
      )
    case 3 where formulas[0].symbols.isEmpty && formulas[2].symbols.isEmpty:
      return (
        formulas[1],
        Interval(
          lower: formulas[0], upper: formulas[2], isOpenBelow: relations[0] == .less,
          isOpenAbove: isOpenAbove)
      )
    default: return nil
    }
  }

  /// The values of the variable at which a formula lies in a range.
  private static func solutions(of formula: Formula, in range: Interval) -> [Interval]? {
    if case .apply("abs", let arguments) = formula, arguments.count == 1 {
      guard let pieces = mirrored(range) else { return nil }
      var solutions: [Interval] = []
      for piece in pieces {
        guard let part = self.solutions(of: arguments[0], in: piece) else { return nil }
        solutions += part
      }
      return solutions
    }
    if formula.isName { return [range] }
    guard let (slope, offset) = formula.affineParts, let sign = slope.realValue?.value, sign != 0
    else { return nil }
    func solution(_ end: Formula) -> Formula {
      guard let value = end.extendedValue, value.isInfinite else {
        return .quotient(.difference(end, offset), slope)
      }
      return (value < 0) == (sign > 0) ? .negative(infinity) : infinity
    }
    let (lower, upper) = (solution(range.lower), solution(range.upper))
    return [
      sign > 0
        ? Interval(
          lower: lower, upper: upper, isOpenBelow: range.isOpenBelow,
          isOpenAbove: range.isOpenAbove)
        : Interval(
          lower: upper, upper: lower, isOpenBelow: range.isOpenAbove,
          isOpenAbove: range.isOpenBelow)
    ]
  }

  /// The numbers whose absolute values lie in a range.
  private static func mirrored(_ range: Interval) -> [Interval]? {
    guard let lower = range.lower.extendedValue, let upper = range.upper.extendedValue else {
      return nil
    }
    let negative = Interval(
      lower: .negative(range.upper), upper: .negative(range.lower),
      isOpenBelow: range.isOpenAbove, isOpenAbove: range.isOpenBelow)
    if lower >= 0 { return [negative, range] }
    if upper < 0 { return [] }
    // |x| < 1 says nothing below, as absolute values are never negative.
    return [
      Interval(
        lower: negative.lower, upper: range.upper, isOpenBelow: negative.isOpenBelow,
        isOpenAbove: range.isOpenAbove)
    ]
  }
}
