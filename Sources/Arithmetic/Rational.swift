package import BigInt

/// An exact fraction, always reduced, with a positive denominator.
///
/// Where numerator and denominator fit into a machine word, as they nearly always do, no big number is made.
package struct Rational: Hashable, Sendable {
  /// A numerator and denominator of which at least one does not fit into a word.
  private final class LargeParts: Sendable {
    let numerator: BigInt
    let denominator: BigInt

    init(_ numerator: BigInt, _ denominator: BigInt) {
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  // Both 0 where `large` holds the parts; so equal numbers have equal parts.
  private let smallNumerator: Int
  private let smallDenominator: Int
  private let large: LargeParts?

  package var numerator: BigInt { large?.numerator ?? BigInt(smallNumerator) }

  package var denominator: BigInt { large?.denominator ?? BigInt(smallDenominator) }

  /// Numerator and denominator where both fit into a word.
  package var words: (numerator: Int, denominator: Int)? {
    large == nil ? (smallNumerator, smallDenominator) : nil
  }

  package static func == (left: Rational, right: Rational) -> Bool {
    guard left.smallNumerator == right.smallNumerator,
      left.smallDenominator == right.smallDenominator
    else { return false }
    guard let one = left.large, let other = right.large else { return true }
    return one.numerator == other.numerator && one.denominator == other.denominator
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(smallNumerator)
    hasher.combine(smallDenominator)
    hasher.combine(large?.numerator)
    hasher.combine(large?.denominator)
  }

  /// Larger numbers than this many bits are not computed; operations that would need them answer nil.
  static let maximumBitWidth = 4096

  /// A whole number.
  package init(_ integer: Int) {
    self.init(words: integer, 1)
  }

  private init(words numerator: Int, _ denominator: Int) {
    smallNumerator = numerator
    smallDenominator = denominator
    large = nil
  }

  /// The reduced fraction of two words; nil where the divisor is 0 or a sign does not fit.
  package init?(_ numerator: Int, over denominator: Int) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    let divisor = greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
    let signed = denominator < 0 ? -Int(divisor) : Int(divisor)
    self.init(words: numerator / signed, denominator / signed)
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
  package init?(digits: [UInt8], scale: Int) {
    guard !digits.isEmpty else { return nil }
    if digits.count <= 18, (-18...0).contains(scale) {
      let power = (0..<(-scale)).reduce(1) { power, _ in power * 10 }
      self.init(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }, over: power)
      return
    }
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
    if let small = Int(exactly: numerator), let smallDivisor = Int(exactly: denominator),
      small != .min
    {
      self.init(words: small, smallDivisor)
      return
    }
    self.init(LargeParts(numerator, denominator))
  }

  private init(_ parts: LargeParts) {
    smallNumerator = 0
    smallDenominator = 0
    large = parts
  }

  package var isZero: Bool { large == nil && smallNumerator == 0 }

  package var isNegative: Bool { large.map { $0.numerator.sign == .minus } ?? (smallNumerator < 0) }

  /// Whether it is a whole number.
  package var isInteger: Bool { large.map { $0.denominator == 1 } ?? (smallDenominator == 1) }

  /// The number without its sign.
  package var magnitude: Rational { isNegative ? -self : self }

  package static prefix func - (value: Rational) -> Rational {
    if let (numerator, denominator) = value.words {
      return Rational(words: -numerator, denominator)
    }
    return Rational(reduced: -value.numerator, value.denominator)
  }

  package static func + (left: Rational, right: Rational) -> Rational {
    if let sum = wordSum(left, right) { return sum }
    if left.denominator == right.denominator {
      return Rational(left.numerator + right.numerator, dividedBy: left.denominator)
    }
    return Rational(
      left.numerator * right.denominator + right.numerator * left.denominator,
      dividedBy: left.denominator * right.denominator)
  }

  /// The sum where all of it fits into words; nil where a product or sum overflows.
  private static func wordSum(_ left: Rational, _ right: Rational) -> Rational? {
    guard let (a, b) = left.words, let (c, d) = right.words else { return nil }
    if b == 1 && d == 1 {
      let (sum, overflow) = a.addingReportingOverflow(c)
      return overflow || sum == .min ? nil : Rational(words: sum, 1)
    }
    let (ad, overflow1) = a.multipliedReportingOverflow(by: d)
    let (cb, overflow2) = c.multipliedReportingOverflow(by: b)
    let (sum, overflow3) = ad.addingReportingOverflow(cb)
    let (bd, overflow4) = b.multipliedReportingOverflow(by: d)
    guard !overflow1, !overflow2, !overflow3, !overflow4 else { return nil }
    return Rational(sum, over: bd)
  }

  package static func - (left: Rational, right: Rational) -> Rational { left + -right }

  package static func * (left: Rational, right: Rational) -> Rational {
    if let (a, b) = left.words, let (c, d) = right.words {
      let (ac, overflow1) = a.multipliedReportingOverflow(by: c)
      let (bd, overflow2) = b.multipliedReportingOverflow(by: d)
      if !overflow1, !overflow2, let product = Rational(ac, over: bd) { return product }
    }
    return Rational(
      left.numerator * right.numerator, dividedBy: left.denominator * right.denominator)
  }

  /// The quotient; nil where the divisor is 0.
  package func divided(by divisor: Rational) -> Rational? {
    if let (numerator, denominator) = divisor.words, numerator != 0 {
      let inverse =
        numerator < 0
        ? Rational(words: -denominator, -numerator) : Rational(words: denominator, numerator)
      return self * inverse
    }
    return Rational(numerator * divisor.denominator, over: denominator * divisor.numerator)
  }

  /// A whole power; nil for 0 to a negative power, and where the result would be too large.
  package func power(_ exponent: Int) -> Rational? {
    if let power = wordPower(exponent) { return power }
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

  /// A whole power where all of it fits into words; nil elsewhere.
  private func wordPower(_ exponent: Int) -> Rational? {
    guard (-64...64).contains(exponent), let (above, below) = words else { return nil }
    guard exponent >= 0 else {
      guard above != 0 else { return nil }
      let inverse =
        above < 0 ? Rational(words: -below, -above) : Rational(words: below, above)
      return inverse.wordPower(-exponent)
    }
    var (numerator, denominator) = (1, 1)
    for _ in 0..<exponent {
      let (n, overflow) = numerator.multipliedReportingOverflow(by: above)
      let (d, otherOverflow) = denominator.multipliedReportingOverflow(by: below)
      guard !overflow, !otherOverflow, n != .min else { return nil }
      (numerator, denominator) = (n, d)
    }
    return Rational(words: numerator, denominator)
  }

  /// The bits of its numerator or denominator, whichever is longer.
  package var bitWidth: Int {
    guard let large else { return Int.bitWidth }
    return max(large.numerator.magnitude.bitWidth, large.denominator.magnitude.bitWidth)
  }

  /// Itself, or nil where it is too large to go on with.
  package var withinBudget: Rational? {
    large == nil || bitWidth <= Self.maximumBitWidth ? self : nil
  }

  /// Whether `other` is this number rounded to so many decimals, halves either way.
  package func rounds(to other: Rational, decimals: Int) -> Bool {
    guard let scale = Rational(10).power(decimals) else { return false }
    return ((self - other) * scale).magnitude <= Rational(reduced: 1, 2)
  }

  /// Whether its decimals come to an end: its denominator has no prime factors but 2 and 5.
  package var isTerminating: Bool {
    if var (_, small) = words {
      small >>= small.trailingZeroBitCount
      while small % 5 == 0 { small /= 5 }
      return small == 1
    }
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
  guard left.bitWidth <= 64, right.bitWidth <= 64 else {
    return left.greatestCommonDivisor(with: right)
  }
  return BigUInt(greatestCommonDivisor(UInt(left), UInt(right)))
}

private func greatestCommonDivisor(_ left: UInt, _ right: UInt) -> UInt {
  var (a, b) = (left, right)
  if b == 1 { return 1 }
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

extension Rational: Comparable {
  package static func < (left: Rational, right: Rational) -> Bool {
    if let (a, b) = left.words, let (c, d) = right.words {
      let (one, overflow1) = a.multipliedReportingOverflow(by: d)
      let (other, overflow2) = c.multipliedReportingOverflow(by: b)
      if !overflow1, !overflow2 { return one < other }
    }
    return left.numerator * right.denominator < right.numerator * left.denominator
  }
}

extension Rational: CustomStringConvertible {
  /// "7/2"; whole numbers plain.
  package var description: String {
    isInteger ? numerator.description : "\(numerator)/\(denominator)"
  }
}
