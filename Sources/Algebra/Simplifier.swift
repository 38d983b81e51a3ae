import Arithmetic
import BigInt

/// Brings formulas into the form of a quotient of polynomials, within a budget of operations. Forms of one simplifier can be
/// compared with each other.
///
/// Powers of primes with exponents in 0 ..< 1 are independent over the rationals (Besicovitch 1940), so sums of surds are equal
/// only where their forms are.
struct Simplifier {
  /// No polynomial has more terms.
  static let maximumTerms = 400
  /// No number of kernels may be larger.
  static let maximumKernels = 64

  private(set) var kernels: [Kernel] = []
  private var variables: [String: Int] = [:]
  private(set) var budget: OperationBudget

  init(budget: OperationBudget) { self.budget = budget }

  mutating func spend(_ operations: Int) throws(AlgebraError) { try budget.spend(operations) }

  // MARK: Formulas

  mutating func form(of formula: Formula) throws(AlgebraError) -> Quotient {
    try spend(1)
    switch formula {
    case .number(let value): return Quotient(value)
    case .symbol(let name): return try variable(name)
    case .constant(let constant):
      return switch constant {
      case .pi: try atom(.pi)
      case .e: try atom(.e)
      case .imaginary: try atom(.imaginary)
      case .infinity: try atom(.infinity)
      }
    case .sum(let parts):
      var sum = Quotient(Rational(0))
      for part in parts { sum = try add(sum, form(of: part)) }
      return sum
    case .product(let parts):
      var product = Quotient(Rational(1))
      for part in parts { product = try multiply(product, form(of: part)) }
      return product
    case .power(let base, let exponent):
      return try power(form(of: base), form(of: exponent))
    case .apply(let name, let arguments): return try apply(name, arguments)
    case .plusMinus: throw .unsupported
    }
  }

  /// Whether two forms are equal, by cross-multiplication.
  mutating func areEqual(_ one: Quotient, _ other: Quotient) throws(AlgebraError) -> Bool {
    let left = try multiply(one.numerator, other.denominator)
    let right = try multiply(other.numerator, one.denominator)
    return (left + -right).isZero
  }

  // MARK: Kernels

  private mutating func variable(_ name: String) throws(AlgebraError) -> Quotient {
    if let known = variables[name] { return monomial([Factor(kernel: known, exponent: .one)]) }
    let kernel = try append(.variable(name))
    variables[name] = kernel
    return monomial([Factor(kernel: kernel, exponent: .one)])
  }

  func monomial(_ factors: Monomial) -> Quotient {
    Quotient(Polynomial([Term(coefficient: Rational(1), monomial: factors)]))
  }

  mutating func atom(_ kernel: Kernel) throws(AlgebraError) -> Quotient {
    monomial([Factor(kernel: try place(of: kernel), exponent: .one)])
  }

  private mutating func append(_ kernel: Kernel) throws(AlgebraError) -> Int {
    guard kernels.count < Self.maximumKernels else { throw .overBudget }
    kernels.append(kernel)
    return kernels.count - 1
  }

  /// The place of a kernel, which is new where none is equal to it.
  mutating func place(of kernel: Kernel) throws(AlgebraError) -> Int {
    for index in kernels.indices where try isSame(kernels[index], kernel) { return index }
    return try append(kernel)
  }

  private mutating func isSame(_ one: Kernel, _ other: Kernel) throws(AlgebraError) -> Bool {
    switch (one, other) {
    case (.prime(let a), .prime(let b)): return a == b
    case (.variable(let a), .variable(let b)): return a == b
    case (.pi, .pi), (.e, .e), (.infinity, .infinity), (.imaginary, .imaginary): return true
    case (.compound(let a), .compound(let b)): return try areEqual(a, b)
    case (.exponential(let a, let m), .exponential(let b, let n)): return a == b && m == n
    case (.function(let f, let a), .function(let g, let b)):
      guard f == g, a.count == b.count else { return false }
      for (x, y) in zip(a, b) where try !areEqual(x, y) { return false }
      return true
    default: return false
    }
  }

  // MARK: Field operations

  mutating func add(_ one: Quotient, _ other: Quotient) throws(AlgebraError) -> Quotient {
    try spend(one.numerator.terms.count + other.numerator.terms.count)
    if one.denominator.isOne, other.denominator.isOne {
      return Quotient(try bounded(one.numerator + other.numerator))
    }
    let denominator = try multiply(one.denominator, other.denominator)
    let numerator =
      try multiply(one.numerator, other.denominator)
      + multiply(other.numerator, one.denominator)
    return try quotient(numerator, over: denominator)
  }

  mutating func multiply(_ one: Quotient, _ other: Quotient) throws(AlgebraError) -> Quotient {
    let numerator = try multiply(one.numerator, other.numerator)
    if one.denominator.isOne, other.denominator.isOne { return Quotient(numerator) }
    return try quotient(numerator, over: multiply(one.denominator, other.denominator))
  }

  mutating func negate(_ operand: Quotient) -> Quotient {
    Quotient(-operand.numerator, over: operand.denominator)
  }

  mutating func invert(_ operand: Quotient) throws(AlgebraError) -> Quotient {
    try quotient(operand.denominator, over: operand.numerator)
  }

