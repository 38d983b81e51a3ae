extension Expression {
  /// The operations on two numbers that one carries out in reading it from left to right, in canonical form, in order:
  /// of 3 + 4 + 5 they are 3 + 4 and 7 + 5, of (60 − 15) · 2 they are 60 − 15 and 45 · 2. What is subtracted may be summed up
  /// first: of 60 − 15 − 25 they are also 15 + 25 and 60 − 40. Up to the first without a value.
  package var operations: [String] {
    var operations: [String] = []
    _ = evaluate(noting: &operations)
    return operations
  }

  private func evaluate(noting operations: inout [String]) -> Rational? {
    switch self {
    case .number(let number): return number.value
    case .sum(let terms):
      noteSubtractedSum(of: terms, in: &operations)
      return accumulate(terms.map { ($0.isSubtracted, $0.expression) }, noting: &operations) {
        .sum([
          Term(isSubtracted: false, expression: Expression($0)),
          Term(isSubtracted: $1, expression: Expression($2)),
        ])
      }
    case .product(let factors):
      return accumulate(factors.map { ($0.isDivisor, $0.expression) }, noting: &operations) {
        .product([
          Factor(isDivisor: false, expression: Expression($0)),
          Factor(isDivisor: $1, expression: Expression($2)),
        ])
      }
    case .power(let base, let exponent):
      guard let base = base.evaluate(noting: &operations),
        let exponent = exponent.evaluate(noting: &operations)
      else { return nil }
      let power = Expression.power(Expression(base), Expression(exponent))
      operations.append(power.canonicalForm)
      return power.value
    }
  }

  /// Notes the sum of the subtracted terms, and its subtraction from the others.
  private func noteSubtractedSum(of terms: [Term], in operations: inout [String]) {
    let subtracted = terms.filter(\.isSubtracted).map { term in
      Term(isSubtracted: false, expression: term.expression)
    }
    let added = terms.filter { !$0.isSubtracted }
    guard subtracted.count > 1, !added.isEmpty,
      let minuend = (added.count == 1 ? added[0].expression : .sum(added)).value,
      let subtrahend = Expression.sum(subtracted).evaluate(noting: &operations)
    else { return }
    let difference = Expression.sum([
      Term(isSubtracted: false, expression: Expression(minuend)),
      Term(isSubtracted: true, expression: Expression(subtrahend)),
    ])
    operations.append(difference.canonicalForm)
  }

  /// Joins parts from left to right; each comes with whether it is subtracted, or divided by.
  private func accumulate(
    _ parts: [(isInverse: Bool, expression: Expression)], noting operations: inout [String],
    _ join: (Rational, Bool, Rational) -> Expression
  ) -> Rational? {
    var total: Rational?
    for (isInverse, expression) in parts {
      guard let value = expression.evaluate(noting: &operations) else { return nil }
      guard let soFar = total else {
        total = isInverse ? -value : value
        continue
      }
      let operation = join(soFar, isInverse, value)
      operations.append(operation.canonicalForm)
      guard let result = operation.value?.withinBudget else { return nil }
      total = result
    }
    return total
  }

  /// A number, with its sign as text has it.
  private init(_ value: Rational) {
    let number = Expression.number(
      Number(value: value.magnitude, decimals: 0, isPercentage: false))
    self = value.isNegative ? .sum([Term(isSubtracted: true, expression: number)]) : number
  }

  /// Itself with every number of a value replaced by the calculation that gave it: 52 − 36 becomes 52 − (8 + 28).
  package func replacing(_ value: Rational, by calculation: Expression) -> Expression {
    switch self {
    case .number(let number): number.value == value ? calculation : self
    case .sum(let terms):
      .sum(
        terms.map { term in
          Term(
            isSubtracted: term.isSubtracted,
            expression: term.expression.replacing(value, by: calculation))
        })
    case .product(let factors):
      .product(
        factors.map { factor in
          Factor(
            isDivisor: factor.isDivisor,
            expression: factor.expression.replacing(value, by: calculation))
        })
    case .power(let base, let exponent):
      .power(
        base.replacing(value, by: calculation), exponent.replacing(value, by: calculation))
    }
  }
}
