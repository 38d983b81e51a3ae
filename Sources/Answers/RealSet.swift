import Algebra
import Arithmetic

/// A set of real numbers as intervals, in their order.
struct RealSet {
  /// An interval; a point is closed at both of its equal ends.
  struct Interval {
    let lower: Formula
    let upper: Formula
    var isOpenBelow: Bool
    var isOpenAbove: Bool
  }

  static let infinity = Formula.constant(.infinity)
  static let reals = RealSet(
    intervals: [
      Interval(
        lower: .negative(infinity), upper: infinity, isOpenBelow: true, isOpenAbove: true)
    ])

  var intervals: [Interval]

  init(intervals: [Interval]) { self.intervals = intervals }

  /// nil where the answer is no set of real numbers.
  init?(_ answer: ParsedAnswer) {
    self.init(intervals: [])
    switch answer {
    case .reals: intervals = Self.reals.intervals
    case .bracketed(let ends, let isOpenBelow, let isOpenAbove):
      guard ends.count == 2, case .formula(let lower, nil) = ends[0],
        case .formula(let upper, nil) = ends[1]
      else { return nil }
      intervals = [
        Interval(lower: lower, upper: upper, isOpenBelow: isOpenBelow, isOpenAbove: isOpenAbove)
      ]
    case .set(let items):
      intervals = []
      for item in items {
        guard case .formula(let point, nil) = item else { return nil }
        for value in point.signChoices {
          intervals.append(
            Interval(lower: value, upper: value, isOpenBelow: false, isOpenAbove: false))
        }
      }
    case .union(let pieces):
      intervals = []
      for piece in pieces {
        guard let set = RealSet(piece) else { return nil }
        intervals += set.intervals
      }
    case .intersection(let pieces):
      guard let first = pieces.first, var set = RealSet(first)?.joined else { return nil }
      for piece in pieces.dropFirst() {
        guard let next = RealSet(piece)?.joined, let both = set.intersected(with: next) else {
          return nil
        }
        set = both
      }
      intervals = set.intervals
    case .difference(let whole, let part):
      guard let whole = RealSet(whole)?.joined, let rest = RealSet(part)?.joined?.complement,
        let set = whole.intersected(with: rest)
      else { return nil }
      intervals = set.intervals
    case .relation(let sides, let relations):
      guard let set = RealSet(sides, relations) else { return nil }
      intervals = set.intervals
    default: return nil
    }
  }

  /// The same set with intervals that touch joined; nil where they cannot be ordered.
  private var joined: RealSet? { normalized.map { RealSet(intervals: $0) } }

  /// All numbers that are not in the set, whose intervals are in order and joined.
  private var complement: RealSet {
    var gaps: [Interval] = []
    var (lower, isOpen) = (Formula.negative(Self.infinity), true)
    for interval in intervals {
      if interval.lower != .negative(Self.infinity) {
        gaps.append(
          Interval(
            lower: lower, upper: interval.lower, isOpenBelow: isOpen,
            isOpenAbove: !interval.isOpenBelow))
      }
      (lower, isOpen) = (interval.upper, !interval.isOpenAbove)
    }
    if lower != Self.infinity {
      gaps.append(
        Interval(lower: lower, upper: Self.infinity, isOpenBelow: isOpen, isOpenAbove: true))
    }
    return RealSet(intervals: gaps)
  }

  /// What lies in both sets; nil where ends cannot be ordered.
  private func intersected(with other: RealSet) -> RealSet? {
    var common: [Interval] = []
    for a in intervals {
      for b in other.intervals {
        guard let lowerA = a.lower.extendedValue, let lowerB = b.lower.extendedValue,
          let upperA = a.upper.extendedValue, let upperB = b.upper.extendedValue
        else { return nil }
        let (lower, upper) = (max(lowerA, lowerB), min(upperA, upperB))
        let interval = Interval(
          lower: lowerA >= lowerB ? a.lower : b.lower,
          upper: upperA <= upperB ? a.upper : b.upper,
          isOpenBelow: (lowerA == lower && a.isOpenBelow) || (lowerB == lower && b.isOpenBelow),
          isOpenAbove: (upperA == upper && a.isOpenAbove) || (upperB == upper && b.isOpenAbove))
        let isPoint = lower == upper && !interval.isOpenBelow && !interval.isOpenAbove
        if lower < upper || isPoint { common.append(interval) }
      }
    }
    return RealSet(intervals: common)
  }

  /// Its intervals by their ends, those that touch joined; nil where the ends have no values to order them by.
  var normalized: [Interval]? {
    var keyed: [(Double, Double, Interval)] = []
    for interval in intervals {
      guard let lower = interval.lower.extendedValue, let upper = interval.upper.extendedValue
      else {
        return nil
      }
      keyed.append((lower, upper, interval))
    }
    keyed.sort { ($0.0, $0.1) < ($1.0, $1.1) }
    var joined: [(Double, Double, Interval)] = []
    for next in keyed {
      guard let last = joined.last,
        last.1 > next.0
          || (last.1 == next.0 && !(last.2.isOpenAbove && next.2.isOpenBelow))
      else {
        joined.append(next)
        continue
      }
      joined.removeLast()
      let reachesFurther = next.1 > last.1
      let upper = reachesFurther ? next.2 : last.2
      let isOpenAbove =
        next.1 == last.1 ? last.2.isOpenAbove && next.2.isOpenAbove : upper.isOpenAbove
      joined.append(
        (
          last.0, max(last.1, next.1),
          Interval(
            lower: last.2.lower, upper: upper.upper,
            isOpenBelow: last.0 == next.0
              ? last.2.isOpenBelow && next.2.isOpenBelow : last.2.isOpenBelow,
            isOpenAbove: isOpenAbove)
        ))
    }
    return joined.map(\.2)
  }
}

extension Formula {
  /// Whether it names a quantity: a variable, a function's value, or a product of such.
  var isName: Bool {
    switch self {
    case .symbol: true
    case .apply(let name, _): name.hasSuffix("()") || name == "abs"
    case .product(let parts): parts.allSatisfy(\.isName)
    case .power(let base, .number(let exponent)): base.isName && exponent.words?.numerator == -1
    default: false
    }
  }

  /// Its value, with ±∞.
  var extendedValue: Double? {
    if self == .constant(.infinity) { return .infinity }
    if self == .negative(.constant(.infinity)) { return -.infinity }
    if self == .negative(.negative(.constant(.infinity))) { return .infinity }
    return realValue?.value
  }
}

extension ParsedAnswer.Comparison {
  /// The same relation with the sides exchanged.
  var reversed: ParsedAnswer.Comparison {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}
