import Arithmetic
import Testing

@Suite("Equations that a text states")
struct EquationTests {
  /// Left value, right value and validity of each equation, as text.
  private func read(_ text: String) -> [String] {
    statedEquations(in: text).map { equation in
      let left = equation.leftValue?.description ?? "?"
      let right = equation.rightValue?.description ?? "?"
      return "\(left)=\(right) \(equation.validity.rawValue)"
    }
  }

  @Test(
    "are read as people and models write them",
    arguments: [
      ("Natalia sold 48/2 = 24 clips in May.", ["24=24 exact"]),
      ("2 apples * 3 = 6 apples", ["6=6 exact"]),
      ("$48/2 = $24", ["24=24 exact"]),
      ("3*$5=$15", ["15=15 exact"]),
      ("5 × 3 = 15 and 15 ÷ 4 = 3.75", ["15=15 exact", "15/4=15/4 exact"]),
      ("1,000 + 2{,}500 = 3,500", ["3500=3500 exact"]),
      ("(2 + 3) * 4 = 5 * 4 = 20", ["20=20 exact", "20=20 exact"]),
      ("3(4 + 5) = 27", ["27=27 exact"]),
      ("2^10 = 1024 and 2**3 = 8 and 3² = 9", ["1024=1024 exact", "8=8 exact", "9=9 exact"]),
      ("-2^2 = -4", ["-4=-4 exact"]),
      ("50% of 30 = 15", ["15=15 exact"]),
      ("1/4 of the 20 = 5", ["5=5 exact"]),
      ("3 x 4 = 12", ["12=12 exact"]),
      ("3x4=12", ["12=12 exact"]),
      ("3 times 4 = 12, 12 divided by 4 = 3", ["12=12 exact", "3=3 exact"]),
      ("In 2020 he sold 5 + 3 = 8 of them", ["8=8 exact"]),
      ("7 = 3 + 4", ["7=7 exact"]),
      ("60 miles/hour * 2 hours = 120 miles", ["120=120 exact"]),
      ("1 1/2 * 4 = 6", ["6=6 exact"]),
      ("12 x 1 and 1/4 = 15", ["15=15 exact"]),
      ("60 / 3/4 = 80", ["80=80 exact"]),
      ("48/2/3 = 8", ["8=8 exact"]),
      ("**5 + 3 = 8**", ["8=8 exact"]),
      ("5 + 3 == 8", ["8=8 exact"]),
      ("1e-2 * 300 = 3", ["3=3 exact"]),
      ("<<.5*4=2>>", ["2=2 exact"]),
    ])
  func readsAsWritten(text: String, expected: [String]) {
    #expect(read(text) == expected, "\(text)")
  }

