import Testing

@Suite("Comparing answers: tuples, sets, intervals, matrices")
struct SetAnswerTests {
  @Test("Tuples and sets", arguments: Self.tuplesAndSets)
  func tuplesAndSetsCases(_ table: AnswerTable) { table.check() }

  @Test("Intervals and inequalities", arguments: Self.intervals)
  func intervalsCases(_ table: AnswerTable) { table.check() }

  @Test("Matrices", arguments: Self.matrices)
  func matricesCases(_ table: AnswerTable) { table.check() }

  static let tuplesAndSets: [AnswerTable] = [
    AnswerTable(
      "(3,-4)",
      equal: [
        "(3, -4)", #"\left(3,-4\right)"#, "(x,y)=(3,-4)", "(6/2,-4.0)",
        #"\langle 3,-4\rangle"#,
      ],
      different: ["(-4,3)", "(3,4)", "3,-4,0", "{3}"]),
    AnswerTable(
      "(1,2,3)",
      equal: ["(1, 2, 3)"],
      different: ["(1,2)", "(3,2,1)"]),
    AnswerTable(
      "(1,2),(3,4)",
      equal: [
        "(3,4),(1,2)", #"\{(1,2),(3,4)\}"#, "(1,2) and (3,4)", "(1,2);(3,4)",
      ],
      different: ["(2,1),(3,4)", "(1,2)", "(1,2,3,4)"]),
    AnswerTable(
      #"\{1,2,3\}"#,
      equal: [
        #"\{3,2,1\}"#, "1,2,3", "{1,2,3}", "1, 2, and 3", #"\{1,1,2,3\}"#,
        #"\left\{1,2,3\right\}"#,
      ],
      different: [#"\{1,2\}"#, #"\{1,2,4\}"#, "6", "123"]),
    AnswerTable(
      #"\emptyset"#,
      equal: [#"\varnothing"#, "∅", #"\{\}"#, #"\{ \}"#],
      different: ["0", #"\{0\}"#]),
  ]

  static let intervals: [AnswerTable] = [
    AnswerTable(
      #"(3,\infty)"#,
      equal: ["2x>6", "x-3>0", "-x<-3", #"\frac{x}{3}>1"#],
      different: ["2x>7", "2x<6", #"2x\ge6"#]),
    AnswerTable(
      "(-1,5)",
      equal: ["|x-2|<3", "-3<x-2<3", "-2<2x<10", "4>x-1>-2"],
      different: [#"|x-2|\le3"#, "|x+2|<3"]),
    AnswerTable(#"x\neq\frac32"#, equal: [#"2x-3\ne0"#]),
    AnswerTable("x<y", equal: ["y>x", "x-y<0"], different: ["x>y"]),
    AnswerTable(
      "(2,5]",
      equal: [
        #"\left(2,5\right]"#, #"2<x\le5"#, #"2<x\leq 5"#, "5>=x>2", "(2, 5]",
        #"x\in(2,5]"#, #"\{x|2<x\le5\}"#, #"\{x \mid 2<x\leq 5\}"#,
        #"x>2 \text{ and } x\le 5"#,
      ],
      different: ["[2,5]", "(2,5)", "[2,5)", #"(2,5]\cup\{6\}"#, "2<x<5"]),
    AnswerTable(
      "x>3",
      equal: [
        "3<x", #"(3,\infty)"#, #"(3,+\infty)"#, #"x \in (3,\infty)"#, "x-3>0", "2x>6",
      ],
      different: [#"x\ge3"#, "x<3", #"[3,\infty)"#, "x>4", "3"]),
    AnswerTable(
      #"x\ge -1"#,
      equal: [
        #"[-1,\infty)"#, "x>=-1", "-1<=x", #"x\geqslant -1"#, "x ≥ -1",
      ]),
    AnswerTable(
      #"(-\infty,1)\cup(2,\infty)"#,
      equal: [
        #"(2,\infty)\cup(-\infty,1)"#, "x<1 or x>2", #"x<1 \text{ or } x>2"#,
        #"x \in (-\infty,1)\cup(2,\infty)"#, #"(-\infty, 1) \cup (2, +\infty)"#,
      ],
      different: [
        #"(-\infty,1]\cup(2,\infty)"#, #"(-\infty,1)"#, "(1,2)", "x>1 or x<2",
      ]),
    AnswerTable(
      #"[0,1]\cup[1,2]"#,
      equal: ["[0,2]"]),
    AnswerTable(
      #"(-\infty,\infty)"#,
      equal: [
        #"\mathbb{R}"#, "ℝ", #"x\in\mathbb{R}"#, #"(-\infty,+\infty)"#,
      ]),
    AnswerTable(
      #"\mathbb{R}"#,
      different: [#"(0,\infty)"#]),
    AnswerTable(
      #"(-\infty,0)\cup(0,\infty)"#,
      equal: [
        #"x\ne0"#, #"x \neq 0"#, #"\mathbb{R}\setminus\{0\}"#, #"\{x|x\neq0\}"#,
      ]),
    AnswerTable(
      "-1<x<1",
      equal: ["|x|<1", "(-1,1)"]),
    AnswerTable(
      #"x\le -2 \text{ or } x\ge 2"#,
      equal: [#"(-\infty,-2]\cup[2,\infty)"#]),
    AnswerTable(
      "a<b",
      equal: ["b>a"],
      different: ["b<a"]),
    AnswerTable(
      "y<2x+1",
      equal: ["2x+1>y", "y-2x<1"]),
  ]

  static let matrices: [AnswerTable] = [
    AnswerTable(
      #"\begin{pmatrix}1&2\\3&4\end{pmatrix}"#,
      equal: [
        #"\begin{bmatrix}1&2\\3&4\end{bmatrix}"#,
        #"\begin{pmatrix} 1 & 2 \\ 3 & 4 \\ \end{pmatrix}"#,
        #"\left[\begin{array}{cc}1&2\\3&4\end{array}\right]"#,
        #"\begin{pmatrix}2/2&\sqrt4\\3.0&4\end{pmatrix}"#,
        #"\left(\begin{matrix}1&2\\3&4\end{matrix}\right)"#,
      ],
      different: [
        #"\begin{pmatrix}1&3\\2&4\end{pmatrix}"#, #"\begin{pmatrix}1&2\\3&5\end{pmatrix}"#,
        #"\begin{pmatrix}1&2\end{pmatrix}"#, "1,2,3,4",
      ]),
    AnswerTable(
      #"\begin{pmatrix}1\\2\\3\end{pmatrix}"#,
      equal: [#"\begin{bmatrix}1\\2\\3\end{bmatrix}"#, "(1,2,3)"]),
    AnswerTable(
      #"\frac12\begin{pmatrix}2\\4\end{pmatrix}"#,
      equal: [#"\begin{pmatrix}1\\2\end{pmatrix}"#]),
  ]
}
