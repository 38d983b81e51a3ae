import Arithmetic
import BigInt

extension Simplifier {
  /// Sums are multiplied out up to this power.
  private static let maximumExpandedPower = 40

  mutating func power(_ base: Quotient, _ exponent: Quotient) throws(AlgebraError) -> Quotient {
    if let number = exponent.number { return try power(base, number) }
    if base.number == Rational(1) { return base }
    guard exponent.denominator.isOne else {
      return try atom(.function("power", [base, exponent]))
    }
    var product = Quotient(Rational(1))
    for term in exponent.numerator.terms {
      product = try multiply(
        product,
        term.monomial.isEmpty
          ? power(base, term.coefficient) : exponential(base, term))
    }
    return product
  }

  // MARK: Exponents that are numbers

  mutating func power(_ base: Quotient, _ exponent: Rational) throws(AlgebraError) -> Quotient {
    if exponent.isInteger {
      guard let whole = exponent.words?.numerator else { throw .overBudget }
      return try power(base, whole)
    }
    if base.number?.isZero == true {
      guard !exponent.isNegative else { throw .undefined }
      return base
    }
    let numerator = try root(base.numerator, exponent)
    if base.denominator.isOne { return numerator }
    return try multiply(numerator, root(base.denominator, -exponent))
  }

  private mutating func power(_ base: Quotient, _ exponent: Int) throws(AlgebraError) -> Quotient {
    if exponent == 0 {
      guard !base.numerator.isZero else { throw .undefined }
      return Quotient(Rational(1))
    }
    if exponent < 0 {
      guard exponent > -1_000_000_000 else { throw .overBudget }
      return try power(invert(base), -exponent)
    }
    if let number = base.number {
      guard let value = number.power(exponent) else { throw .overBudget }
      return Quotient(value)
    }
    if base.denominator.isOne, base.numerator.terms.count == 1 {
      return try root(base.numerator, Rational(exponent))
    }
    guard exponent <= Self.maximumExpandedPower else { throw .overBudget }
    var product = base
    for _ in 1..<exponent { product = try multiply(product, base) }
    return product
  }

  /// A polynomial to any rational power.
  private mutating func root(
    _ base: Polynomial, _ exponent: Rational
  ) throws(AlgebraError) -> Quotient {
    guard base.terms.count == 1 else { return try rootOfSum(base, exponent) }
    let term = base.terms[0]
    var product = try numberPower(term.coefficient, exponent)
    for factor in term.monomial {
      product = try multiply(product, kernelPower(factor, exponent))
    }
    return product
  }

  private mutating func kernelPower(
    _ factor: Factor, _ exponent: Rational
  ) throws(AlgebraError) -> Quotient {
    let total = try Exponent(factor.exponent.rational * exponent)
    switch kernels[factor.kernel] {
    case .compound(let base):
      return try rootOfSum(base.numerator, total.rational)
    case .imaginary where !exponent.isInteger: throw .unsupported
    case .variable where !exponent.isInteger:
      // √(x²) is |x|; √(x⁴) is x².
      let isEvenRoot = exponent.denominator.magnitude.trailingZeroBitCount > 0
      let wasEven = factor.exponent.isInteger && factor.exponent.numerator % 2 == 0
      let isEven = total.isInteger && total.numerator % 2 == 0
      guard isEvenRoot, wasEven, !isEven else { break }
      let variable = monomial([Factor(kernel: factor.kernel, exponent: .one)])
      let absolute = try place(of: .function("abs", [variable]))
      return monomial([Factor(kernel: absolute, exponent: total)])
    default: break
    }
    // Multiplying brings the exponent into its range.
    let one = Polynomial([
      Term(coefficient: Rational(1), monomial: [Factor(kernel: factor.kernel, exponent: total)])
    ])
    return Quotient(try multiply(one, Polynomial(Rational(2)))).halved
  }