  /// A quotient in normal form: a divisor of one term goes into the dividend.
  private mutating func quotient(
    _ numerator: Polynomial, over denominator: Polynomial
  ) throws(AlgebraError) -> Quotient {
    guard let first = denominator.terms.first else { throw .undefined }
    if numerator.isZero { return Quotient(Rational(0)) }
    guard denominator.terms.count == 1 else { return Quotient(numerator, over: denominator) }
    guard let coefficient = Rational(1).divided(by: first.coefficient) else { throw .undefined }
    var factors: Monomial = []
    var rest = Polynomial.one
    for factor in first.monomial {
      if case .compound(let base) = kernels[factor.kernel] {
        // 1/√s is √s/s.
        let exponent = try Exponent.one.adding(factor.exponent.multiplied(by: Exponent(-1)))
        factors.append(Factor(kernel: factor.kernel, exponent: exponent))
        rest = try multiply(rest, base.numerator)
      } else {
        factors.append(
          Factor(
            kernel: factor.kernel,
            exponent: try factor.exponent.multiplied(by: Exponent(-1))))
      }
    }
    let inverse = Polynomial(
      try reduced(Term(coefficient: coefficient, monomial: factors)).terms)
    let product = try multiply(numerator, inverse)
    return rest.isOne ? Quotient(product) : try quotient(product, over: rest)
  }

  mutating func multiply(_ one: Polynomial, _ other: Polynomial) throws(AlgebraError) -> Polynomial
  {
    if one.isOne { return other }
    if other.isOne { return one }
    try spend(one.terms.count * other.terms.count + 1)
    var terms: [Term] = []
    terms.reserveCapacity(one.terms.count * other.terms.count)
    var extra = Polynomial()
    for a in one.terms {
      for b in other.terms {
        let coefficient = try budget.spend(making: a.coefficient * b.coefficient)
        let product = try reduced(
          Term(coefficient: coefficient, monomial: merge(a.monomial, b.monomial)))
        if product.terms.count == 1 {
          terms.append(product.terms[0])
        } else {
          extra = extra + product
        }
      }
    }
    return try bounded(Polynomial.collecting(terms) + extra)
  }

  private mutating func bounded(_ polynomial: Polynomial) throws(AlgebraError) -> Polynomial {
    guard polynomial.terms.count <= Self.maximumTerms else { throw .overBudget }
    for term in polynomial.terms where term.coefficient.words == nil {
      _ = try budget.spend(making: term.coefficient)
    }
    return polynomial
  }

  private func merge(_ one: Monomial, _ other: Monomial) throws(AlgebraError) -> Monomial {
    if one.isEmpty { return other }
    if other.isEmpty { return one }
    var merged: Monomial = []
    merged.reserveCapacity(one.count + other.count)
    var (i, j) = (0, 0)
    while i < one.count, j < other.count {
      if one[i].kernel == other[j].kernel {
        let exponent = try one[i].exponent.adding(other[j].exponent)
        if exponent != .zero { merged.append(Factor(kernel: one[i].kernel, exponent: exponent)) }
        i += 1
        j += 1
      } else if one[i].kernel < other[j].kernel {
        merged.append(one[i])
        i += 1
      } else {
        merged.append(other[j])
        j += 1
      }
    }
    merged += one[i...]
    merged += other[j...]
    return merged
  }

  /// A term with the exponents of primes, roots and i in their ranges.
  private mutating func reduced(_ term: Term) throws(AlgebraError) -> Polynomial {
    var coefficient = term.coefficient
    var monomial = term.monomial
    var rest: Polynomial?
    for (index, factor) in term.monomial.enumerated().reversed() {
      switch kernels[factor.kernel] {
      case .prime(let prime):
        let whole = factor.exponent.floor
        guard whole != 0 else { continue }
        guard let power = Rational(prime, over: 1)?.power(Int(whole)),
          let product = (coefficient * power).withinBudget
        else { throw .overBudget }
        coefficient = product
        let exponent = try factor.exponent.adding(Exponent(-whole))
        if exponent == .zero {
          monomial.remove(at: index)
        } else {
          monomial[index] = Factor(kernel: factor.kernel, exponent: exponent)
        }
      case .imaginary:
        guard factor.exponent.isInteger else { throw .unsupported }
        let quarter = ((factor.exponent.numerator % 4) + 4) % 4
        if quarter >= 2 { coefficient = -coefficient }
        if quarter % 2 == 0 {
          monomial.remove(at: index)
        } else {
          monomial[index] = Factor(kernel: factor.kernel, exponent: .one)
        }
      case .compound(let base):
        let whole = factor.exponent.floor
        guard whole != 0 else { continue }
        guard whole > 0 else { throw .unsupported }
        let exponent = try factor.exponent.adding(Exponent(-whole))
        if exponent == .zero {
          monomial.remove(at: index)
        } else {
          monomial[index] = Factor(kernel: factor.kernel, exponent: exponent)
        }
        for _ in 0..<whole { rest = try multiply(rest ?? .one, base.numerator) }
      default: continue
      }
    }
    let single = Polynomial([Term(coefficient: coefficient, monomial: monomial)])
    return if let rest { try multiply(single, rest) } else { single }
  }
}
