import Algebra
import Arithmetic
import BigInt

extension AnswerParser {
  /// A number with thousands separators, decimals, an exponent, a base, or the fraction of a mixed number.
  mutating func number() throws(Failure) -> Formula {
    var digits: [UInt8] = []
    var decimals = 0
    let start = position
    if current == .digits {
      digits += text(of: position)
      position += 1
      while let next = thousandsGroup(after: digits) {
        digits += text(of: next)
        position = next + 1
      }
    }
    if current == .sign("."), position == start || !isSpaced {
      let hasDigits =
        kind(ahead: 1) == .digits && !tokens[position + 1].isSpaced
      if hasDigits {
        digits += text(of: position + 1)
        decimals = tokens[position + 1].end - tokens[position + 1].start
      }
      guard hasDigits || !digits.isEmpty else { throw .unreadable }
      position += hasDigits ? 2 : 1
      if let period = repeatingDigits() {
        return try repeating(digits, decimals: decimals, period: period)
      }
    }
    var scale = -decimals
    if let (exponent, next) = scientificExponent() {
      scale += exponent
      position = next
    }
    digitsLeft -= max(digits.count, abs(scale)) - 20
    guard digits.count <= 1000, abs(scale) <= 400 + digits.count, digitsLeft > 0,
      let value = Rational(digits: digits, scale: scale)
    else { throw .unreadable }
    if decimals == 0, current == .sign("_") { return try inBase(digits) }
    if decimals == 0, let fraction = try mixedFraction() {
      return .sum([.number(value), fraction])
    }
    return .number(value)
  }

  /// The place of the next group of three digits behind a separator; nil where there is none.
  private func thousandsGroup(after digits: [UInt8]) -> Int? {
    guard digits.count % 3 != 0 || digits.count >= 3, digits.first != 0x30 else { return nil }
    var next = position
    if current == .sign("{"), kind(ahead: 1) == .sign(","), kind(ahead: 2) == .sign("}") {
      next += 3
    } else if current == .sign(","), bracketDepth == 0, kind(ahead: 1) != nil,
      !tokens[next + 1].isSpaced || isNegativeSpace(next + 1)
    {
      next += 1
    } else if next < limit, !tokens[next].isSpaced {
      return nil
    }
    guard next < limit, tokens[next].kind == .digits,
      tokens[next].end - tokens[next].start == 3, position > 0,
      tokens[position - 1].end - tokens[position - 1].start <= 3
    else { return nil }
    return next
  }

  /// Whether `\!` stands before a token.
  private func isNegativeSpace(_ index: Int) -> Bool {
    bytes[tokens[index - 1].end..<tokens[index].start].contains(UInt8(ascii: "!"))
  }

  /// e or E with a whole number right behind the digits.
  private func scientificExponent() -> (exponent: Int, next: Int)? {
    guard current == .letter("e") || current == .letter("E"), !tokens[position].isSpaced else {
      return nil
    }
    var next = position + 1
    var isNegative = false
    if next < limit, tokens[next].kind == .sign("-") || tokens[next].kind == .sign("+") {
      isNegative = tokens[next].kind == .sign("-")
      next += 1
    }
    guard next < limit, tokens[next].kind == .digits, !tokens[next].isSpaced,
      let value = Int(text(next)), value <= 1000
    else { return nil }
    return (isNegative ? -value : value, next + 1)
  }

  // MARK: Repeating decimals

  /// The digits that repeat, marked by a bar or dots above them behind a decimal point.
  private mutating func repeatingDigits() -> [UInt8]? {
    guard case .command(let mark)? = current, ["overline", "bar", "dot"].contains(mark),
      kind(ahead: 1) == .sign("{"), kind(ahead: 2) == .digits, kind(ahead: 3) == .sign("}"),
      tokens[position + 2].end - tokens[position + 2].start <= 40
    else { return nil }
    let period = Array(bytes[tokens[position + 2].start..<tokens[position + 2].end])
    position += 4
    return period
  }

  private func repeating(
    _ digits: [UInt8], decimals: Int, period: [UInt8]
  ) throws(Failure) -> Formula {
    guard digits.count <= 40, let before = Rational(digits: digits, scale: -decimals),
      let once = Rational(digits: period, scale: -decimals),
      let nines = Rational(10).power(period.count),
      let rest = once.divided(by: nines - Rational(1))
    else { throw .unreadable }
    return .number(before + rest)
  }

  // MARK: Bases

  private static let spelledBases = [
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "sixteen": 16,
  ]

  /// A number in a base: 204_5.
  private mutating func inBase(_ digits: [UInt8]) throws(Failure) -> Formula {
    position += 1
    var braces = 0
    while take(.sign("{")) { braces += 1 }
    var base: Int?
    if current == .digits {
      base = Int(text(position))
      position += 1
    } else if case .word(let word)? = current {
      base = Self.spelledBases[word]
      position += 1
    }
    for _ in 0..<braces { try expect(.sign("}")) }
    guard let base, (2...36).contains(base), digits.allSatisfy({ Int($0) - 0x30 < base }),
      digits.count <= 200,
      let value = BigInt(String(decoding: digits, as: UTF8.self), radix: base),
      let rational = Rational(value, over: 1)
    else { throw .unreadable }
    return .number(rational)
  }

  // MARK: Mixed numbers

  /// The proper fraction behind a whole number: 7\frac{1}{2}, 7 1/2.
  private mutating func mixedFraction() throws(Failure) -> Formula? {
    let start = position
    if take(.command("frac")) {
      if let above = try? argument(), let below = try? argument(), case .number(let a) = above,
        case .number(let b) = below, !a.isNegative, a < b, a.isInteger, b.isInteger
      {
        return .quotient(above, below)
      }
      position = start
      return nil
    }
    if case .command(let name)? = current, let fraction = Self.vulgarFractions[name] {
      position += 1
      return .number(fraction)
    }
    guard position + 2 < limit, isSpaced, current == .digits,
      kind(ahead: 1) == .sign("/"), kind(ahead: 2) == .digits, !tokens[position + 1].isSpaced,
      let a = Int(text(position)), let b = Int(text(position + 2)), a < b
    else { return nil }
    position += 3
    return .quotient(.integer(a), .integer(b))
  }

  /// Fractions that are one character.
  static let vulgarFractions: [String: Rational] = [
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4),
  ].reduce(into: [:]) { table, entry in
    table["vulgar" + entry.key] = Rational(entry.value.0, over: entry.value.1)
  }
}
