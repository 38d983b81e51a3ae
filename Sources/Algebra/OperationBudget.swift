package import Arithmetic

/// What a comparison may still cost. A unit is about the product of two terms with small coefficients.
package struct OperationBudget: Sendable {
  /// Many times what the formulas of answers need; spent in about a millisecond.
  package static let standard = 2_500

  private var left: Int

  package init(_ operations: Int = standard) { left = operations }

  package var isSpent: Bool { left <= 0 }

  /// Takes away what an operation costs.
  package mutating func spend(_ operations: Int) throws(AlgebraError) {
    left -= operations
    guard left > 0 else { throw .overBudget }
  }

  /// Takes away what making a number costs, and hands it on: large ones are reduced by slow divisions.
  package mutating func spend(making number: Rational) throws(AlgebraError) -> Rational {
    if number.words == nil {
      guard let number = number.withinBudget else { throw .overBudget }
      let width = number.bitWidth / 64
      try spend(4 + 3 * width * width + 20 * width)
    }
    return number
  }
}
