import Testing

@Suite("Comparing answers: as models write them")
struct WrittenAnswerTests {
  @Test("What models write for answers of benchmarks", arguments: table)
  func written(_ table: AnswerTable) { table.check() }

  static let table: [AnswerTable] = [
    AnswerTable(
      "17",
      equal: [
        "17.", #"\textbf{17}"#, #"17\ "#, "17\n", #"\,17\,"#, "{17}", #"\left(17\right)"#, "**17**",
        "*17*", #"\text{17}"#, "$$17$$", #"\[17\]"#, "17 ", #"\mathbf{17}"#, "= 17", "n = 17",
        "Answer: 17", "answer: 17", "The final answer is 17.",
        #"The final answer is $\boxed{17}$."#, "**Answer:** 17", "Final Answer: 17",
        #"So, the answer is \(17\)."#, #"x \approx 17"#, #"\boxed{17}."#, #"\boxed{ 17 }"#,
        #"\fbox{17}"#,
      ],
      different: [
        "71", "1.7", "170", "17x", "-17", "17!", "17/2", "17, 18", "{17, 18}", "(17, 0)", "x>17",
        "seventeenth",
      ]),
    AnswerTable(
      "0.25",
      equal: [
        #"\frac{1}{4}"#, #"25\%"#, "1/4", #"\frac{25}{100}"#, #"2.5\times 10^{-1}"#, "2^{-2}",
      ]),
    AnswerTable(
      #"\frac{3}{2}"#,
      equal: [
        "1.5", "1 1/2", #"1\frac12"#, #"1 \frac{1}{2}"#, #"\frac{6}{4}"#, "3:2", #"1+\frac12"#,
        "150%",
      ]),
    AnswerTable(
      #"-\frac{5}{7}"#,
      equal: [#"\frac{-5}{7}"#, #"\frac{5}{-7}"#, "-5/7", #"-\dfrac57"#, "- 5/7", "-(5/7)"]),
    AnswerTable(
      #"3\sqrt{5}"#,
      equal: [
        #"\sqrt{45}"#, #"3 \sqrt 5"#, #"\sqrt5\times3"#, #"\frac{15}{\sqrt{5}}"#, "3*5^{1/2}",
        #"3\cdot\sqrt{5}"#, "3 sqrt(5)", "3sqrt5",
      ]),
    AnswerTable(
      #"\frac{\sqrt{6}-\sqrt{2}}{4}"#, equal: [#"\frac{\sqrt2(\sqrt3-1)}{4}"#, #"\cos 75^\circ"#]),
    AnswerTable(#"10\pi"#, equal: ["31.41592653589793", #"10 \pi \text{ square units}"#]),
    AnswerTable(
      "(2,-3)",
      equal: ["(2, -3)", #"x=2,\ y=-3"#, #"\left(2, -3\right)"#, "(2.0,-3.0)", "(4/2, -3)"]),
    AnswerTable(
      #"\left\{-2, 5\right\}"#,
      equal: [
        "-2,5", "5, -2", #"x=-2 \text{ or } x=5"#, "x = -2, x = 5", #"\{5, -2\}"#, #"x\in\{-2,5\}"#,
      ]),
    AnswerTable(
      "[-1,4]",
      equal: [
        #"-1 \le x \le 4"#, #"-1\leq x\leq 4"#, "[-1, 4]", #"x\in[-1,4]"#,
        #"\{x : -1 \le x \le 4\}"#, #"\left[-1,4\right]"#, #"4\ge x\ge -1"#,
      ], different: ["(-1,4)", "[-1,4)", "-1<x<4", #"\{-1,4\}"#, "-1,4"]),
    AnswerTable(
      #"(-\infty, 2) \cup (2, \infty)"#,
      equal: [#"x\neq 2"#, #"\mathbb{R} \setminus \{2\}"#, #"(-\infty,2)\cup(2,+\infty)"#]),
    AnswerTable("x^3-3x+2", equal: ["(x-1)^2(x+2)", "x^3 - 3x + 2", "2-3x+x^3", "x(x^2-3)+2"]),
    AnswerTable(
      #"\frac{2x+1}{x-3}"#,
      equal: [#"\frac{1+2x}{x-3}"#, #"-\frac{2x+1}{3-x}"#, #"2+\frac{7}{x-3}"#],
      different: [#"\frac{2x+1}{x+3}"#, #"\frac{2x-1}{x-3}"#, #"\frac{x-3}{2x+1}"#]),
    AnswerTable(
      #"y = -\frac{2}{3}x + 4"#,
      equal: ["2x+3y=12", #"y=4-\frac{2x}{3}"#, "3y = -2x+12", "y = -2/3 x + 4", #"-\frac23x+4"#]),
    AnswerTable("(x-2)^2+(y+3)^2=16", equal: ["x^2+y^2-4x+6y-3=0", "(y+3)^2+(x-2)^2=4^2"]),
    AnswerTable("a^2+2ab+b^2", equal: ["(a+b)^2", "b^2+2ba+a^2"]),
    AnswerTable("2^{10}", equal: ["1024", "4^5", "32^2", "2**10", #"2\cdot 2^9"#]),
    AnswerTable(#"\log_5 125"#, equal: ["3"]),
    AnswerTable(#"\ln\sqrt{e}"#, equal: ["1/2"]),
    AnswerTable(#"\log_2\frac18"#, equal: ["-3"]),
    AnswerTable(#"2\log 5+\log 4"#, equal: ["2"]),
    AnswerTable("6!", equal: ["720", "6*5!", #"\frac{7!}{7}"#]),
    AnswerTable(#"\binom{8}{3}"#, equal: ["56", #"\frac{8!}{3!\,5!}"#]),
    AnswerTable(
      "2-3i", equal: ["-3i+2", #"\frac{13}{2+3i}"#, "2 - 3i"], different: ["2+3i", "-2+3i"]),
    AnswerTable("AB", different: ["BC"]),
    AnswerTable(#"\triangle ABC"#, equal: ["△ABC"]),
    AnswerTable(
      #"\text{(C)}"#,
      equal: [
        "C", "(C)", "C.", #"\textbf{C}"#, #"\boxed{C}"#, "C", "c", #"\mathrm{(C)}"#,
        "The answer is C.", "The answer is (C).",
      ], different: ["D", "(D)", "B", "C or D", "A, C"]),
    AnswerTable(
      #"\text{isosceles}"#,
      equal: ["isosceles", "Isosceles", #"\textbf{isosceles}"#, "an isosceles"],
      different: ["equilateral", "not isosceles", "scalene"]),
    AnswerTable(
      "no solution",
      equal: ["No solution", #"\text{no solution}"#, #"\text{No solution}"#, "no solution."]),
    AnswerTable("-3 < x < 2", equal: ["(-3,2)", "-3<x<2", "2>x>-3", #"x\in(-3,2)"#]),
    AnswerTable(
      "3.14", equal: ["3.140", #"\frac{314}{100}"#, "3.14."], different: ["3.1", "3.141", "22/7"]),
    AnswerTable(
      #"\$3.75"#,
      equal: ["3.75", "$3.75", #"3.75\text{ dollars}"#, #"\text{\$}3.75"#, "3.75", "3.75$"]),
    AnswerTable(
      #"75\text{ minutes}"#,
      equal: ["75", "75 min", "75 minutes", "1 hour 15 minutes", "1.25 hours"],
      different: ["75 hours", "57 minutes", "1.25"]),
    AnswerTable("1:3", equal: ["1/3", "2:6", "1 : 3", #"\frac13"#], different: ["3:1", "1:4"]),
    AnswerTable(
      "5x", equal: [#"5\cdot x"#, "5*x", "x*5", #"x\cdot5"#], different: ["x^5", "5+x", "5", "5y"]),
    AnswerTable(#"\sqrt{a}\sqrt{b}"#, equal: [#"\sqrt{a}\cdot\sqrt{b}"#]),
    AnswerTable(#"\sqrt{x}\cdot\sqrt{x}"#, equal: ["x"]),
    AnswerTable(
      "|x|", equal: [#"\left|x\right|"#, #"\lvert x \rvert"#, "abs(x)", #"\sqrt{x^2}"#],
      different: ["x", "-x"]),
    AnswerTable(#"\theta=\frac{\pi}{3}"#, equal: [#"\frac{\pi}{3}"#, "π/3", "60°", #"60^\circ"#]),
    AnswerTable(#"k\pi"#, equal: [#"\pi k"#, "kπ"]),
    AnswerTable(
      #"\frac{\pi}{4}+k\pi"#, equal: [#"k\pi+\frac{\pi}{4}"#, #"\frac{\pi(4k+1)}{4}"#],
      different: [#"\frac{\pi}{4}+2k\pi"#]),
    AnswerTable(
      #"x=\frac{\pi}{4}+k\pi, k\in\mathbb{Z}"#, equal: [#"x=\frac{\pi}{4}+\pi k, k \in \mathbb{Z}"#]
    ),
    AnswerTable(#"\vec{i}+2\vec{j}"#, equal: [#"2\vec{j}+\vec{i}"#]),
    AnswerTable("3i+4j", equal: ["4j+3i"]),
    AnswerTable(#"\frac{dy}{dx}=2x"#, equal: [#"\frac{dy}{dx} = 2x"#, "2x"]),
    AnswerTable("f'(x)=2x", equal: ["2x", "f'(x) = 2x"]),
    AnswerTable(#"\int x\,dx"#, equal: [#"\int x dx"#]),
    AnswerTable(
      #"\frac{x^2}{2}+C"#, equal: [#"\frac12x^2+C"#, "x^2/2 + C"], different: [#"\frac{x^2}{2}"#]),
    AnswerTable(
      "1,2,3,4",
      equal: ["1, 2, 3, 4", "4,3,2,1", #"\{1,2,3,4\}"#, "1, 2, 3 and 4", "1,2,3, and 4"],
      different: ["1,2,3", "1234", "(1,2,3)"]),
    AnswerTable(
      #"\begin{bmatrix}2&0\\0&3\end{bmatrix}"#,
      equal: [
        #"\begin{pmatrix}2&0\\0&3\end{pmatrix}"#, #"\begin{bmatrix} 2 & 0 \\ 0 & 3 \end{bmatrix}"#,
        #"\left( \begin{array}{cc} 2 & 0 \\ 0 & 3 \end{array} \right)"#,
      ]),
    AnswerTable(
      #"\frac{1}{2}\ln 3"#, equal: [#"\ln\sqrt{3}"#, #"\frac{\ln 3}{2}"#, #"0.5\ln(3)"#]),
    AnswerTable("2n-1", equal: ["2n - 1", "-1+2n"]),
    AnswerTable("n^2", equal: ["n*n", "n²"]),
    AnswerTable("a_n=2n+1", equal: ["2n+1", "a_{n} = 2n+1"]),
    AnswerTable("2^n-1", equal: ["-1+2^n", "2^{n}-1"], different: ["2^{n-1}", "2n-1"]),
    AnswerTable(#"\frac{n(n+1)(2n+1)}{6}"#, equal: [#"\frac{2n^3+3n^2+n}{6}"#]),
    AnswerTable("(n-1)!", equal: [#"\frac{n!}{n}"#]),
    AnswerTable(
      #"15^\circ"#, equal: ["15", "15°", "15 degrees", #"\frac{\pi}{12}"#],
      different: ["51", "15.5"]),
    AnswerTable(
      "8:05 a.m.", equal: ["8:05 AM", "8:05", #"8\!:\!05\text{ a.m.}"#, "8:05 am"],
      different: ["8:05 p.m.", "8:50 a.m.", "8:5"]),
    AnswerTable("1{,}024", equal: ["1024", "1,024", "2^{10}"]),
    AnswerTable("12{,}345.67", equal: ["12345.67", "12,345.67"]),
    AnswerTable(
      #"3 \times 10^5"#, equal: ["300000", "300,000", "3e5", "3*10^5", #"3\cdot10^5"#, "3E5"],
      different: [#"3 \times 10^4"#, "30000", "35"]),
    AnswerTable(#"0.\overline{12}"#, equal: [#"\frac{4}{33}"#, "12/99"]),
    AnswerTable(#"4.\overline{9}"#, equal: ["5"]),
    AnswerTable(#"-\infty < x < 3"#, equal: [#"(-\infty,3)"#, "x<3"]),
    AnswerTable(#"x \ge 0"#, equal: [#"[0,\infty)"#, #"0\le x"#]),
    AnswerTable(
      "p=3, q=5", equal: ["(3,5)", "p = 3 and q = 5", "q=5, p=3"], different: ["p=5, q=3"]),
    AnswerTable("AB=5", equal: ["5"]),
    AnswerTable(#"\angle A = 40^\circ"#, equal: ["40", #"40^\circ"#]),
    AnswerTable("m=2", equal: ["2"], different: ["m=3", "-2"]),
    AnswerTable(
      #"15\frac{3}{4}"#, equal: ["15.75", "63/4", "15 3/4", "15¾"],
      different: ["15.3", "45/4", "153/4"]),
    AnswerTable(
      "sqrt(2)/2", equal: [#"\frac{\sqrt2}{2}"#, "1/sqrt(2)", #"\frac{1}{\sqrt{2}}"#, "2^(-1/2)"]),
    AnswerTable("(sqrt(5)-1)/2", equal: [#"\frac{\sqrt{5}-1}{2}"#]),
    AnswerTable("2*x**2 + 3*x", equal: ["2x^2+3x", "x(2x+3)"]),
    AnswerTable("pi/2", equal: [#"\frac{\pi}{2}"#]),
    AnswerTable("e**2", equal: ["e^2"]),
    AnswerTable("Yes", equal: [#"\text{Yes}"#], different: ["No", "yes or no"]),
    AnswerTable("49.5", equal: ["99/2", "49 1/2", #"49\frac{1}{2}"#]),
    AnswerTable("-12", equal: ["−12", "- 12", "(-12)", "–12"], different: ["12", "-1.2"]),
    AnswerTable(#"6\text{ cm}^3"#, equal: ["6", "6 cm^3", "6 cubic centimeters"]),
    AnswerTable(#"10\ \text{N}"#, equal: ["10", "10"]),
    AnswerTable(
      "(1, 2), (2, 1)",
      equal: [
        "(2,1),(1,2)", #"\{(1,2),(2,1)\}"#, "(1,2) and (2,1)", "(x,y)=(1,2),(2,1)", "(1,2), (2,1)",
      ]),
    AnswerTable(
      "7",
      equal: [
        "7.0", "7.", #"\frac{14}{2}"#, #"\sqrt{49}"#, "|-7|", #"\lfloor 7.9\rfloor"#,
        #"\lceil 6.1\rceil"#, "3+4", "10-3",
      ]),
    AnswerTable("1 - x", equal: ["-(x-1)", "-x+1"]),
    AnswerTable("(a-b)^2", equal: ["(b-a)^2"]),
    AnswerTable("x^4-1", equal: ["(x^2+1)(x+1)(x-1)"]),
    AnswerTable(#"\frac{1}{1+\frac{1}{x}}"#, equal: [#"\frac{x}{x+1}"#]),
    AnswerTable("a/b/c", equal: [#"\frac{a}{bc}"#]),
    AnswerTable(#"\frac{a}{b}\cdot\frac{c}{d}"#, equal: [#"\frac{ac}{bd}"#]),
    AnswerTable("2^{1/3}", equal: [#"\sqrt[3]{2}"#]),
    AnswerTable("8^{2/3}", equal: ["4"]),
    AnswerTable("(-8)^{1/3}", equal: ["-2"]),
    AnswerTable("16^{-3/4}", equal: ["1/8"]),
    AnswerTable(#"\sqrt[4]{16}"#, equal: ["2"]),
  ]
}
