package import BigInt

/// An exact fraction, always reduced, with a positive denominator.
package struct Rational: Hashable, Sendable {
  package let numerator: BigInt
  package let denominator: BigInt

  /// Larger numbers than this many bits are not computed; operations that would need them answer nil.
  static let maximumBitWidth = 1 << 16

  /// A whole number.
  package init(_ integer: Int) {
    numerator = BigInt(integer)
    denominator = 1
  }

  /// A quotient; nil for a denominator of 0.
  package init?(_ numerator: BigInt, over denominator: BigInt) {
    guard !denominator.isZero else { return nil }
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let sign: BigInt = denominator.sign == .minus ? -1 : 1
    self.numerator = numerator / divisor * sign
    self.denominator = denominator / divisor * sign
  }

  /// The value of a plain decimal such as "-3.50", "12" or "1.5e3"; nil for anything else, and for more than
  /// 5,000 digits or an exponent beyond ±5,000.
  package init?(decimal text: some StringProtocol) {
    var digits: [UInt8] = []
    var fractionDigits: Int?
    var exponent = 0
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    while let character = rest.utf8.first {
      switch character {
      case 0x30...0x39:
        digits.append(character)
        if let count = fractionDigits { fractionDigits = count + 1 }
      case UInt8(ascii: ".") where fractionDigits == nil: fractionDigits = 0
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard let value = Int(rest.dropFirst()), abs(value) <= 5000 else { return nil }
        exponent = value
        rest = ""
        continue
      default: return nil
      }
      rest = rest.dropFirst()
    }
    guard !digits.isEmpty, digits.count <= 5000,
      let value = BigInt(String(decoding: digits, as: UTF8.self))
    else { return nil }
    let scale = exponent - (fractionDigits ?? 0)
    let power = BigInt(10).power(abs(scale))
    let signed = isNegative ? -value : value
    self.init(scale >= 0 ? signed * power : signed, over: scale >= 0 ? 1 : power)
  }

  package var isZero: Bool { numerator.isZero }

  /// Whether it is a whole number.
  package var isInteger: Bool { denominator == 1 }

  package static prefix func - (value: Rational) -> Rational {
    Rational(reduced: -value.numerator, value.denominator)
  }

  package static func + (left: Rational, right: Rational) -> Rational {
    Rational(
      left.numerator * right.denominator + right.numerator * left.denominator,
      over: left.denominator * right.denominator) ?? left
  }

  package static func - (left: Rational, right: Rational) -> Rational { left + -right }

  package static func * (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.numerator, over: left.denominator * right.denominator) ?? left
  }

  /// The quotient; nil where the divisor is 0.
  package func divided(by divisor: Rational) -> Rational? {
    Rational(numerator * divisor.denominator, over: denominator * divisor.numerator)
  }

  /// A whole power; nil for 0 to a negative power, and where the result would be too large.
  package func power(_ exponent: Int) -> Rational? {
    if exponent < 0 { return Rational(1).divided(by: self)?.power(-exponent) }
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
    let distance = (self - other) * scale
    return Rational(reduced: distance.numerator.magnitudeValue, distance.denominator)
      <= Rational(reduced: 1, 2)
  }

  private init(reduced numerator: BigInt, _ denominator: BigInt) {
    self.numerator = numerator
    self.denominator = denominator
  }
}

extension BigInt {
  fileprivate var magnitudeValue: BigInt { BigInt(magnitude) }
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
