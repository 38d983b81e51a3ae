import Arithmetic
import BigInt

extension Simplifier {
  /// Factorials of larger numbers are not computed.
  private static let maximumFactorial = 400

  mutating func apply(_ name: String, _ arguments: [Formula]) throws(AlgebraError) -> Quotient {
    var forms: [Quotient] = []
    for argument in arguments { forms.append(try form(of: argument)) }
    switch (name, forms.count) {
    case ("exp", 1): return try power(atom(.e), forms[0])
    case ("ln", 1): return try logarithm(forms[0])
    case ("log", 1):
      return try multiply(logarithm(forms[0]), invert(logarithm(Quotient(Rational(10)))))
    case ("log", 2): return try multiply(logarithm(forms[1]), invert(logarithm(forms[0])))
    case ("sin", 1): return try sine(forms[0])
    case ("cos", 1): return try cosine(forms[0])
    case ("tan", 1): return try multiply(sine(forms[0]), invert(cosine(forms[0])))
    case ("cot", 1): return try multiply(cosine(forms[0]), invert(sine(forms[0])))
    case ("sec", 1): return try invert(cosine(forms[0]))
    case ("csc", 1): return try invert(sine(forms[0]))
    case ("arcsin", 1), ("arccos", 1), ("arctan", 1): return try inverse(name, forms[0])
    case ("factorial", 1): return try factorial(forms[0])
    case ("binom", 2): return try binomial(forms[0], forms[1])
    case ("abs", 1): return try absolute(forms[0])
    case ("floor", 1), ("ceil", 1):
      guard let number = forms[0].number else { break }
      let (quotient, rest) = number.numerator.quotientAndRemainder(dividingBy: number.denominator)
      let below = rest.sign == .minus && !rest.isZero ? quotient - 1 : quotient
      let value = name == "floor" || rest.isZero ? below : below + 1
      guard let whole = Rational(value, over: 1) else { break }
      return Quotient(whole)
    default: break
    }
    return try atom(.function(name, forms))
  }

  // MARK: Logarithms

  /// The natural logarithm: sums of logarithms of primes and of sums.
  private mutating func logarithm(_ operand: Quotient) throws(AlgebraError) -> Quotient {
    guard !operand.numerator.isZero else { throw .undefined }
    let above = try logarithm(operand.numerator)
    if operand.denominator.isOne { return above }
    return try add(above, negate(logarithm(operand.denominator)))
  }

  private mutating func logarithm(_ operand: Polynomial) throws(AlgebraError) -> Quotient {
    guard operand.terms.count == 1 else {
      let content = content(of: operand)
      guard let inverse = Rational(1).divided(by: content) else { throw .undefined }
      let primitive = Polynomial(
        operand.terms.map { Term(coefficient: $0.coefficient * inverse, monomial: $0.monomial) })
      return try add(numberLogarithm(content), atom(.function("ln", [Quotient(primitive)])))
    }
    let term = operand.terms[0]
    var sum = try numberLogarithm(term.coefficient)
    for factor in term.monomial {
      let scale = Quotient(factor.exponent.rational)
      let single: Quotient
      switch kernels[factor.kernel] {
      case .e: single = Quotient(Rational(1))
      case .compound(let base): single = try logarithm(base)
      case .imaginary: throw .unsupported
      case .exponential(let base, let exponent) where base >= 0:
        let inner = try logarithm(monomial([Factor(kernel: base, exponent: .one)]))
        single = try multiply(monomial(exponent), inner)
      default:
        single = try atom(
          .function("ln", [monomial([Factor(kernel: factor.kernel, exponent: .one)])]))
      }
      sum = try add(sum, multiply(scale, single))
    }
    return sum
  }

  private mutating func numberLogarithm(_ number: Rational) throws(AlgebraError) -> Quotient {
    guard !number.isNegative else { throw .unsupported }
    var sum = Quotient(Rational(0))
    for (prime, count) in try factorization(of: number) {
      guard let value = Rational(prime, over: 1) else { continue }
      sum = try add(
        sum, multiply(Quotient(Rational(count)), atom(.function("ln", [Quotient(value)]))))
    }
    return sum
  }

