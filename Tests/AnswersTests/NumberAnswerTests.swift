import Testing

@Suite("Comparing answers: numbers")
struct NumberAnswerTests {
  @Test("Numbers", arguments: Self.numbers)
  func numbersCases(_ table: AnswerTable) { table.check() }

  static let numbers: [AnswerTable] = [
    AnswerTable(
      "0",
      equal: ["-0", "0.0", "0/5", #"\frac{0}{7}"#, "+0", "00"]),
    AnswerTable(
      "1234567",
      equal: [
        "1,234,567", "1{,}234{,}567", #"1\,234\,567"#, "1 234 567", #"1,\!234,\!567"#,
        "1234567.0", "1.234567e6", #"1.234567 \times 10^6"#, "1.234567*10^6", "1234567.",
      ],
      different: ["1234,567", "123456", "12345670", "1,234,56"]),
    AnswerTable(
      "3/4",
      equal: [
        #"\frac34"#, #"\frac{3}{4}"#, "0.75", ".75", "75/100", #"\frac{-3}{-4}"#,
        #"-\frac{-3}{4}"#, "75%", #"75\%"#, #"\tfrac 3 4"#, "3 / 4", "6/8", "¾",
        #"3 \div 4"#, #"\frac{3 }{ 4}"#, #"\frac{1.5}{2}"#, #"{3 \over 4}"#,
        #"3\cdot 4^{-1}"#,
      ],
      different: ["4/3", "3.4", "34", "0.7", "0.76", "7/5", "-3/4"]),
    AnswerTable(
      "-2 1/3",
      equal: [
        "-7/3", #"-2\frac{1}{3}"#, #"-2\dfrac13"#, #"-\frac{7}{3}"#, "−2 1/3",
      ],
      different: ["-5/3", "2 1/3", #"-2\frac{2}{3}"#, "-21/3"]),
    AnswerTable(
      "0.5",
      equal: [#"\frac{1}{2}"#, "1/2", "50%", ".5", "0.500"]),
    AnswerTable(
      "5%",
      equal: ["0.05", "5", #"5\%"#, "5 percent", #"5\text{ percent}"#],
      different: ["50", "0.5", "0.005", "500"]),
    AnswerTable(
      #"\$5.50"#,
      equal: [
        "5.5", "$5.50", "5.50 dollars", #"5.50\text{ dollars}"#, "5.50$", "€5.50",
        #"\$5.5"#,
      ]),
    AnswerTable(
      "1.2e-3",
      equal: [
        "0.0012", #"1.2\times 10^{-3}"#, "1.2E-3", "12/10000", #"1.2 \cdot 10^{-3}"#,
        "1.2 × 10^-3", "1.2*10^(-3)",
      ],
      different: ["0.012", "1.2", "1.2e3"]),
    AnswerTable(
      "2^{100}",
      equal: [
        "1267650600228229401496703205376", "4^{50}", "2^{99}+2^{99}", "(2^{50})^2",
      ],
      different: ["2^{101}", "1267650600228229401496703205375"]),
    AnswerTable(
      "100010_2",
      equal: ["34", "100010_{2}", "42_8", "34_{10}"],
      different: ["35", "100011_2"]),
    AnswerTable(
      #"\sqrt{50}"#,
      equal: [
        #"5\sqrt{2}"#, "5√2", "sqrt(50)", "5*sqrt(2)", "5*2^(1/2)", #"5\cdot2^{0.5}"#,
        #"\frac{10}{\sqrt2}"#, #"5\sqrt 2"#, #"\sqrt{2}\cdot 5"#, #"5 \sqrt{2}"#,
      ],
      different: [
        #"5\sqrt{3}"#, #"25\sqrt{2}"#, "7.07", "7.0710678", #"\sqrt{5}0"#, #"-5\sqrt{2}"#,
      ]),
    AnswerTable(
      #"\sqrt[3]{54}"#,
      equal: [#"3\sqrt[3]{2}"#, "54^{1/3}"]),
    AnswerTable(
      #"\frac{1}{\sqrt{3}+\sqrt{2}}"#,
      equal: [#"\sqrt{3}-\sqrt{2}"#]),
    AnswerTable(
      #"\frac{1+\sqrt{5}}{2}"#,
      equal: [
        #"\frac{\sqrt5+1}{2}"#, #"\frac12+\frac{\sqrt{5}}{2}"#, #"(1+\sqrt{5})/2"#,
        #"0.5(1+\sqrt 5)"#, #"\frac{2}{\sqrt5-1}"#,
      ],
      different: [#"\frac{1-\sqrt{5}}{2}"#, #"1+\frac{\sqrt5}{2}"#]),
    AnswerTable(
      #"\sqrt{7+4\sqrt{3}}"#,
      equal: [#"2+\sqrt{3}"#]),
    AnswerTable(
      #"2\pi"#,
      equal: [
        #"\pi\cdot 2"#, "2π", "2*pi", "2 pi", #"\frac{4\pi}{2}"#, #"360^\circ"#,
      ],
      different: ["6.28", "2", "2p", #"\pi^2"#]),
    AnswerTable(
      #"\frac{\pi}{6}"#,
      equal: [
        #"30^\circ"#, "π/6", #"\frac16 \pi"#, #"\arcsin\frac12"#,
        #"\arctan\frac{1}{\sqrt3}"#,
      ]),
    AnswerTable(
      "e^2",
      equal: ["e^{2}", #"\exp(2)"#, "e*e", #"e\cdot e"#],
      different: ["2e", "7.389"]),
    AnswerTable(
      #"\ln 8"#,
      equal: [
        #"3\ln 2"#, #"\ln(8)"#, #"\log_e 8"#, #"\ln 2+\ln 4"#, #"\ln(16)-\ln 2"#,
      ],
      different: [#"\ln 9"#, #"\log 8"#, #"2\ln 3"#]),
    AnswerTable(
      #"\log_3 81"#,
      equal: ["4", #"\frac{\ln 81}{\ln 3}"#, #"\log_{3}{81}"#]),
    AnswerTable(
      #"\log_{10} 1000"#,
      equal: ["3", #"\log 1000"#, #"\lg 1000"#]),
    AnswerTable(
      #"\log_2 3"#,
      equal: [
        #"\frac{\log 3}{\log 2}"#, #"\frac{\ln 3}{\ln 2}"#, #"\frac{1}{\log_3 2}"#,
        #"\log_4 9"#,
      ]),
    AnswerTable(
      #"\sin 60^\circ"#,
      equal: [
        #"\frac{\sqrt{3}}{2}"#, #"\cos 30^\circ"#, #"\sin\frac{\pi}{3}"#, #"\sin(\pi/3)"#,
      ],
      different: [#"\sin 60"#, #"\frac12"#]),
    AnswerTable(
      #"\tan 45^\circ"#,
      equal: ["1"]),
    AnswerTable(
      #"\cos\pi"#,
      equal: ["-1"]),
    AnswerTable(
      #"\sin 15^{\circ}"#,
      equal: [#"\frac{\sqrt6-\sqrt2}{4}"#]),
    AnswerTable(
      "5!",
      equal: [
        "120", "5*4*3*2*1", #"\frac{6!}{6}"#, #"\binom{10}{3}"#, #"{10 \choose 3}"#,
        "120.0",
      ]),
    AnswerTable(
      #"\binom{7}{2}"#,
      equal: ["21", #"\dbinom72"#, #"\frac{7!}{5!2!}"#, #"\tbinom{7}{5}"#]),
    AnswerTable(
      "3+4i",
      equal: [
        "4i+3", #"3+4\mathrm{i}"#, "3 + 4 i", "(2+i)^2", #"\frac{25}{3-4i}"#,
      ],
      different: ["3-4i", "4+3i", "7i", "5"]),
    AnswerTable(
      "i^2",
      equal: ["-1"]),
    AnswerTable(
      #"\sqrt{-4}"#,
      equal: ["2i"]),
    AnswerTable(
      #"e^{i\pi}+1"#,
      equal: ["0"]),
    AnswerTable(
      #"e^{i\pi/2}"#,
      equal: ["i"]),
    AnswerTable(
      #"\infty"#,
      equal: [#"+\infty"#, "∞", "infinity"],
      different: ["-∞", "0"]),
    AnswerTable(
      #"0.\overline{3}"#,
      equal: ["1/3", #"0.\bar{3}"#],
      different: ["0.3", "0.33"]),
    AnswerTable(
      #"0.1\overline{6}"#,
      equal: ["1/6"]),
    AnswerTable(
      "0.333",
      equal: ["333/1000"],
      different: ["1/3", "0.33"]),
    AnswerTable(
      "12 cm",
      equal: [
        "12", #"12\text{ cm}"#, #"12\,\mathrm{cm}"#, "12cm", "12 centimeters", "120 mm",
      ],
      different: ["12 m", "12 km", "13 cm"]),
    AnswerTable(
      #"25\text{ cm}^2"#,
      equal: [
        "25", #"25\,\text{cm}^{2}"#, "25 square centimeters", "25 cm²", "25 cm^2",
      ]),
    AnswerTable(
      "5 hours",
      equal: ["5", "5 hrs", #"5\text{ hours}"#, "300 minutes"]),
    AnswerTable(
      "2 hours 30 minutes",
      equal: ["2.5 hours", "150 minutes"],
      different: ["2 hours", "30 minutes", "2"]),
    AnswerTable(
      "5 feet 6 inches",
      equal: ["66 inches"]),
    AnswerTable(
      "60 mph",
      equal: [
        "60", #"60\text{ mph}"#, "60 miles per hour", "60 miles/hour", "60",
      ]),
    AnswerTable(
      #"90^\circ"#,
      equal: [
        "90", "90°", "90 degrees", #"90^{\circ}"#, #"\frac{\pi}{2}"#, "90 deg",
      ]),
    AnswerTable(
      "4:30 p.m.",
      equal: [
        #"4:30\text{ p.m.}"#, "4:30 PM", "4:30", "16:30", #"4\!:\!30\text{ p.m.}"#,
      ],
      different: ["4:30 a.m.", "4:31 p.m.", "5:30 p.m.", "430"]),
    AnswerTable(
      "12:00",
      equal: ["12:00 p.m."],
      different: ["1:00", "0:00"]),
    AnswerTable(
      #"63^\circ 30'"#,
      equal: ["63.5°", #"63.5^\circ"#, #"63^{\circ} 30^{\prime}"#],
      different: ["63°", "63.3°"]),
  ]
}
