import Testing

@Suite("Comparing answers: words and the rest")
struct WordAnswerTests {
  @Test("Words, letters and answers of several kinds", arguments: Self.wordsAndMixed)
  func wordsAndMixedCases(_ table: AnswerTable) { table.check() }

  static let wordsAndMixed: [AnswerTable] = [
    AnswerTable(
      "A",
      equal: [
        "(A)", #"\text{A}"#, #"\textbf{A}"#, #"\text{(A)}"#, "A.", "A)", #"\mathrm{A}"#,
        #"\mathbf{A}"#,
      ],
      different: ["B", "(B)", "AB", "A, B"]),
    AnswerTable(
      #"\text{Yes}"#,
      equal: ["yes", "Yes.", #"\textbf{Yes}"#, "YES"]),
    AnswerTable(
      "Yes",
      different: ["No", "Yes, but"]),
    AnswerTable(
      #"\text{Monday}"#,
      equal: ["monday", #"\textrm{Monday}"#]),
    AnswerTable(
      "Monday",
      different: ["Tuesday"]),
    AnswerTable(
      #"\text{odd}"#,
      equal: ["odd"]),
    AnswerTable(
      "odd",
      different: ["even"]),
    AnswerTable(
      "the circle",
      equal: ["circle", "a circle"]),
    AnswerTable(
      #"\text{New York}"#,
      equal: ["New York", "new york"]),
    AnswerTable(
      "3 apples",
      equal: ["3", #"3\text{ apples}"#, "3"],
      different: ["4 apples", "30"]),
    AnswerTable(
      "3:4",
      equal: ["3 : 4", #"3\colon4"#, "6:8", #"\frac34"#],
      different: ["4:3", "3:5", "34"]),
    AnswerTable(
      "1:2:3",
      equal: ["2:4:6"],
      different: ["1:3:2"]),
    AnswerTable(
      "True",
      equal: ["true"],
      different: ["False"]),
    AnswerTable(
      #"\boxed{42}"#,
      equal: ["42"]),
    AnswerTable(
      "The answer is 42.",
      equal: ["42"]),
    AnswerTable(
      "42 (approximately)",
      equal: ["42"]),
    AnswerTable(
      "42",
      different: ["NaN", "undefined", "None", "inf", "1/0", "N/A"]),
    AnswerTable(
      #"\approx 3.14"#,
      equal: ["3.14"]),
    AnswerTable(
      "3.14",
      different: [#"\pi"#]),
    AnswerTable(
      #"\text{Infinitely many}"#,
      equal: ["infinitely many"]),
    AnswerTable(
      "10,000 dollars",
      equal: ["10000", #"\$10,000"#]),
    AnswerTable(
      "$(1,2)$",
      equal: [#"\((1,2)\)"#]),
    AnswerTable(
      #"\displaystyle\frac{7}{2}"#,
      equal: ["3.5"]),
    AnswerTable(
      #"\frac{\sqrt{3}}{3}"#,
      equal: [#"\frac{1}{\sqrt{3}}"#, "√3/3", "3^{-1/2}"]),
    AnswerTable(
      "1000000",
      equal: ["10^6", "1e6", "1,000,000"]),
    AnswerTable(
      "x^2+3x+2",
      equal: ["(x+2)(x+1)"]),
    AnswerTable(
      "6x^2-7x-3",
      equal: ["(3x+1)(2x-3)"]),
    AnswerTable(
      "a^3-b^3",
      equal: ["(a-b)(a^2+ab+b^2)"]),
    AnswerTable(
      #"\frac{1}{x}+\frac{1}{y}"#,
      equal: [#"\frac{x+y}{xy}"#]),
    AnswerTable(
      #"12\%"#,
      equal: ["0.12", "12"],
      different: ["1.2", "120"]),
    AnswerTable(
      #"\sum_{k=1}^{n} k"#,
      equal: [#"\sum_{k=1}^nk"#],
      different: [#"\sum_{k=1}^{n} k^2"#]),
    AnswerTable(
      #"5\text{ m/s}"#,
      equal: ["5", #"5\,\mathrm{m/s}"#]),
    AnswerTable(
      #"9.8\,\text{m/s}^2"#,
      equal: ["9.8", #"9.8\ \mathrm{m}/\mathrm{s}^2"#]),
    AnswerTable(
      #"2\sqrt{2}+\sqrt{6}"#,
      equal: [#"\sqrt6+\sqrt8"#]),
    AnswerTable(
      #"\sqrt{2}\sqrt{3}"#,
      equal: [#"\sqrt{6}"#]),
    AnswerTable(
      #"11\sqrt{2}"#,
      equal: [#"\sqrt{242}"#, #"11 \sqrt{2}\text{ units}"#]),
    AnswerTable(
      "7 and 8",
      equal: ["7, 8", "8 and 7", #"7\text{ and }8"#],
      different: ["7", "78", "15"]),
    AnswerTable(
      "-1/2, 3",
      equal: ["3, -0.5"]),
    AnswerTable(
      #"\left\{-\frac{1}{2},3\right\}"#,
      equal: ["x=-1/2, x=3"]),
    AnswerTable(
      "(0,0)",
      equal: ["(0, 0)"],
      different: ["0"]),
    AnswerTable(
      "(5)",
      equal: ["5"],
      different: ["(5,5)"]),
    AnswerTable(
      "[5]",
      equal: ["5"]),
    AnswerTable(
      "{5}",
      different: ["6"]),
    AnswerTable(
      #"\{5\}"#,
      equal: ["5"]),
    AnswerTable(
      "17.0",
      equal: ["17", #"17.\overline{0}"#]),
    AnswerTable(
      "1/7",
      equal: ["2/14"],
      different: ["0.142857", "0.14"]),
    AnswerTable(
      #"3.0\times 10^8"#,
      equal: ["300000000", "3e8"]),
    AnswerTable(
      "-1",
      equal: ["-1.0", #"\cos \pi"#]),
    AnswerTable(
      "log(100)",
      equal: ["2"]),
    AnswerTable(
      "ln(e^3)",
      equal: ["3"]),
    AnswerTable(
      "sqrt(16)",
      equal: ["4"]),
    AnswerTable(
      "abs(-3)",
      equal: ["3"]),
    AnswerTable(
      "2^3",
      equal: ["8", "2**3"]),
    AnswerTable(
      "exp(1)",
      equal: ["e"]),
  ]
}