  // MARK: Trigonometry

  /// The number that π is multiplied by; nil where it is no multiple of π.
  private func multipleOfPi(_ operand: Quotient) -> Rational? {
    guard operand.denominator.isOne else { return nil }
    if operand.numerator.isZero { return Rational(0) }
    guard operand.numerator.terms.count == 1 else { return nil }
    let term = operand.numerator.terms[0]
    guard term.monomial.count == 1, term.monomial[0].exponent == .one,
      case .pi = kernels[term.monomial[0].kernel]
    else { return nil }
    return term.coefficient
  }

  private mutating func sine(_ operand: Quotient) throws(AlgebraError) -> Quotient {
    if let multiple = multipleOfPi(operand), let half = Rational(1, over: 2) {
      if let exact = try exactCosine(ofPiTimes: half - multiple) { return exact }
      return try cosineOfMultiple(half - multiple)
    }
    if let first = operand.numerator.terms.first, first.coefficient.isNegative {
      return try negate(atom(.function("sin", [negate(operand)])))
    }
    return try atom(.function("sin", [operand]))
  }

  private mutating func cosine(_ operand: Quotient) throws(AlgebraError) -> Quotient {
    if let multiple = multipleOfPi(operand) {
      if let exact = try exactCosine(ofPiTimes: multiple) { return exact }
      return try cosineOfMultiple(multiple)
    }
    if let first = operand.numerator.terms.first, first.coefficient.isNegative {
      return try atom(.function("cos", [negate(operand)]))
    }
    return try atom(.function("cos", [operand]))
  }

  /// The cosine of a multiple of π as a kernel, with the angle brought between 0 and π/2.
  private mutating func cosineOfMultiple(_ multiple: Rational) throws(AlgebraError) -> Quotient {
    let (angle, isNegative) = firstQuadrant(multiple)
    let form = try multiply(Quotient(angle), atom(.pi))
    let kernel = try atom(.function("cos", [form]))
    return isNegative ? negate(kernel) : kernel
  }

  /// An angle between 0 and 1/2 with the same cosine but for its sign, in multiples of π.
  private func firstQuadrant(_ multiple: Rational) -> (Rational, isNegative: Bool) {
    let two = BigInt(2) * multiple.denominator
    var rest = multiple.magnitude.numerator % two
    if rest * 2 > two { rest = two - rest }
    let half = multiple.denominator
    let isNegative = rest * 2 > half
    if isNegative { rest = half - rest }
    return (Rational(rest, over: multiple.denominator) ?? Rational(0), isNegative)
  }

  /// cos(r·π) where it is made of square roots that are known by heart; nil elsewhere.
  mutating func exactCosine(ofPiTimes multiple: Rational) throws(AlgebraError) -> Quotient? {
    let (angle, isNegative) = firstQuadrant(multiple)
    guard let (above, below) = angle.words else { return nil }
    // Each value is a sum of roots of whole numbers over a whole number.
    let roots: [(Int, Int)]
    let divisor: Int
    switch (above, below) {
    case (0, 1): (roots, divisor) = ([(1, 1)], 1)
    case (1, 2): (roots, divisor) = ([], 1)
    case (1, 3): (roots, divisor) = ([(1, 1)], 2)
    case (1, 4): (roots, divisor) = ([(1, 2)], 2)
    case (1, 6): (roots, divisor) = ([(1, 3)], 2)
    case (1, 12): (roots, divisor) = ([(1, 6), (1, 2)], 4)
    case (5, 12): (roots, divisor) = ([(1, 6), (-1, 2)], 4)
    case (1, 5): (roots, divisor) = ([(1, 5), (1, 1)], 4)
    case (2, 5): (roots, divisor) = ([(1, 5), (-1, 1)], 4)
    default: return nil
    }
    guard let half = Rational(1, over: 2) else { return nil }
    var sum = Quotient(Rational(0))
    for (sign, radicand) in roots {
      guard let scale = Rational(isNegative ? -sign : sign, over: divisor) else { continue }
      sum = try add(sum, multiply(Quotient(scale), numberPower(Rational(radicand), half)))
    }
    return sum
  }