  @Test(
    "are read in LaTeX",
    arguments: [
      (#"\frac{1}{2} \times 10 = 5"#, ["5=5 exact"]),
      (#"\(36 \div 6 = 6\)"#, ["6=6 exact"]),
      (#"\frac12 \cdot 4 = \boxed{2}"#, ["2=2 exact"]),
      (#"3 \text{ apples} + 4 \text{ apples} = 7"#, ["7=7 exact"]),
      (#"\left(2 + 3\right) \times 4 &= 20"#, ["20=20 exact"]),
      (#"1\frac{1}{2} + 1 = \frac{5}{2}"#, ["5/2=5/2 exact"]),
      (#"2^{10} = 1{,}024"#, ["1024=1024 exact"]),
      (#"\frac{1}{3} \times 100 = 33.33\%"#, ["100/3=3333/10000 rounded"]),
      (#"\sqrt{16} + 3 + 4 = 11"#, []),
      (#"\binom{9}{2} = \frac{9 \times 8}{2 \times 1} = 36"#, ["36=36 exact"]),
      (#"2\pi + 3 = 9"#, []),
    ])
  func readsLaTeX(text: String, expected: [String]) {
    #expect(read(text) == expected, "\(text)")
  }

  @Test(
    "do not take list marks, hyphens and dashes for signs",
    arguments: [
      ("- 5 + 3 = 8", ["8=8 exact"]),
      ("* 5 + 3 = 8", ["8=8 exact"]),
      ("1. 5 - 3 = 2", ["2=2 exact"]),
      ("1) 5 - 3 = 2", ["2=2 exact"]),
      ("-5 + 3 = -2", ["-2=-2 exact"]),
      ("The change is -30/3 = -10", ["-10=-10 exact"]),
      ("a 3-hour day * 2 = 6", ["6=6 exact"]),
      ("5 + 3 = 8 - the rest", ["8=8 exact"]),
      ("5 + 3 = 8 -> 8 * 2 = 16", ["8=8 exact", "16=16 exact"]),
      ("5 + 3 = 8 => 8 * 2 = 16", ["8=8 exact", "16=16 exact"]),
    ])
  func knowsMarks(text: String, expected: [String]) {
    #expect(read(text) == expected, "\(text)")
  }

  @Test(
    "are judged by exact arithmetic",
    arguments: [
      ("12 + 7 = 20", ["19=20 wrong"]),
      ("100/3 = 33.33", ["100/3=3333/100 rounded"]),
      ("100/3 = 33.3", ["100/3=333/10 rounded"]),
      ("200/3 = 66.66", ["200/3=3333/50 rounded"]),
      ("1/8 = 0.12", ["1/8=3/25 rounded"]),
      ("0.1239 * 1 = 0.12", ["1239/10000=3/25 rounded"]),
      ("0.129 * 1 = 0.12", ["129/1000=3/25 wrong"]),
      ("100/3 = 33", ["100/3=33 wrong"]),
      ("100/3 ≈ 33", ["100/3=33 rounded"]),
      ("22/7 ≈ 4", ["22/7=4 wrong"]),
      ("1/3 = 0.34", ["1/3=17/50 wrong"]),
      ("5/0 = 5", ["?=5 undecided"]),
      ("2^(10^9) = 4", ["?=4 undecided"]),
      ("0.1 + 0.2 = 0.3", ["3/10=3/10 exact"]),
      ("0.1 * 3 = 0.30000000000000004", ["3/10=7500000000000001/25000000000000000 rounded"]),
    ])
  func judgesExactly(text: String, expected: [String]) {
    #expect(read(text) == expected, "\(text)")
  }

  @Test(
    "take a percentage as its number where it is meant so",
    arguments: [
      ("5 / 20 * 100 = 25%", ["25=1/4 exact"]),
      ("20% + 30% = 50", ["1/2=50 exact"]),
      ("15 / 90 * 100% = 16.67", ["1/6=1667/100 rounded"]),
      ("1/3 = 33%", ["1/3=33/100 rounded"]),
      ("10% of 50 = 500", ["5=500 wrong"]),
    ])
  func readsPercentages(text: String, expected: [String]) {
    #expect(read(text) == expected, "\(text)")
  }

  @Test(
    "are never called wrong where words allow another reading",
    arguments: [
      "1/2 hour = 30 minutes", "4 pounds - 6 ounces = 58 ounces", "4.5 gallons = 4.5 * 8 pints",
      "3 dozen + 5 = 41", "13 / 6 = 2 with a remainder of 1", "$1 / 2 = 50 cents",
      "Week 2 = 35 + 35", "5 medium pizzas = 4 + 5",
    ])
  func leavesConversionsUndecided(text: String) {
    #expect(statedEquations(in: text).map(\.validity) == [.undecided], "\(text)")
  }

  @Test(
    "are wrong where units match",
    arguments: ["2 apples * 3 = 7 apples", "60 miles/hour * 2 hours = 130 miles"])
  func judgesUnits(text: String) {
    #expect(statedEquations(in: text).map(\.validity) == [.wrong], "\(text)")
  }

  @Test(
    "leave out what states no calculation, or is part of an expression that cannot be read",
    arguments: [
      "x = 5", "1 hour = 60 minutes", "So the answer is 12.", "n == 3", "= = =", "", "2x + 3 = 7",
      "3x - 5 = 10", "x + 3 + 4 = 9", "3 + 4 = 2x + 1", "f(3) + 4 = 10", "12 = 12 * width",
      "3:00 + 2 = 5:00", "3 + 4 >= 7", "3 + 4 != 8", "4N + 9 = 41", "a_1 + 3 + 4 = 9",
      "1 2,3 + 4 = 7", "0900 - 0130 = 0730", "total - 5 + 3 = 8", "√16 + 9 = 13", "5! = 120",
      "3 cats and the dogs = 5 * cats",
    ])
  func leavesOutTheRest(text: String) {
    #expect(read(text).isEmpty, "\(text)")
  }

  @Test("do not multiply by what stands in parentheses as a remark")
  func knowsRemarks() {
    #expect(read("60/3 = 20 (20 minutes each)") == ["20=20 exact"])
    #expect(read("20 because (4 x 5) = 20") == ["20=20 exact"])
  }

  @Test("of calculator annotations count once where the text around them says the same")
  func readsAnnotations() {
    #expect(read("He sold 48/2 = <<48/2=24>>24 clips.") == ["24=24 exact"])
    #expect(read("He sold 48/2 = $<<48/2=24>>24 clips.") == ["24=24 exact"])
    #expect(read("He sold <<48/2=24>>24 clips.") == ["24=24 exact"])
    #expect(read("He has 50-8 = <<52-8=44>>44") == ["42=44 wrong", "44=44 exact"])
    #expect(read("<<1+1=2>> and <<2+2=4>>") == ["2=2 exact", "4=4 exact"])
    #expect(read("1 << 2 + 3 = 5\n>> 1") == ["5=5 exact"])
  }

  @Test("of a chain share its number")
  func numbersChains() {
    let chains = statedEquations(in: "2 + 3 = 5 = 1 + 4. So <<5*2=10>>10, and 3 + 4 = 7.")
      .map(\.chain)
    #expect(chains == [0, 0, 1, 2])
  }

  @Test("say where they stand in the text")
  func knowsPlaces() throws {
    let text = "né: 3 + 4 = 7!"
    let equation = try #require(statedEquations(in: text).first)
    #expect(String(decoding: Array(text.utf8)[equation.bytes], as: UTF8.self) == "3 + 4 = 7")
  }

  @Test("without a result are calculations")
  func findsCalculations() {
    let text = "Divides 48 / 2 by 3 friends, then adds 4 + 5."
    let stated = statedCalculations(in: text)
    #expect(stated.map { $0.expression.value?.description } == ["24", "9"])
    #expect(
      stated.map { String(decoding: Array(text.utf8)[$0.bytes], as: UTF8.self) }
        == ["48 / 2 by", "4 + 5"])
    for text in ["Divides 48 by the 2 friends.", "on 9/11", "in 5-10 days", "2x + 3"] {
      #expect(statedCalculations(in: text).isEmpty, "\(text)")
    }
  }

  @Test(
    "are found in a megabyte of anything without hanging",
    arguments: [
      "1+", "(", "1 1 ", "=", "1=", "9", "a ", "1+1+1+1+1+1+1 1 =", "<<", "\\frac{", "^2", "🙂", "-",
      "\\text{", "2^3^", "((((((((((((((((((((1=", "1 and ", "1\\frac{", "7/3^600*5=1 ", "\u{0}",
    ])
  func survivesHostileText(unit: String) {
    let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    let start = ContinuousClock.now
    _ = statedEquations(in: text)
    // Ten minutes are no speed limit: quadratic work on a megabyte would take days.
    #expect(ContinuousClock.now - start < .seconds(600))
  }

  @Test("are found or not in random bytes, but never trap", arguments: UInt8(0)..<50)
  func survivesRandomText(seed: UInt8) {
    let alphabet = Array("0123456789 =+-*/^()[]{}%.,$\\x<>of frac text\n&!:_aé×²½’".unicodeScalars)
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    var text = String.UnicodeScalarView()
    for _ in 0..<20_000 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      text.append(alphabet[Int(state % UInt64(alphabet.count))])
    }
    let bytes = Array(String(text).utf8)
    for equation in statedEquations(in: String(text)) {
      #expect(equation.bytes.upperBound <= bytes.count && !equation.bytes.isEmpty)
      #expect(equation.left.isCalculation || equation.right.isCalculation)
    }
    // Cut anywhere, also inside a character.
    for cut in [1, 7, 101, 1009] {
      _ = Array(bytes.dropFirst(cut)).withUnsafeBytes { statedEquations(in: $0) }
    }
  }
}
