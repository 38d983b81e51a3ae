import Arithmetic
import BigInt
import Foundation

extension Formula {
  /// Its value at a point; nil where it has none, or none that can be told from 0 where that matters.
  ///
  /// - Parameter isComplex: whether roots and logarithms of negative numbers have values (the principal ones).
  func value(at point: [String: Double], isComplex: Bool) -> Enclosure? {
    switch self {
    case .number(let number): return Enclosure(number.approximation)
    case .symbol(let name): return point[name].map { Enclosure($0) }
    case .constant(let constant):
      return switch constant {
      case .pi: Enclosure(Double.pi)
      case .e: Enclosure(M_E)
      case .imaginary: Enclosure(0, 1)
      case .infinity: nil
      }
    case .sum(let parts):
      var sum = Enclosure(0)
      for part in parts {
        guard let value = part.value(at: point, isComplex: isComplex) else { return nil }
        sum = sum + value
      }
      return sum
    case .product(let parts):
      var product = Enclosure(1)
      for part in parts {
        guard let value = part.value(at: point, isComplex: isComplex) else { return nil }
        product = product * value
      }
      return product
    case .power(let base, let exponent):
      return power(base, exponent, at: point, isComplex: isComplex)
    case .apply(let name, let arguments):
      var values: [Enclosure] = []
      for argument in arguments {
        guard let value = argument.value(at: point, isComplex: isComplex) else { return nil }
        values.append(value)
      }
      return function(name, values, isComplex: isComplex)
    case .plusMinus: return nil
    }
  }

  private func power(
    _ base: Formula, _ exponent: Formula, at point: [String: Double], isComplex: Bool
  ) -> Enclosure? {
    guard let value = base.value(at: point, isComplex: isComplex) else { return nil }
    if let rational = exponent.rational {
      guard let (above, below) = rational.words else { return nil }
      if below == 1 { return value.power(above) }
      if value.isReal, value.re < 0, below % 2 == 1 {
        // Odd roots of negative numbers are the real ones.
        let root = (Enclosure(0) - value).logarithm.map { log in
          (log * Enclosure(Double(above) / Double(below))).exponential
        }
        return above % 2 == 0 ? root : root.map { Enclosure(0) - $0 }
      }
      if value.size == 0 { return above > 0 ? value : nil }
    }
    guard let power = exponent.value(at: point, isComplex: isComplex),
      isComplex || (value.isReal && value.re > value.radius), let logarithm = value.logarithm
    else { return nil }
    return (logarithm * power).exponential
  }

  private func function(_ name: String, _ values: [Enclosure], isComplex: Bool) -> Enclosure? {
    guard let x = values.first else { return nil }
    func logarithm(_ x: Enclosure) -> Enclosure? {
      isComplex || x.re > 0 ? x.logarithm : nil
    }
    func ratio(_ above: Enclosure?, _ below: Enclosure?) -> Enclosure? {
      guard let above, let inverse = below?.inverse else { return nil }
      return above * inverse
    }
    let sine = { x.real({ sin($0) }, slope: 1) }
    let cosine = { x.real({ cos($0) }, slope: 1) }
    switch (name, values.count) {
    case ("exp", 1): return x.exponential
    case ("ln", 1): return logarithm(x)
    case ("log", 1): return ratio(logarithm(x), Enclosure(M_LN10))
    case ("log", 2): return ratio(logarithm(values[1]), logarithm(x))
    case ("sin", 1): return sine()
    case ("cos", 1): return cosine()
    case ("tan", 1): return ratio(sine(), cosine())
    case ("cot", 1): return ratio(cosine(), sine())
    case ("sec", 1): return cosine()?.inverse
    case ("csc", 1): return sine()?.inverse
    case ("arcsin", 1), ("arccos", 1):
      guard abs(x.re) < 1 else { return nil }
      return x.real(
        { name == "arcsin" ? asin($0) : acos($0) }, slope: 2 / (1 - x.re * x.re).squareRoot())
    case ("arctan", 1): return x.real({ atan($0) }, slope: 1)
    case ("sinh", 1): return x.real({ sinh($0) }, slope: 2 * cosh(x.re))
    case ("cosh", 1): return x.real({ cosh($0) }, slope: 2 * cosh(x.re))
    case ("tanh", 1): return x.real({ tanh($0) }, slope: 1)
    case ("abs", 1): return Enclosure(x.size, radius: x.radius)
    case ("factorial", 1):
      guard x.re > 0, x.re < 150 else { return nil }
      return x.real({ tgamma($0 + 1) }, slope: tgamma(x.re + 1) * 10)
    case ("binom", 2):
      let n = x.re
      let k = values[1].re
      guard n > k, k > 0, n < 100 else { return nil }
      let value = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1))
      return Enclosure(value, radius: value * 1e-12)
    default: return nil
    }
  }
}

extension Rational {
  /// The nearest double, or nearly.
  package var approximation: Double {
    if let (above, below) = words { return Double(above) / Double(below) }
    let shift = numerator.magnitude.bitWidth - denominator.magnitude.bitWidth - 64
    let scaled =
      shift >= 0 ? numerator / (denominator << shift) : (numerator << -shift) / denominator
    return scalbn(Double(scaled), shift)
  }
}