  /// arcsin, arccos and arctan at the values of angles that are multiples of π/12 or π/5.
  private mutating func inverse(_ name: String, _ operand: Quotient) throws(AlgebraError)
    -> Quotient
  {
    let isNumber = operand.numerator.terms.allSatisfy { term in
      term.monomial.allSatisfy { factor in
        if case .prime = kernels[factor.kernel] { true } else { false }
      }
    }
    if isNumber {
      for (above, below) in [
        (0, 1), (1, 6), (1, 4), (1, 3), (1, 2), (1, 12), (5, 12), (2, 3), (3, 4), (5, 6), (1, 1),
      ] {
        for sign in [1, -1] {
          guard let multiple = Rational(sign * above, over: below),
            let half = Rational(1, over: 2),
            isInRange(multiple, of: name), let cosine = try exactCosine(ofPiTimes: multiple),
            let sine = try exactCosine(ofPiTimes: half - multiple)
          else { continue }
          let value =
            switch name {
            case "arcsin": sine
            case "arccos": cosine
            default: try multiply(sine, invert(cosine))
            }
          if try areEqual(value, operand) { return try multiply(Quotient(multiple), atom(.pi)) }
        }
      }
    }
    return try atom(.function(name, [operand]))
  }

  private func isInRange(_ multiple: Rational, of name: String) -> Bool {
    guard let half = Rational(1, over: 2) else { return false }
    return switch name {
    case "arcsin": multiple.magnitude <= half
    case "arccos": !multiple.isNegative
    default: multiple.magnitude < half
    }
  }

  // MARK: Counting

  private mutating func factorial(_ operand: Quotient) throws(AlgebraError) -> Quotient {
    guard let number = operand.number else { return try atom(.function("factorial", [operand])) }
    guard number.isInteger, !number.isNegative else { throw .undefined }
    guard let whole = number.words?.numerator, whole <= Self.maximumFactorial else {
      throw .overBudget
    }
    var product = Rational(1)
    for factor in stride(from: 2, through: whole, by: 1) { product = product * Rational(factor) }
    try spend(whole)
    guard let bounded = product.withinBudget else { throw .overBudget }
    return Quotient(bounded)
  }

  private mutating func binomial(_ n: Quotient, _ k: Quotient) throws(AlgebraError) -> Quotient {
    guard let above = n.number, let below = k.number else {
      return try atom(.function("binom", [n, k]))
    }
    guard above.isInteger, below.isInteger, !above.isNegative, !below.isNegative else {
      throw .undefined
    }
    guard let (n, _) = above.words, let (k, _) = below.words, n <= 2000 else { throw .overBudget }
    guard k <= n else { return Quotient(Rational(0)) }
    try spend(n)
    var product = Rational(1)
    for step in stride(from: 1, through: min(k, n - k), by: 1) {
      guard let factor = Rational(n - step + 1, over: step),
        let next = (product * factor).withinBudget
      else { throw .overBudget }
      product = next
    }
    return Quotient(product)
  }

  // MARK: Absolute values

  private mutating func absolute(_ operand: Quotient) throws(AlgebraError) -> Quotient {
    if let number = operand.number { return Quotient(number.magnitude) }
    guard operand.denominator.isOne, operand.numerator.terms.count == 1 else {
      let isNegative = operand.numerator.terms.first?.coefficient.isNegative ?? false
      return try atom(.function("abs", [isNegative ? negate(operand) : operand]))
    }
    // |2πx²| is 2π·|x|².
    let term = operand.numerator.terms[0]
    var product = Quotient(term.coefficient.magnitude)
    for factor in term.monomial {
      let single = monomial([Factor(kernel: factor.kernel, exponent: .one)])
      let kernel: Quotient
      switch kernels[factor.kernel] {
      case .prime, .pi, .e, .exponential: kernel = single
      case .imaginary: continue
      default: kernel = try atom(.function("abs", [single]))
      }
      let exponent = factor.exponent
      let isEven = exponent.isInteger && exponent.numerator % 2 == 0
      product = try multiply(product, power(isEven ? single : kernel, exponent.rational))
    }
    return product
  }
}
