package import BigInt

/// An exact fraction, always reduced, with a positive denominator.
package struct Rational: Hashable, Sendable {
  package let numerator: BigInt
  package let denominator: BigInt

  /// Larger numbers than this many bits are not computed; operations that would need them answer nil.
  static let maximumBitWidth = 4096

  /// A whole number.
  package init(_ integer: Int) {
    numerator = BigInt(integer)
    denominator = 1
  }

  /// A quotient; nil for a denominator of 0.
  package init?(_ numerator: BigInt, over denominator: BigInt) {
    guard !denominator.isZero else { return nil }
    self.init(numerator, dividedBy: denominator)
  }

  /// The value of a plain decimal such as "-3.50", "12", "1,000" or "1.5e3"; nil for anything else, and for more than
  /// 5,000 digits or an exponent beyond ±5,000.
  package init?(decimal text: some StringProtocol) {
    var rest = Substring(text).utf8
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    var digits: [UInt8] = []
    // Digits since the last thousands separator, and since the decimal point.
    var groupDigits: Int?
    var fractionDigits: Int?
    var exponent = 0
    while let byte = rest.popFirst() {
      switch byte {
      case 0x30...0x39:
        digits.append(byte)
        if let count = fractionDigits { fractionDigits = count + 1 } else { groupDigits? += 1 }
      case UInt8(ascii: ",") where fractionDigits == nil:
        guard groupDigits ?? 3 == 3, (1...3).contains(digits.count) || groupDigits == 3 else {
          return nil
        }
        groupDigits = 0
      case UInt8(ascii: ".") where fractionDigits == nil: fractionDigits = 0
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard let value = Int(Substring(rest)), abs(value) <= 5000 else { return nil }
        exponent = value
        rest = rest.suffix(0)
      default: return nil
      }
    }
    guard digits.count <= 5000, groupDigits ?? 3 == 3,
      let value = Rational(digits: digits, scale: exponent - (fractionDigits ?? 0))
    else { return nil }
    self = isNegative ? -value : value
  }

  /// The number of these ASCII digits, times ten to the power of `scale`; nil where there are no digits.
  init?(digits: [UInt8], scale: Int) {
    guard !digits.isEmpty else { return nil }
    let significand: BigInt
    if digits.count <= 18 {
      significand = BigInt(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    } else {
      guard let value = BigInt(String(decoding: digits, as: UTF8.self)) else { return nil }
      significand = value
    }
    let power = scale == 0 ? 1 : BigInt(10).power(abs(scale))
    self.init(scale > 0 ? significand * power : significand, dividedBy: scale < 0 ? power : 1)
  }

  /// The reduced quotient by a divisor that is not 0.
  private init(_ numerator: BigInt, dividedBy denominator: BigInt) {
    let divisor = greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
    let isPositive = denominator.sign == .plus
    guard divisor != 1 || !isPositive else {
      self.init(reduced: numerator, denominator)
      return
    }
    let signed = isPositive ? BigInt(divisor) : -BigInt(divisor)
    self.init(reduced: numerator / signed, denominator / signed)
  }

  private init(reduced numerator: BigInt, _ denominator: BigInt) {
    self.numerator = numerator
    self.denominator = denominator
  }

  package var isZero: Bool { numerator.isZero }

  package var isNegative: Bool { numerator.sign == .minus }

  /// Whether it is a whole number.
  package var isInteger: Bool { denominator == 1 }

  /// The number without its sign.
  package var magnitude: Rational {
    Rational(reduced: BigInt(numerator.magnitude), denominator)
  }

  package static prefix func - (value: Rational) -> Rational {
    Rational(reduced: -value.numerator, value.denominator)
  }

  package static func + (left: Rational, right: Rational) -> Rational {
    if left.denominator == right.denominator {
      return Rational(left.numerator + right.numerator, dividedBy: left.denominator)
    }
    return Rational(
      left.numerator * right.denominator + right.numerator * left.denominator,
      dividedBy: left.denominator * right.denominator)
  }

  package static func - (left: Rational, right: Rational) -> Rational { left + -right }

  package static func * (left: Rational, right: Rational) -> Rational {
    Rational(
      left.numerator * right.numerator, dividedBy: left.denominator * right.denominator)
  }

  /// The quotient; nil where the divisor is 0.
  package func divided(by divisor: Rational) -> Rational? {
    Rational(numerator * divisor.denominator, over: denominator * divisor.numerator)
  }

  /// A whole power; nil for 0 to a negative power, and where the result would be too large.
  package func power(_ exponent: Int) -> Rational? {
    if exponent < 0 {
      guard exponent > -Self.maximumBitWidth || numerator.magnitude == 1 else { return nil }
      return Rational(1).divided(by: self)?.power(exponent == .min ? .max : -exponent)
    }
    let width = max(numerator.magnitude.bitWidth, denominator.magnitude.bitWidth)
    guard width <= 1 || exponent <= Self.maximumBitWidth / width else { return nil }
    // A numerator and denominator of at most one bit are 0, 1 or −1: any power is cheap by parity.
    let steps = width <= 1 ? (exponent == 0 ? 0 : 2 - exponent % 2) : exponent
    return Rational(reduced: numerator.power(steps), denominator.power(steps))
  }

  /// Itself, or nil where it is too large to go on with.
  package var withinBudget: Rational? {
    numerator.magnitude.bitWidth <= Self.maximumBitWidth
      && denominator.magnitude.bitWidth <= Self.maximumBitWidth ? self : nil
  }

  /// Whether `other` is this number rounded to so many decimals, halves either way.
  package func rounds(to other: Rational, decimals: Int) -> Bool {
    guard let scale = Rational(10).power(decimals) else { return false }
    return ((self - other) * scale).magnitude <= Rational(reduced: 1, 2)
  }

  /// Whether its decimals come to an end: its denominator has no prime factors but 2 and 5.
  package var isTerminating: Bool {
    var rest = denominator.magnitude >> denominator.magnitude.trailingZeroBitCount
    while rest > 1 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 5)
      guard remainder.isZero else { return false }
      rest = quotient
    }
    return true
  }

  /// Whether `other` is this number with its decimals cut off behind so many.
  package func isCutOff(at other: Rational, decimals: Int) -> Bool {
    guard let scale = Rational(10).power(decimals) else { return false }
    let rest = (magnitude - other.magnitude) * scale
    return isNegative == other.isNegative && !rest.isNegative && rest < Rational(1)
  }
}

/// The greatest common divisor, of small numbers without a big number's allocations.
private func greatestCommonDivisor(_ left: BigUInt, _ right: BigUInt) -> BigUInt {
  if left == 1 || right == 1 { return 1 }
  guard left.bitWidth <= 64, right.bitWidth <= 64 else {
    return left.greatestCommonDivisor(with: right)
  }
  var (a, b) = (UInt64(left), UInt64(right))
  while b != 0 { (a, b) = (b, a % b) }
  return BigUInt(a)
}

extension Rational: Comparable {
  package static func < (left: Rational, right: Rational) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }
}

extension Rational: CustomStringConvertible {
  /// "7/2"; whole numbers plain.
  package var description: String {
    isInteger ? numerator.description : "\(numerator)/\(denominator)"
  }
}
