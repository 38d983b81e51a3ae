import Testing

@Suite("Comparing answers: formulas and equations")
struct FormulaAnswerTests {
  @Test("Expressions", arguments: Self.expressions)
  func expressionsCases(_ table: AnswerTable) { table.check() }

  @Test("Equations", arguments: Self.equations)
  func equationsCases(_ table: AnswerTable) { table.check() }

  @Test("Plus and minus", arguments: Self.signs)
  func signsCases(_ table: AnswerTable) { table.check() }

  static let expressions: [AnswerTable] = [
    AnswerTable(
      "(x+1)(x-1)",
      equal: [
        "x^2-1", "x²-1", "x**2-1", "(x-1)(x+1)", "x^{2} - 1", "-(1-x^2)",
        #"(x+1)\cdot(x-1)"#,
      ],
      different: ["x^2+1", "(x+1)(x+1)", "y^2-1", "x-1"]),
    AnswerTable(
      #"\frac{x^2-1}{x-1}"#,
      equal: ["x+1"]),
    AnswerTable(
      #"\frac{a+b}{c}"#,
      equal: [#"\frac{a}{c}+\frac{b}{c}"#, "(a+b)/c"],
      different: ["a+b/c"]),
    AnswerTable(
      "x^2y",
      equal: ["y x^2", #"x^2 \cdot y"#, "yx^2"],
      different: ["xy^2", "(xy)^2"]),
    AnswerTable(
      #"\sqrt{x^2+2x+1}"#,
      equal: ["|x+1|", #"\left|x+1\right|"#],
      different: ["x+1"]),
    AnswerTable(
      "2^{x+1}",
      equal: [#"2\cdot 2^x"#, "2*2^x"]),
    AnswerTable(
      "4^x",
      equal: ["2^{2x}", "(2^x)^2"],
      different: ["2^x", "x^4"]),
    AnswerTable(
      "e^{x}e^{y}",
      equal: ["e^{x+y}"]),
    AnswerTable(
      #"\ln x^2"#,
      equal: [#"2\ln|x|"#]),
    AnswerTable(
      #"\ln(ab)"#,
      equal: [#"\ln a+\ln b"#]),
    AnswerTable(
      #"\sin 2x"#,
      equal: [#"2\sin x\cos x"#],
      different: [#"2\sin x"#, #"\sin x^2"#]),
    AnswerTable(
      #"\cos 2x"#,
      equal: [#"1-2\sin^2 x"#, #"\cos^2x-\sin^2x"#]),
    AnswerTable(
      #"\tan x"#,
      equal: [#"\frac{\sin x}{\cos x}"#]),
    AnswerTable(
      #"\sin^{-1} x"#,
      equal: [#"\arcsin x"#, "arcsin(x)"]),
    AnswerTable(
      "n(n+1)/2",
      equal: [
        #"\frac{n(n+1)}{2}"#, #"\frac{n^2+n}{2}"#, #"\binom{n+1}{2}"#,
      ]),
    AnswerTable(
      "(n+1)!",
      equal: [#"(n+1)\cdot n!"#]),
    AnswerTable(
      "a",
      different: ["b", "A", "2a"]),
    AnswerTable(
      "a+b",
      equal: ["b+a"]),
    AnswerTable(
      "ab",
      different: ["a+b", "a-b"]),
    AnswerTable(
      "x_1+x_2",
      equal: ["x_2+x_1", "x_{1}+x_{2}"]),
    AnswerTable(
      "x_1",
      different: ["x_2", "x1"]),
    AnswerTable(
      #"\alpha+\beta"#,
      equal: [#"\beta+\alpha"#]),
    AnswerTable(
      #"\frac{1}{2}mv^2"#,
      equal: ["mv^2/2", #"\frac{mv^2}{2}"#]),
    AnswerTable(
      "-x+3",
      equal: ["3-x", "-(x-3)"],
      different: ["x-3", "-x-3"]),
    AnswerTable(
      "x^{-1}",
      equal: [#"\frac1x"#, "1/x"]),
    AnswerTable(
      "x^{1/2}",
      equal: [#"\sqrt{x}"#, #"\sqrt x"#]),
    AnswerTable(
      "(x^2)^3",
      equal: ["x^6"]),
    AnswerTable(
      "x^6",
      different: ["x^5"]),
    AnswerTable(
      #"\frac{x}{2}"#,
      equal: ["0.5x", "x/2", #"\frac12 x"#, "½x"]),
    AnswerTable(
      "|x-3|",
      equal: ["|3-x|", #"\lvert x-3\rvert"#],
      different: ["x-3"]),
    AnswerTable(
      #"\lfloor x\rfloor"#,
      equal: [#"\lfloor{x}\rfloor"#, "⌊x⌋", "floor(x)"]),
  ]

  static let equations: [AnswerTable] = [
    AnswerTable(
      "x=5",
      equal: ["5", "x = 5.0", "5=x", "x=10/2", #"x\,=\,5"#],
      different: ["x=6", "6", "x=-5", "y=5"]),
    AnswerTable(
      "y=2x+1",
      equal: [
        "y-2x=1", "2x-y+1=0", "y = 1+2x", "4x-2y+2=0", "2x+1", "y-1=2x",
      ],
      different: ["y=2x-1", "x=2y+1", "y=x+1"]),
    AnswerTable(
      "x^2+y^2=25",
      equal: ["y^2+x^2=25", "x^2=25-y^2", "2x^2+2y^2=50"],
      different: ["x^2+y^2=5", "x^2-y^2=25"]),
    AnswerTable(
      "f(x)=x^2",
      equal: ["x^2", "f(x) = x^{2}"],
      different: ["f(x)=x^3"]),
    AnswerTable(
      #"\frac{x^2}{4}+\frac{y^2}{9}=1"#,
      equal: ["9x^2+4y^2=36"]),
    AnswerTable(
      "x=1, y=2",
      equal: ["(1,2)", "x=1,y=2", #"x=1 \text{ and } y=2"#, "y=2, x=1"],
      different: ["x=2, y=1", "(2,1)"]),
    AnswerTable(
      "x=2 or x=3",
      equal: [
        "2,3", "x=2, x=3", "x=3 or x=2", "x = 2, 3", #"\{2,3\}"#, "2 and 3", "x=2;x=3",
        "x_1=2, x_2=3", #"x \in \{2,3\}"#, #"x=2\text{ or }x=3"#, #"x=2 \lor x=3"#,
      ],
      different: ["2", "3", "2,4", "2,3,4", #"\{2\}"#, "5"]),
    AnswerTable(
      "x = 1 + 2 = 3",
      equal: ["3", "x=3"]),
    AnswerTable(
      #"a=\frac{1}{2}"#,
      equal: ["a=0.5", "1/2"]),
  ]

  static let signs: [AnswerTable] = [
    AnswerTable(
      #"\pm 3"#,
      equal: [
        "3,-3", "-3, 3", #"\{-3,3\}"#, "±3", #"x=\pm3"#, "3 or -3", "x=3 or x=-3", "+3,-3",
      ],
      different: ["3", "-3", #"\pm 4"#]),
    AnswerTable(
      #"\frac{-1\pm\sqrt{5}}{2}"#,
      equal: [
        #"\frac{-1+\sqrt5}{2},\frac{-1-\sqrt5}{2}"#, #"-\frac12\pm\frac{\sqrt{5}}{2}"#,
      ]),
  ]
}
