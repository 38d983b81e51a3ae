import Arithmetic

/// A product of powers of kernels, by rising kernel; exponents are not 0.
typealias Monomial = [Factor]

/// A power of a kernel.
struct Factor: Hashable {
  /// The kernel's place in the simplifier's list.
  let kernel: Int
  let exponent: Exponent
}

/// A monomial times a number that is not 0.
struct Term {
  var coefficient: Rational
  var monomial: Monomial
}

/// A sum of terms with different monomials, in the order of these; empty for 0.
struct Polynomial {
  var terms: [Term] = []

  static let one = Polynomial(Rational(1))

  init(_ terms: [Term] = []) { self.terms = terms }

  init(_ number: Rational) {
    if !number.isZero { terms = [Term(coefficient: number, monomial: [])] }
  }

  var isZero: Bool { terms.isEmpty }

  /// The number that it is; nil where it is more.
  var number: Rational? {
    if terms.isEmpty { return Rational(0) }
    return terms.count == 1 && terms[0].monomial.isEmpty ? terms[0].coefficient : nil
  }

  var isOne: Bool { number == Rational(1) }

  static prefix func - (operand: Polynomial) -> Polynomial {
    Polynomial(operand.terms.map { Term(coefficient: -$0.coefficient, monomial: $0.monomial) })
  }

  static func + (left: Polynomial, right: Polynomial) -> Polynomial {
    if left.isZero { return right }
    if right.isZero { return left }
    var sum: [Term] = []
    sum.reserveCapacity(left.terms.count + right.terms.count)
    var (i, j) = (0, 0)
    while i < left.terms.count, j < right.terms.count {
      let (a, b) = (left.terms[i], right.terms[j])
      if a.monomial == b.monomial {
        let coefficient = a.coefficient + b.coefficient
        if !coefficient.isZero { sum.append(Term(coefficient: coefficient, monomial: a.monomial)) }
        i += 1
        j += 1
      } else if precedes(a.monomial, b.monomial) {
        sum.append(a)
        i += 1
      } else {
        sum.append(b)
        j += 1
      }
    }
    sum += left.terms[i...]
    sum += right.terms[j...]
    return Polynomial(sum)
  }

  /// The sum of terms in any order.
  static func collecting(_ terms: [Term]) -> Polynomial {
    guard terms.count > 1 else { return Polynomial(terms) }
    var collected: [Term] = []
    for term in terms.sorted(by: { precedes($0.monomial, $1.monomial) }) {
      if let last = collected.last, last.monomial == term.monomial {
        let coefficient = last.coefficient + term.coefficient
        collected.removeLast()
        if !coefficient.isZero {
          collected.append(Term(coefficient: coefficient, monomial: term.monomial))
        }
      } else {
        collected.append(term)
      }
    }
    return Polynomial(collected)
  }
}

/// An order of monomials.
private func precedes(_ left: Monomial, _ right: Monomial) -> Bool {
  for (a, b) in zip(left, right) where a != b {
    return a.kernel != b.kernel ? a.kernel < b.kernel : a.exponent < b.exponent
  }
  return left.count < right.count
}

/// A quotient of polynomials. The denominator is 1 or has several terms.
struct Quotient {
  var numerator: Polynomial
  var denominator: Polynomial

  init(_ numerator: Polynomial, over denominator: Polynomial = .one) {
    self.numerator = numerator
    self.denominator = denominator
  }

  init(_ number: Rational) { self.init(Polynomial(number)) }

  /// The number that it is; nil where it is more.
  var number: Rational? { denominator.isOne ? numerator.number : nil }
}
