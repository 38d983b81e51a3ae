import Answers
import RandomStreams
import Testing

@Suite("Equality of generated answers")
struct AnswerPropertyTests {
  private func isEqual(_ one: String, _ other: String) -> Bool {
    AnswerChecker.math.compare(one, with: other).isEqual
  }

  /// A small fraction in one of the ways in which people write numbers.
  private func number(_ random: inout RandomStream) -> (text: String, above: Int, below: Int) {
    let above = random.integer(in: -12...12)
    let below = random.element(of: [1, 2, 4, 5, 8, 20])
    let scale = random.integer(in: 1...4)
    let text =
      switch random.integer(in: 0...6) {
      case 0: "\(above * scale)/\(below * scale)"
      case 1: #"\frac{\#(above * scale)}{\#(below * scale)}"#
      case 2: "\(Double(above) / Double(below))"
      case 3: #"$\dfrac{\#(-above)}{-\#(below)}$"#
      case 4: #"\#(above)\cdot \#(below)^{-1}"#
      case 5: #"\boxed{\frac{\#(above)}{\#(below)}}"#
      default: #"\left(\#(above * scale)\right)/\#(below * scale)"#
      }
    return (text, above, below)
  }

  @Test("of numbers is exactly that of their values", arguments: UInt64(0)..<400)
  func numbers(seed: UInt64) {
    var random = RandomStream(seed: seed, "numbers")
    let (one, other, third) = (number(&random), number(&random), number(&random))
    #expect(isEqual(one.text, one.text), "\(one)")
    let areEqual = one.above * other.below == other.above * one.below
    #expect(isEqual(one.text, other.text) == areEqual, "\(one) \(other)")
    #expect(isEqual(other.text, one.text) == areEqual, "\(other) \(one)")
    if areEqual, isEqual(other.text, third.text) {
      #expect(isEqual(one.text, third.text), "\(one) \(other) \(third)")
    }
  }

  /// A product of linear factors, and the same multiplied out.
  private func polynomial(_ random: inout RandomStream) -> (factors: [Int], texts: [String]) {
    let roots = (0..<random.integer(in: 1...3)).map { _ in random.integer(in: -3...3) }
    var coefficients = [1]
    for root in roots {
      var next = [0] + coefficients
      for (power, coefficient) in coefficients.enumerated() { next[power] -= root * coefficient }
      coefficients = next
    }
    let factored = roots.map { "(x-(\($0)))" }.joined()
    let expanded = coefficients.enumerated().map { "(\($1))x^{\($0)}" }.joined(separator: "+")
    let reversed = coefficients.enumerated().reversed().map { #"\#($1)\cdot x^\#($0)"# }
      .joined(separator: "+").replacing("+-", with: "-")
    return (roots.sorted(), [factored, expanded, reversed])
  }

  @Test("of polynomials is that of their roots", arguments: UInt64(0)..<300)
  func polynomials(seed: UInt64) {
    var random = RandomStream(seed: seed, "polynomials")
    let (one, other) = (polynomial(&random), polynomial(&random))
    for a in one.texts {
      for b in one.texts { #expect(isEqual(a, b), "\(a) \(b)") }
      for b in other.texts {
        #expect(isEqual(a, b) == (one.factors == other.factors), "\(a) \(b)")
        #expect(isEqual(b, a) == (one.factors == other.factors), "\(b) \(a)")
      }
    }
  }

  @Test("of sets of solutions does not depend on their order", arguments: UInt64(0)..<200)
  func sets(seed: UInt64) {
    var random = RandomStream(seed: seed, "sets")
    let values = (0..<random.integer(in: 2...4)).map { index in
      10 * index + random.integer(in: 0...9)
    }
    var order = values
    for index in order.indices.reversed() {
      order.swapAt(index, random.integer(in: 0...index))
    }
    let texts = [
      "\\{" + order.map(String.init).joined(separator: ", ") + "\\}",
      order.map(String.init).joined(separator: ", "),
      order.map { "x = \($0)" }.joined(separator: " or "),
    ]
    let reference = values.map(String.init).joined(separator: ", ")
    for text in texts {
      #expect(isEqual(text, reference), "\(text) \(reference)")
      #expect(!isEqual(text, reference + ", 99"), "\(text) \(reference), 99")
    }
    if order != values {
      #expect(
        !isEqual(
          "(" + order.map(String.init).joined(separator: ", ") + ")", "(" + reference + ")"),
        "\(order) \(reference)")
    }
  }
}
