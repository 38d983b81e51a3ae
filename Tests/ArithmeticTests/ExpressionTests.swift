import Arithmetic
import Testing

@Suite("Expressions")
struct ExpressionTests {
  private func form(_ text: String) throws -> String {
    // With a result, so that "8/2" is no date.
    try #require(statedEquations(in: "\(text) = 0").first, "\(text)").left.canonicalForm
  }

  @Test(
    "have one canonical form however the same operations are written",
    arguments: [
      ["3*(4 + 5)", "(5 + 4) * 3.0", "(4 + 5) × 3", #"3 \times (5+4)"#],
      ["20 * 0.75", "3/4 * 20", "75% of 20", "20 * 3 / 4", #"\frac{3}{4} \cdot 20"#],
      ["10/100 * 50", "0.1 * 50", "50 * 10 * .01", "50 * 10/100"],
      ["30 / 2", "30 * 0.5", "1/2 * 30", "50% of 30"],
      ["60 - 15 - 25", "60 - (15 + 25)", "60 - 25 - 15"],
      ["1 1/2 * 4", "1.5 * 4"],
      ["2^3", "2**3", "2^{3}"],
    ])
  func canonicalForms(texts: [String]) throws {
    let forms = Set(try texts.map(form))
    #expect(forms.count == 1, "\(forms)")
  }

  @Test(
    "keep operations apart that only have the same value",
    arguments: [
      ("3*4", "2*6"), ("3*4", "3+4"), ("3*4 + 5", "3*(4 + 5)"), ("8/2", "2/8"), ("8 - 2", "2 - 8"),
      ("2^3", "3^2"), ("60 - 15 - 25", "60 - 40"), ("5*1", "5/1"),
    ])
  func differentOperations(one: String, other: String) throws {
    #expect(try form(one) != form(other))
  }

  @Test("know the operations that they take")
  func operations() throws {
    func operations(_ text: String) throws -> [String] {
      try #require(statedCalculations(in: text).first, "\(text)").expression.operations
    }
    let sum = try operations("3 + 4 + 5")
    #expect(sum == [try form("3 + 4"), try form("7 + 5")])
    #expect(try operations("(60 - 15) * 2") == [try form("60 - 15"), try form("45 * 2")])
    let difference = try operations("60 - 15 - 25")
    #expect(
      Set(["15 + 25", "60 - 40", "60 - 15", "45 - 25"].map { try? form($0) })
        == Set(difference.map(Optional.some)))
    #expect(try operations("5 / 0 + 1") == [try form("5 / 0")])
  }

  @Test("can be traced back to what gave their numbers")
  func unfolding() throws {
    let sum = try #require(statedCalculations(in: "8 + 28").first).expression
    let difference = try #require(statedCalculations(in: "52 - 36").first).expression
    #expect(
      try difference.replacing(Rational(36), by: sum).canonicalForm == form("52 - 8 - 28"))
  }

  @Test("know their numbers and the calculations inside them")
  func parts() throws {
    let expression = try #require(statedCalculations(in: "(3 + 4) * 50%").first).expression
    #expect(expression.literals.map(\.value.description) == ["3", "4", "1/2"])
    #expect(expression.calculations.count == 2)
    #expect(expression.value == Rational(decimal: "3.5"))
  }
}

@Suite("Numbers that a text states")
struct StatedNumberTests {
  @Test(
    "are read whole, with sign, currency, unit and percent sign",
    arguments: [
      ("18", "18"), ("$1,000.50", "2001/2"), ("3/4", "3/4"), ("1 1/2", "3/2"), ("-7 apples", "-7"),
      (#"\frac{1}{2}"#, "1/2"), (#"1\frac{1}{2}"#, "3/2"), ("25%", "1/4"), ("+5", "5"),
      ("12.", "12"),
      (#"\boxed{12}"#, "12"), ("2 * 3", "6"),
    ])
  func reads(text: String, value: String) {
    #expect(StatedNumber(text)?.value.description == value, "\(text)")
  }

  @Test(
    "are not read into anything else", arguments: ["", "x", "3 + 4", "1,2", "3:00", "5 x", "2 3"])
  func refuses(text: String) {
    #expect(StatedNumber(text) == nil, "\(text)")
  }
}