  /// A sum to a rational power: its content comes out, whole powers are multiplied out.
  private mutating func rootOfSum(
    _ base: Polynomial, _ exponent: Rational
  ) throws(AlgebraError) -> Quotient {
    let exponent = try Exponent(exponent)
    let whole = exponent.floor
    let fraction = try exponent.adding(Exponent(-whole))
    var product = try power(Quotient(base), Int(whole))
    if fraction == .zero { return product }
    let content = content(of: base)
    guard let inverse = Rational(1).divided(by: content) else { throw .undefined }
    let primitive = Polynomial(
      base.terms.map { Term(coefficient: $0.coefficient * inverse, monomial: $0.monomial) })
    product = try multiply(product, numberPower(content, fraction.rational))
    let kernel = try place(of: .compound(Quotient(primitive)))
    return try multiply(product, monomial([Factor(kernel: kernel, exponent: fraction)]))
  }

  /// The positive number that all coefficients are whole multiples of.
  func content(of polynomial: Polynomial) -> Rational {
    var above = BigInt(0)
    var below = BigInt(1)
    for term in polynomial.terms {
      above = above.greatestCommonDivisor(with: term.coefficient.numerator)
      let divisor = below.greatestCommonDivisor(with: term.coefficient.denominator)
      below = below / divisor * term.coefficient.denominator
    }
    return Rational(above, over: below)?.withinBudget ?? Rational(1)
  }

  // MARK: Powers of numbers

  /// A number to a rational power: roots of primes, with i for even roots of negative numbers; odd roots are the real ones.
  mutating func numberPower(
    _ base: Rational, _ exponent: Rational
  ) throws(AlgebraError) -> Quotient {
    if base == Rational(1) { return Quotient(base) }
    if exponent.isInteger {
      guard let whole = exponent.words?.numerator, let value = base.power(whole) else {
        throw .overBudget
      }
      return Quotient(value)
    }
    var product = Quotient(Rational(1))
    if base.isNegative {
      let isSquareRoot = exponent.denominator == 2
      guard isSquareRoot || exponent.denominator.magnitude.trailingZeroBitCount == 0 else {
        throw .unsupported
      }
      if isSquareRoot {
        let imaginary = try atom(.imaginary)
        product = try power(imaginary, exponent * Rational(2))
      } else if exponent.numerator.magnitude.trailingZeroBitCount == 0 {
        product = Quotient(Rational(-1))
      }
    }
    for (prime, count) in try factorization(of: base.magnitude) {
      let total = try Exponent(Rational(count) * exponent)
      let kernel = try place(of: .prime(prime))
      product = try multiply(
        product, kernelPower(Factor(kernel: kernel, exponent: total), Rational(1)))
    }
    return product
  }

  /// The primes of a positive rational with their exponents. What has no small factor counts as one.
  mutating func factorization(
    of value: Rational
  ) throws(AlgebraError) -> [(prime: BigInt, count: Int)] {
    var factors: [(BigInt, Int)] = []
    for (part, sign) in [(value.numerator, 1), (value.denominator, -1)] {
      guard let small = UInt64(exactly: part) else {
        guard part.magnitude.bitWidth <= 1024 else { throw .overBudget }
        factors += try largeFactorization(of: part).map { ($0, $1 * sign) }
        continue
      }
      var rest = small
      var prime: UInt64 = 2
      while prime * prime <= rest, prime < 2000 {
        var count = 0
        while rest % prime == 0 {
          rest /= prime
          count += 1
        }
        if count > 0 { factors.append((BigInt(prime), count * sign)) }
        prime += prime == 2 ? 1 : 2
      }
      if rest > 1 {
        let root = UInt64(Double(rest).squareRoot().rounded())
        let (square, overflow) = root.multipliedReportingOverflow(by: root)
        factors.append(
          !overflow && square == rest ? (BigInt(root), 2 * sign) : (BigInt(rest), sign))
      }
    }
    return factors
  }

