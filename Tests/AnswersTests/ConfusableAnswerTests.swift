import Testing

@Suite("Comparing answers: what is easily confused")
struct ConfusableAnswerTests {
  @Test("Near misses, and what is the same in spite of its looks", arguments: table)
  func confusable(_ table: AnswerTable) { table.check() }

  static let table: [AnswerTable] = [
    AnswerTable(
      "radius: 1, center: (2,3,5)", equal: [#"\boxed{radius: 1, center: (2,3,5)}"#],
      different: ["radius: 2, center: (2,3,5)", "(2,3,5)"]),
    AnswerTable(
      "The mean is 5 and the median is 6",
      different: ["The mean is 4 and the median is 6", "6", "5"]),
    AnswerTable("Alice: 3, Bob: 5", different: ["Alice: 4, Bob: 5", "Bob: 3, Alice: 5"]),
    AnswerTable(
      #"\{100,200\}"#, equal: [#"\{200,100\}"#, "100, 200"],
      different: ["100200", #"\{100200\}"#]),
    AnswerTable("27,54,108,135,189", equal: ["27, 54, 108, 135, 189", "189,135,108,54,27"]),
    AnswerTable("7,103,105", equal: ["105, 103, 7", "7103105"], different: ["7, 103"]),
    AnswerTable("AB=3, AC=2", equal: ["AC=2, AB=3", "3, 2"], different: ["AB=2, AC=3"]),
    AnswerTable("f(1)=3, f(2)=2", different: ["f(1)=2, f(2)=3"]),
    AnswerTable(
      "f(x)=2x", equal: ["y=2x", "2x", "f(x) = 2x"],
      different: ["g(x)=2x", "f'(x)=2x", "f(2x)=2x", "f^{-1}(x)=2x"]),
    AnswerTable("P(A)=0.3", equal: ["0.3"], different: ["P(B)=0.3", #"P(A\cap B)=0.3"#]),
    AnswerTable(#"\frac{dy}{dx}=2x"#, different: [#"\frac{dx}{dy}=2x"#, "y=2x"]),
    AnswerTable("A(1,2), B(3,4)", different: ["A(1,2), C(3,4)"]),
    AnswerTable(
      "x=1, x=2", equal: ["x=1 or x=2", "1, 2", #"x_1=1, x_2=2"#],
      different: ["x=1, y=2", "(1,2)"]),
    AnswerTable(
      "x=1, y=2", equal: ["y=2, x=1", "(1,2)", #"x=1\text{ and }y=2"#],
      different: ["x=1 or x=2", "a=1, b=2", "x=1 or y=2"]),
    AnswerTable("(1,2)", equal: ["y=2, x=1"], different: ["x=1 or x=2", "1 or 2"]),
    AnswerTable("3 or 5", equal: [#"\{3,5\}"#, "3, 5"], different: ["3 to 5", "(3,5)"]),
    AnswerTable(
      "2 million", equal: ["2000000", "2,000,000"], different: ["2", "2 thousand", "2 billion"]),
    AnswerTable("7", different: ["7 tenths", "7 is wrong", "7 squared", "7 at most", "7=8"]),
    AnswerTable("12 dozen", equal: ["144"], different: ["12"]),
    AnswerTable("5 kg", equal: ["5000 g", "5"], different: ["5 lb", "5 mg", "50%"]),
    AnswerTable(
      #"10\text{ m/s}"#, equal: ["10", "10 meters per second", "10 m/s", "36 km/h"],
      different: ["10 km/h", #"10\text{ km/s}"#, "10 miles", "10 seconds"]),
    AnswerTable(
      #"9.8\text{ m/s}^2"#, equal: ["9.8", "9.8 m/s^2"], different: [#"9.8\text{ m/s}"#]),
    AnswerTable("10 mL", equal: ["0.01 L", "10"], different: ["10 liters", "10 gallons"]),
    AnswerTable("3 weeks", equal: ["21 days"], different: ["3 days", "3 months"]),
    AnswerTable("10 dollars", equal: ["1000 cents", "$10"], different: ["10 euros", "10 cents"]),
    AnswerTable(
      "5 square feet", equal: [#"5\text{ ft}^2"#], different: ["5 cubic feet", "5 feet"]),
    AnswerTable(#"90^\circ"#, different: ["90 cm", #"90\%"#]),
    AnswerTable("3 apples and 5 oranges", different: ["5 apples and 3 oranges"]),
    AnswerTable(#"y=x^2 \quad y=x^3"#, different: [#"y=x^5 \quad y=x^3"#, "y=x^3"]),
    AnswerTable(#"\{1,2\}"#, different: [#"\{1\},\{2\}"#, #"\{\{1\},\{2\}\}"#]),
    AnswerTable("12", different: ["1 2", "12 is incorrect"]),
    AnswerTable("3", different: ["3.000000000000001", "3 5"]),
    AnswerTable(
      #"5\sqrt{2}"#, equal: [#"5\sqrt{2} \approx 7.07"#, #"\sqrt{2}5"#, #"5\sqrt2\\"#]),
    AnswerTable(#"\frac12"#, equal: [#"\frac12 \text{ or } 0.5"#, #"\text{Answer: }\frac12"#]),
    AnswerTable(#"\{1,3,5\}"#, equal: [#"A\cap B=\{1,3,5\}"#]),
    AnswerTable(
      #"\alpha=3"#, equal: ["α = 3", "3"], different: [#"\beta=3"#]),
    AnswerTable("x_1=2, x_2=3", equal: ["x₁=2, x₂=3", "2, 3"]),
    AnswerTable(
      #"\frac{1}{b-a}(e^{-at}-e^{-bt})"#, equal: [#"\frac{e^{-at}-e^{-bt}}{b-a}"#]),
    AnswerTable(#"3^{2023}-1"#, equal: [#"-1+3^{2023}"#], different: [#"3^{2023}+1"#]),
    AnswerTable(#"(0,\pm2)"#, equal: ["(0,2),(0,-2)"], different: ["(0,2)"]),
    AnswerTable(
      #"(-\infty,0)\cup\{1\}"#, equal: ["x<0 or x=1"], different: ["x<0", "x<0 or x=2"]),
    AnswerTable(#"\{x|-2\le x<1\}"#, equal: [#"\{y|-2\le y<1\}"#, "[-2,1)"]),
    AnswerTable("3 PM", equal: ["3:00 p.m."], different: ["3 AM"]),
    AnswerTable(#"\vec{a}+2\vec{b}"#, equal: [#"\overrightarrow{a}+2\overrightarrow{b}"#]),
    AnswerTable(#"\log_2 8"#, equal: ["log(8, 2)"]),
    AnswerTable("(2,4,6)", equal: ["2(1,2,3)"]),
  ]
}
