/// One stated equality between two expressions, at least one of which calculates something: "48/2 = 24".
package struct Equation: Sendable, Equatable {
  package let left: Expression
  package let right: Expression
  /// The left side's exact value; nil where it has none.
  package let leftValue: Rational?
  package let rightValue: Rational?
  /// Where it stands in the text, in bytes, half-open.
  package let bytes: Range<Int>
  package let validity: Validity
  /// The links of a = b = c share a number; chains count from 0 in the order of the text.
  package internal(set) var chain: Int

  /// - Parameters:
  ///   - isApproximate: whether it is stated with ≈.
  ///   - mayConvert: whether its words allow another reading than the plain one; it is never called wrong then.
  init(
    left: Expression, right: Expression, bytes: Range<Int>, chain: Int, isApproximate: Bool,
    mayConvert: Bool
  ) {
    self.left = left
    self.right = right
    self.bytes = bytes
    self.chain = chain
    leftValue = left.value
    rightValue = right.value
    guard let leftSide = EquationSide(left, value: leftValue),
      let rightSide = EquationSide(right, value: rightValue)
    else {
      validity = .undecided
      return
    }
    let plain = Validity(leftSide, rightSide, isApproximate: isApproximate)
    validity = plain == .wrong && mayConvert ? .undecided : plain
  }

  /// Whether exact arithmetic has nothing against it; a stated rounding is accepted.
  package var holds: Bool { validity == .exact || validity == .rounded }

  /// The side that calculates, by preference the left one, and what the other says that it gives.
  package var calculation: (expression: Expression, result: Rational?) {
    left.isCalculation ? (left, rightValue) : (right, leftValue)
  }
}