  private mutating func largeFactorization(of value: BigInt) throws(AlgebraError) -> [(BigInt, Int)]
  {
    var rest = value
    var factors: [(BigInt, Int)] = []
    for prime in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47] {
      var count = 0
      while true {
        try spend(1)
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: BigInt(prime))
        guard remainder.isZero else { break }
        rest = quotient
        count += 1
      }
      if count > 0 { factors.append((BigInt(prime), count)) }
    }
    guard rest != 1 else { return factors }
    let root = BigInt(rest.magnitude.squareRoot())
    factors.append(root * root == rest ? (root, 2) : (rest, 1))
    return factors
  }

  // MARK: Exponents with variables

  /// A power whose exponent is one term: (c·x)^(r·m) is c^(r·m)·(x^m)^r.
  private mutating func exponential(
    _ base: Quotient, _ exponent: Term
  ) throws(AlgebraError) -> Quotient {
    let scale = try Exponent(exponent.coefficient)
    guard base.denominator.isOne else {
      let above = try exponential(Quotient(base.numerator), exponent)
      return try multiply(above, invert(exponential(Quotient(base.denominator), exponent)))
    }
    guard base.numerator.terms.count == 1 else {
      let kernel = try place(of: .compound(base))
      return try exponential(Factor(kernel: kernel, exponent: .one), exponent, scale)
    }
    let term = base.numerator.terms[0]
    var product = Quotient(Rational(1))
    for factor in term.monomial {
      product = try multiply(product, exponential(factor, exponent, scale))
    }
    if term.coefficient.isNegative {
      // (−1)^n has a kernel of its own.
      let kernel = try place(of: .exponential(base: -1, exponent.monomial))
      product = try multiply(product, monomial([Factor(kernel: kernel, exponent: scale)]))
    }
    for (prime, count) in try factorization(of: term.coefficient.magnitude) {
      guard let count = Int32(exactly: count) else { throw .overBudget }
      let factor = Factor(kernel: try place(of: .prime(prime)), exponent: Exponent(count))
      product = try multiply(product, exponential(factor, exponent, scale))
    }
    return product
  }

  private mutating func exponential(
    _ base: Factor, _ exponent: Term, _ scale: Exponent
  ) throws(AlgebraError) -> Quotient {
    let total = try base.exponent.multiplied(by: scale)
    switch kernels[base.kernel] {
    case .e:
      if let inverse = try inverseOfExponential(exponent.monomial, total.rational) {
        return inverse
      }
    case .exponential(let inner, let monomial):
      // (b^m)^n is b^(m·n).
      let product = try multiply(
        self.monomial(monomial), self.monomial(exponent.monomial))
      guard inner >= 0, product.numerator.terms.count == 1 else { throw .unsupported }
      let term = product.numerator.terms[0]
      let kernel = try place(of: .exponential(base: inner, term.monomial))
      return self.monomial([
        Factor(kernel: kernel, exponent: try Exponent(total.rational * term.coefficient))
      ])
    default: break
    }
    let kernel = try place(of: .exponential(base: base.kernel, exponent.monomial))
    return monomial([Factor(kernel: kernel, exponent: total)])
  }

  /// e^(r·ln b) and e^(r·iπ); nil for other exponents.
  private mutating func inverseOfExponential(
    _ exponent: Monomial, _ scale: Rational
  ) throws(AlgebraError) -> Quotient? {
    if exponent.count == 1, exponent[0].exponent == .one,
      case .function("ln", let arguments) = kernels[exponent[0].kernel]
    {
      return try power(arguments[0], scale)
    }
    guard exponent.count == 2, exponent.allSatisfy({ $0.exponent == .one }) else { return nil }
    var hasPi = false
    var hasImaginary = false
    for factor in exponent {
      switch kernels[factor.kernel] {
      case .pi: hasPi = true
      case .imaginary: hasImaginary = true
      default: return nil
      }
    }
    guard hasPi, hasImaginary, let cosine = try exactCosine(ofPiTimes: scale),
      let sine = try exactCosine(ofPiTimes: (Rational(1, over: 2) ?? scale) - scale)
    else { return nil }
    return try add(cosine, multiply(atom(.imaginary), sine))
  }
}

extension Quotient {
  fileprivate var halved: Quotient {
    guard let half = Rational(1, over: 2) else { return self }
    return Quotient(
      Polynomial(
        numerator.terms.map { Term(coefficient: $0.coefficient * half, monomial: $0.monomial) }),
      over: denominator)
  }
}
