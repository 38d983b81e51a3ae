import Answers
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

  @Test("says how it was decided")
  func methods() {
    func method(_ one: String, _ other: String) -> AnswerComparison.Method {
      AnswerChecker.math.compare(one, with: other).method
    }
    #expect(method("4", "4") == .identical)
    #expect(method("4", "4.0") == .exact)
    #expect(method(#"\sin 1"#, #"2\sin\frac12\cos\frac12"#) == .numeric)
    #expect(method("10^(10^10)", "1") == .undecided)
    #expect(AnswerChecker.normalized.compare("1,2", with: "12").method == .text)
  }

  @Test("rounds where that is asked for, to as many decimals")
  func decimalPlaces() {
    func isEqual(_ one: String, _ other: String, _ places: Int?) -> Bool {
      AnswerChecker.math.compare(one, with: other, decimalPlaces: places).isEqual
    }
    #expect(!isEqual("0.33", "1/3", nil))
    #expect(isEqual("0.33", "1/3", 2))
    #expect(!isEqual("0.33", "1/3", 3))
    #expect(isEqual("3.14", #"\pi"#, 2))
    #expect(isEqual("(0.33, 2)", #"(\frac13, 2)"#, 2))
    #expect(!isEqual("0.34", "1/3", 2))
  }

  @Test("reads what an answer says")
  func parsing() {
    #expect(parsedAnswer(#"\frac{1}{"#) == nil)
    #expect(parsedAnswer("concave up on (0, 1)") != nil)
    guard case .matrix(let rows)? = parsedAnswer(#"\begin{pmatrix}1&2\\3&4\end{pmatrix}"#) else {
      Issue.record("no matrix")
      return
    }
    #expect(rows.map(\.count) == [2, 2])
  }
}
