import Arithmetic
import BigInt
import RandomStreams
import Testing

@Suite("Rationals")
struct RationalTests {
  @Test("read decimals exactly")
  func readsDecimals() {
    #expect(Rational(decimal: "3.50")?.description == "7/2")
    #expect(Rational(decimal: "-0.125")?.description == "-1/8")
    #expect(Rational(decimal: "1.5e3")?.description == "1500")
    #expect(Rational(decimal: "25e-2")?.description == "1/4")
    #expect(Rational(decimal: "007")?.description == "7")
    #expect(Rational(decimal: "1,000")?.description == "1000")
    #expect(Rational(decimal: "-12,345,678.5")?.description == "-24691357/2")
    let long = String(repeating: "123456789", count: 5)
    #expect(Rational(decimal: long)?.description == long)
    for text in [
      "", "-", ".", "1.2.3", "1e", "1e99999", "abc", "1 2", "٣", "1,2", "1,0000", "1234,567",
      ",123",
      "1,000,", "1.000,5",
    ] {
      #expect(Rational(decimal: text) == nil, "\(text)")
    }
    #expect(Rational(decimal: String(repeating: "9", count: 5001)) == nil)
  }

  @Test("obey the laws of a field", arguments: UInt64(0)..<200)
  func fieldLaws(seed: UInt64) throws {
    var random = RandomStream(seed: seed, "rationals")
    func draw() throws -> Rational {
      try #require(
        Rational(BigInt(random.integer(in: -50...50)), over: BigInt(random.integer(in: 1...50))))
    }
    let (a, b, c) = (try draw(), try draw(), try draw())
    #expect(a + b == b + a)
    #expect((a + b) + c == a + (b + c))
    #expect(a * (b + c) == a * b + a * c)
    #expect(a - a == Rational(0))
    if !b.isZero { #expect(try #require(a.divided(by: b)) * b == a) }
    #expect((a < b) == (b > a))
    #expect(a.denominator > 0)
    #expect(a.numerator.greatestCommonDivisor(with: a.denominator) == 1)
  }

  @Test("refuse division by zero and powers beyond the budget")
  func refuses() {
    #expect(Rational(1).divided(by: Rational(0)) == nil)
    #expect(Rational(0).power(-1) == nil)
    #expect(Rational(2).power(1_000_000_000) == nil)
    #expect(Rational(1).power(1_000_000_000) == Rational(1))
    #expect(Rational(-1).power(1_000_000_001) == Rational(-1))
    #expect(Rational(0).power(0) == Rational(1))
    #expect(Rational(-2).power(3) == Rational(-8))
    #expect(Rational(2).power(-2)?.description == "1/4")
    #expect(Rational(1).power(.min) == Rational(1))
    #expect(Rational(2).power(.min) == nil)
  }

  @Test("round to decimals, halves either way")
  func rounding() throws {
    let third = try #require(Rational(1).divided(by: Rational(3)))
    #expect(third.rounds(to: try #require(Rational(decimal: "0.33")), decimals: 2))
    #expect(!third.rounds(to: try #require(Rational(decimal: "0.34")), decimals: 2))
    let half = try #require(Rational(decimal: "0.125"))
    #expect(half.rounds(to: try #require(Rational(decimal: "0.12")), decimals: 2))
    #expect(half.rounds(to: try #require(Rational(decimal: "0.13")), decimals: 2))
  }

  @Test("cut off decimals towards zero")
  func cuttingOff() throws {
    let value = try #require(Rational(-2).divided(by: Rational(3)))
    #expect(value.isCutOff(at: try #require(Rational(decimal: "-0.66")), decimals: 2))
    #expect(!value.isCutOff(at: try #require(Rational(decimal: "-0.67")), decimals: 2))
    #expect(!value.isTerminating)
    #expect(try #require(Rational(decimal: "0.0375")).isTerminating)
  }

  @Test("agree with big arithmetic beyond 64 bits", arguments: UInt64(0)..<50)
  func largeNumbers(seed: UInt64) throws {
    var random = RandomStream(seed: seed, "large rationals")
    let factor = BigInt(10).power(random.integer(in: 15...40))
    let (above, below) = (BigInt(random.integer(in: 1...999)), BigInt(random.integer(in: 1...999)))
    let scaled = try #require(Rational(above * factor, over: below * factor))
    #expect(scaled == Rational(above, over: below))
    #expect(scaled.numerator.greatestCommonDivisor(with: scaled.denominator) == 1)
  }
}
