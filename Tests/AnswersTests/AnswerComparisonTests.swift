import Answers
import RandomStreams
import Testing

@Suite("Comparing answers by what they mean")
struct AnswerComparisonTests {
  private func isEqual(_ one: String, _ other: String) -> Bool {
    AnswerChecker.math.compare(one, with: other).isEqual
  }

  @Test(
    "finds equal ones equal",
    arguments: [
      ("4", "4.0"), ("1,000", "1000"), ("1{,}000", "1000"), (#"1\,000"#, "1000"),
      (#"\frac12"#, "0.5"), (#"\dfrac{3}{4}"#, "3/4"), ("1 1/2", "1.5"), (#"1\frac{1}{2}"#, "3/2"),
      ("$18", "18"), ("18 dollars", "18"), (#"\$18.00"#, "18"), ("-3", "−3"), ("+3", "3"),
      ("50%", "50"), ("50%", "0.5"), (#"50\%"#, "50%"), ("2^10", "1024"), ("12.", "12"),
      ("007", "7"), ("0.1", "1/10"), (#"\text{Even}"#, #"\text{even}"#), ("x + 1", "x+1"),
      (#"\left(1,2\right)"#, "(1, 2)"), ("-1 1/2", "-1.5"),
      (#"3,\!250"#, "3250"), (#"120^\circ"#, "120"), ("120°", #"120^{\circ}"#),
      ("(x+1)^2", "x^2+2x+1"), (#"\frac{1}{\sqrt{2}}"#, #"\frac{\sqrt{2}}{2}"#),
      (#"\log_2 8"#, "3"), ("5!", "120"), (#"\binom{5}{2}"#, "10"), ("204_5", "54"),
      (#"1\pm\sqrt{2}"#, #"1+\sqrt{2}, 1-\sqrt{2}"#), (#"\{1,2\}"#, "2, 1"),
      ("x > 2", #"(2,\infty)"#),
      (#"\sin \frac{\pi}{6}"#, "1/2"), ("x = 3", "3"), ("y=2x+3", "2x-y+3=0"),
      (#"\sqrt{3+2\sqrt{2}}"#, #"1+\sqrt{2}"#), (#"\sin^2 x+\cos^2 x"#, "1"),
      (#"\sqrt{x^2}"#, "|x|"), (#"e^{i\pi}"#, "-1"), ("The answer is 18.", "18"),
      (#"\begin{pmatrix}1\\2\end{pmatrix}"#, #"\begin{bmatrix}1\\\frac{4}{2}\end{bmatrix}"#),
    ])
  func equal(one: String, other: String) {
    #expect(isEqual(one, other), "\(one) \(other)")
    #expect(isEqual(other, one), "\(other) \(one)")
  }

  @Test(
    "finds different ones different",
    arguments: [
      ("1,2", "12"), ("0.33", "1/3"), ("4", "5"), ("", ""), (" ", "4"), ("1/0", "1"), ("-3", "3"),
      ("50%", "5"), ("x", "y"), ("1000", "1,00"), ("(1,2)", "(2,1)"), ("10^(10^10)", "1"),
      (#"\sqrt{x^2}"#, "x"), ("(0,1)", "[0,1]"), ("x+1", "y+1"), (#"\{1,2\}"#, "3"), ("A", "B"),
      (#"\frac{1}{23}"#, #"\frac{12}{3}"#), (#"\text{a}"#, #"\text{b}"#),
    ])
  func different(one: String, other: String) {
    #expect(!isEqual(one, other), "\(one) \(other)")
  }

  @Test("is symmetric and reflexive on generated numbers", arguments: UInt64(0)..<300)
  func properties(seed: UInt64) {
    var random = RandomStream(seed: seed, "answers")
    func number() -> String {
      let value = random.integer(in: -20...20)
      switch random.integer(in: 0...4) {
      case 0: return "\(value)"
      case 1: return "\(value).0"
      case 2: return "\(value * 3)/3"
      case 3: return #"\frac{\#(value * 2)}{2}"#
      default: return "$\(value)$"
      }
    }
    let (one, other) = (number(), number())
    #expect(isEqual(one, one), "\(one)")
    #expect(isEqual(one, other) == isEqual(other, one), "\(one) \(other)")
  }

  @Test("survives what hangs other checkers")
  func hostile() {
    let start = ContinuousClock.now
    for text in [
      #"\dfrac{5^{\left(5^{\left(5^{\left(5^5\right)}\right)} - 4\right)} - 5}{16}"#,
      "9^9^9^9^9", "10^(10^10)", String(repeating: "9", count: 1_000_000),
      String(repeating: "(", count: 1_000_000), String(repeating: "1/", count: 500_000), "1/0",
      String(repeating: "{", count: 100_000) + "1", "\u{0}", "𝟙𝟚", "1e999999999",
      #"\sqrt 7\frac19"#, #"7\frac1"#, "(10^9)!", "👍", "\u{202E}3",
      String(repeating: #"\frac{"#, count: 50_000), "３",
    ] {
      #expect(!isEqual(text, "3"), "\(text.prefix(20))")
    }
    // A minute is no speed limit: a hang would not end.
    #expect(ContinuousClock.now - start < .seconds(60))
  }
}
