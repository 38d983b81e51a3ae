import Arithmetic
import Testing

@Suite("Equations that a text states")
struct EquationTests {
  /// Left value, right value and validity of each equation, as text.
  private func read(_ text: String) -> [String] {
    statedEquations(in: text).map { equation in
      let left = equation.left.value?.description ?? "?"
      let right = equation.right.value?.description ?? "?"
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
      (#"\frac{1}{2} \times 10 = 5"#, ["5=5 exact"]),
      (#"\(36 \div 6 = 6\)"#, ["6=6 exact"]),
      ("(2 + 3) * 4 = 5 * 4 = 20", ["20=20 exact", "20=20 exact"]),
      ("3(4 + 5) = 27", ["27=27 exact"]),
      ("2^10 = 1024", ["1024=1024 exact"]),
      ("50% of 30 = 15", ["15=15 exact"]),
      ("1/4 of 20 = 5", ["5=5 exact"]),
      ("5 / 20 * 100 = 25%", ["25=1/4 exact"]),
      ("3 x 4 = 12", ["12=12 exact"]),
      ("In 2020 he sold 5 + 3 = 8 of them", ["8=8 exact"]),
      ("- 5 + 3 = 8", ["8=8 exact"]),
      ("-5 + 3 = -2", ["-2=-2 exact"]),
      ("1. 5 - 3 = 2", ["2=2 exact"]),
      ("7 = 3 + 4", ["7=7 exact"]),
    ])
  func readsAsWritten(text: String, expected: [String]) {
    #expect(read(text) == expected, "\(text)")
  }

  @Test(
    "are judged by exact arithmetic",
    arguments: [
      ("12 + 7 = 20", ["19=20 wrong"]),
      ("100/3 = 33.33", ["100/3=3333/100 rounded"]),
      ("100/3 = 33.3", ["100/3=333/10 rounded"]),
      ("100/3 = 33", ["100/3=33 wrong"]),
      ("1/3 = 0.34", ["1/3=17/50 wrong"]),
      ("5/0 = 5", ["?=5 undecided"]),
      ("2^(10^9) = 4", ["?=4 undecided"]),
      ("0.1 + 0.2 = 0.3", ["3/10=3/10 exact"]),
    ])
  func judgesExactly(text: String, expected: [String]) {
    #expect(read(text) == expected, "\(text)")
  }

  @Test("leave out what states no calculation")
  func leavesOutTheRest() {
    for text in ["x = 5", "1 hour = 60 minutes", "So the answer is 12.", "n == 3", "= = =", ""] {
      #expect(read(text).isEmpty, "\(text)")
    }
  }

  @Test("inside calculator annotations are read once more by themselves")
  func readsAnnotations() {
    let text = "He sold 48/2 = <<48/2=24>>24 clips."
    #expect(read(text) == ["24=24 exact", "24=24 exact"])
  }

  @Test("say where they stand in the text")
  func knowsPlaces() throws {
    let text = "né: 3 + 4 = 7!"
    let equation = try #require(statedEquations(in: text).first)
    #expect(String(decoding: Array(text.utf8)[equation.bytes], as: UTF8.self) == "3 + 4 = 7")
  }

  @Test("have one canonical form whatever the order of terms and factors")
  func canonicalForms() throws {
    let forms = try ["3*(4 + 5) = 27", "(5 + 4) * 3.0 = 27", "(4 + 5) × 3 = 27"].map { text in
      try #require(statedEquations(in: text).first).left.canonicalForm
    }
    #expect(Set(forms).count == 1)
    let other = try #require(statedEquations(in: "3*4 + 5 = 17").first).left.canonicalForm
    #expect(other != forms[0])
  }

  @Test(
    "are found in a megabyte of anything without hanging",
    arguments: [
      "1+", "(", "1 1 ", "=", "1=", "9", "a ", "1+1+1+1+1+1+1 1 =", "<<", "\\frac{", "^2", "🙂", "-",
    ])
  func survivesHostileText(unit: String) {
    let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    let start = ContinuousClock.now
    _ = statedEquations(in: text)
    // A minute is no speed limit: quadratic work on a megabyte would take hours.
    #expect(ContinuousClock.now - start < .seconds(60))
  }
}
