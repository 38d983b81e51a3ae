import BigInt

/// What polynomials are made of: things among which there are no polynomial relations that the simplifier would not apply.
enum Kernel {
  /// A positive integer without small prime factors of its own; its exponents lie in 0 ..< 1.
  case prime(BigInt)
  case variable(String)
  case pi, e, infinity
  /// √−1; its exponent is 1.
  case imaginary
  /// A sum; it stands under a root, with an exponent in 0 ..< 1.
  case compound(Quotient)
  /// A kernel to the power of a monomial that is not a number.
  case exponential(base: Int, Monomial)
  case function(String, [Quotient])
}
