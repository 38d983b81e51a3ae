import Arithmetic

/// A small exact exponent; larger ones are over the budget.
struct Exponent: Hashable, Comparable {
  let numerator: Int32
  let denominator: Int32

  static let zero = Exponent(0)
  static let one = Exponent(1)

  init(_ value: Int32) {
    numerator = value
    denominator = 1
  }

  init(_ value: Rational) throws(AlgebraError) {
    guard let (above, below) = value.words, let numerator = Int32(exactly: above),
      let denominator = Int32(exactly: below), numerator != .min
    else { throw .overBudget }
    self.numerator = numerator
    self.denominator = denominator
  }

  var rational: Rational { Rational(Int(numerator), over: Int(denominator)) ?? Rational(0) }

  var isInteger: Bool { denominator == 1 }

  /// The largest whole number that is not above it.
  var floor: Int32 {
    let quotient = numerator / denominator
    return numerator % denominator < 0 ? quotient - 1 : quotient
  }

  func adding(_ other: Exponent) throws(AlgebraError) -> Exponent {
    if denominator == 1, other.denominator == 1 {
      let (sum, overflow) = numerator.addingReportingOverflow(other.numerator)
      guard !overflow, sum != .min else { throw .overBudget }
      return Exponent(sum)
    }
    return try Exponent(rational + other.rational)
  }

  func multiplied(by other: Exponent) throws(AlgebraError) -> Exponent {
    try Exponent(rational * other.rational)
  }

  static func < (left: Exponent, right: Exponent) -> Bool {
    Int(left.numerator) * Int(right.denominator) < Int(right.numerator) * Int(left.denominator)
  }
}
