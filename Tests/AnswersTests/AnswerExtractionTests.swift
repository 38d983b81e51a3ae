import Answers
import Testing

@Suite("Finding the answer")
struct AnswerExtractionTests {
  @Test(
    "in boxes",
    arguments: [
      (#"so \boxed{4}"#, "4"),
      (#"\boxed{1} then \boxed{2}"#, "2"),
      (#"\boxed{\frac{1}{2}}"#, #"\frac{1}{2}"#),
      (#"\boxed{\boxed{7}}"#, "7"),
      (#"\boxed{3} and \boxed{4"#, "3"),
      (#"} \boxed{5}"#, "5"),
      (#"{ \boxed{6}"#, "6"),
      (#"\boxed{}"#, ""),
      (#"\boxed{ 8 }"#, " 8 "),
      (#"\fbox{9}"#, "9"),
      (#"so \boxed 5."#, "5"),
      (#"\boxed{1} and \boxed{2}"#, "1, 2"),
      (#"$\boxed{3}$, $\boxed{4}$ or $\boxed{5}$."#, "3, 4, 5"),
      (#"x = \boxed{1} \quad \text{and} \quad y = \boxed{2}"#, "1, 2"),
      (#"\boxed{4} and \boxed{4}"#, "4"),
      (#"\boxed{1}. So the answer is \boxed{2}."#, "2"),
      (#"first \boxed{1}, hence \boxed{2}"#, "2"),
    ])
  func boxes(response: String, expected: String) {
    #expect(answer(in: response, rules: [.boxed]) == FoundAnswer(text: expected, rule: .boxed))
  }

  @Test("finds none where there is none")
  func none() {
    for response in ["", "4", #"\boxed"#, #"\boxed{4"#] {
      #expect(answer(in: response, rules: [.boxed]) == nil, "\(response)")
    }
    #expect(answer(in: #"\boxed{3} and \boxed{4"#, rules: [.lastBox]) == nil)
    #expect(answer(in: "no number", rules: [.lastNumber, .marker]) == nil)
  }

  @Test(
    "behind markers",
    arguments: [
      ("so\n#### 42", "42"), ("A: 1,000", "1,000"), ("A: 5\nA: 6\nmore", "6"),
      ("#### 7\r\n", "7"), ("RNA: 3\nA: 4", "4"), ("the answer\nA:  -2.50 ", "-2.50"),
    ])
  func markers(response: String, expected: String) {
    #expect(answer(in: response, rules: [.marker])?.text == expected)
  }

  @Test(
    "as the last number",
    arguments: [
      ("1 and 23.", "23"), ("x = -4", "-4"), ("1,250.75 dollars", "1,250.75"), ("a1", "1"),
    ])
  func lastNumbers(response: String, expected: String) {
    #expect(answer(in: response, rules: [.lastNumber])?.text == expected)
  }

  @Test("in tags and statements")
  func tagsAndStatements() {
    #expect(answer(in: "<answer> 4 </answer>", rules: [.tag])?.text == "4")
    #expect(answer(in: "So the answer is 12. Good.", rules: [.statement])?.text == "12")
    #expect(answer(in: "<answer>4", rules: [.tag]) == nil)
    #expect(answer(in: "no such thing", rules: [.statement]) == nil)
  }

  @Test(
    "outside of thoughts",
    arguments: [
      (#"<think>Perhaps \boxed{15}.</think> \boxed{14}"#, "14"),
      (#"Perhaps \boxed{15}.</think> It is \boxed{14}"#, "14"),
      (#"<think>Perhaps \boxed{15}.</think> So be it."#, nil),
      (#"\boxed{14} <think>or \boxed{15}"#, "14"), (#"<think>\boxed{15}"#, nil),
    ])
  func outsideThoughts(response: String, expected: String?) {
    #expect(answer(in: response, rules: [.boxed])?.text == expected)
    #expect(answer(in: response, rules: [.lastBox])?.text == expected)
    #expect(answer(in: response, rules: [.boxed], readsThoughts: true) != nil)
  }

  @Test("tries the rules in order")
  func order() {
    let found = answer(in: "A: 4", rules: [.boxed, .marker, .lastNumber])
    #expect(found == FoundAnswer(text: "4", rule: .marker))
  }

  @Test(
    "in a megabyte of anything without hanging",
    arguments: [#"\boxed{"#, "{", "}", "A:", "9", "####"])
  func hostile(unit: String) {
    let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    let start = ContinuousClock.now
    _ = answer(in: text, rules: ExtractionRule.allCases)
    // Ten minutes are no speed limit: quadratic work on a megabyte would take days.
    #expect(ContinuousClock.now - start < .seconds(600))
  }
}
