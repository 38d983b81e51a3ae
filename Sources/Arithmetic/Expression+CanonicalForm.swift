internal import BigInt

extension Expression {
  /// Text that is equal for expressions that state the same operations on the same numbers.
  ///
  /// They may differ in the order of terms and factors, in parentheses that only group a sum of terms or a product of factors,
  /// and in how a number is written: 3·(4 + 5) and (5 + 4)·3.0; 20·0.75, 3/4·20 and 75% of 20; 60 − (15 + 25) and 60 − 15 − 25.
  /// Different operations with the same value stay apart: 2·6 and 3·4.
  package var canonicalForm: String {
    switch self {
    case .number(let number) where number.value.isInteger: number.value.description
    case .number, .product: productForm
    case .sum(let terms) where terms.count == 1 && !terms[0].isSubtracted:
      terms[0].expression.canonicalForm
    case .sum:
      "(" + flatTerms(isSubtracted: false).sorted().joined() + ")"
    case .power(let base, let exponent): "(\(base.canonicalForm)^\(exponent.canonicalForm))"
    }
  }

  private func flatTerms(isSubtracted: Bool) -> [String] {
    guard case .sum(let terms) = self else { return [(isSubtracted ? "-" : "+") + canonicalForm] }
    return terms.flatMap { term in
      term.expression.flatTerms(isSubtracted: term.isSubtracted != isSubtracted)
    }
  }

  /// A factor of 1 comes from writing 1/2 for 0.5; it is dropped unless it is all there is beside one other.
  private var productForm: String {
    let factors = reducingFractions(flatFactors(isDivisor: false)).map { factor in
      (factor.isDivisor ? "/" : "*") + factor.form
    }
    let others = factors.filter { $0 != "*1" }
    let isReciprocal = others.count == 1 && others[0].hasPrefix("/")
    let shown = others.count > 1 || isReciprocal ? others : factors
    return "(" + shown.sorted().joined() + ")"
  }

  /// A factor of a product without products inside it.
  private struct FlatFactor {
    let isDivisor: Bool
    let form: String
    /// The number that it is, where it is a whole one.
    let integer: BigInt?
  }

  private func flatFactors(isDivisor: Bool) -> [FlatFactor] {
    switch self {
    case .product(let factors):
      return factors.flatMap { factor in
        factor.expression.flatFactors(isDivisor: factor.isDivisor != isDivisor)
      }
    case .sum(let terms) where terms.count == 1 && !terms[0].isSubtracted:
      return terms[0].expression.flatFactors(isDivisor: isDivisor)
    case .number(let number):
      let (above, below) = (number.value.numerator, number.value.denominator)
      let numerator = FlatFactor(isDivisor: isDivisor, form: above.description, integer: above)
      guard below != 1 else { return [numerator] }
      return [
        numerator, FlatFactor(isDivisor: !isDivisor, form: below.description, integer: below),
      ]
    default: return [FlatFactor(isDivisor: isDivisor, form: canonicalForm, integer: nil)]
    }
  }

  /// Among other factors, a proper fraction of whole numbers is a number: 10/100 · 50 is 0.1 · 50.
  private func reducingFractions(_ factors: [FlatFactor]) -> [FlatFactor] {
    // "30 * .01" is 30 · 1/100: the 1 must not hide the fraction.
    let others = factors.filter { $0.isDivisor || $0.integer != 1 }
    guard others.count > 2 else { return factors }
    var reduced: [FlatFactor] = []
    for factor in others {
      guard factor.isDivisor, let below = factor.integer, let last = reduced.last,
        !last.isDivisor, let above = last.integer, above < below,
        let fraction = Rational(above, over: below)
      else {
        reduced.append(factor)
        continue
      }
      reduced.removeLast()
      for (isDivisor, integer) in [(false, fraction.numerator), (true, fraction.denominator)] {
        reduced.append(
          FlatFactor(isDivisor: isDivisor, form: integer.description, integer: integer))
      }
    }
    return reduced
  }
}
