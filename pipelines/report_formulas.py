"""Formulas for the test of a report's page: different ones must never look alike, and what cannot be shown must stay as it was written."""

# All of these are shown as formulas, and no two of them may look alike.
DIFFERENT = [
    r"2\frac{1}{2}", r"\frac{21}{2}", r"21/2", r"\frac{2\cdot1}{2}", r"2\tfrac{1}{22}",
    r"0.\overline{03}", r"0.03", r"0.0\overline{3}", r"0.\overline{0}3", r"0.\bar{0}\bar{3}", r"0.\underline{03}",
    r"\frac12x", r"\frac1{2x}", r"\frac{1}{2}^x", r"\frac{1}{2^x}", r"1/2x", r"\frac{x}{12}",
    r"\frac{\frac{a}{b}}{c}", r"\frac{a}{\frac{b}{c}}", r"\frac{a}{b}c", r"\frac{ac}{b}",
    r"\sqrt{2}x", r"\sqrt{2x}", r"\sqrt[3]{x}", r"3\sqrt{x}", r"\sqrt[x]{3}", r"\sqrt{x}^3", r"\sqrt{x^3}",
    r"x^{12}", r"x^12", r"x_12", r"x_{12}", r"x_1^2", r"x^{2y}", r"x^2y", r"2^{3^4}", r"{2^3}^4",
    r"\binom{n}{k}", r"\frac{n}{k}", r"\left(\frac{n}{k}\right)", r"\begin{pmatrix}n\\k\end{pmatrix}",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{bmatrix}1&2\\3&4\end{bmatrix}", r"\begin{vmatrix}1&2\\3&4\end{vmatrix}",
    r"\begin{matrix}1&2\\3&4\end{matrix}", r"\begin{pmatrix}1&3\\2&4\end{pmatrix}", r"\begin{pmatrix}12\\34\end{pmatrix}",
    r"\left[\begin{array}{cc|c}1&2&3\\4&5&6\end{array}\right]", r"\left[\begin{array}{ccc}1&2&3\\4&5&6\end{array}\right]",
    r"\left[\begin{array}{c|cc}1&2&3\\4&5&6\end{array}\right]", r"\begin{array}{cc}1&2\\\hline3&4\end{array}",
    r"\begin{cases}x&x>0\\-x&x<0\end{cases}", r"\begin{cases}x&x<0\\-x&x>0\end{cases}", r"\begin{aligned}c&=1\\d&=2\end{aligned}",
    r"a=1\\b=2", r"a=1b=2", r"a=1,\ b=2",
    r"\cancel{x}", r"\bcancel{x}", r"\xcancel{x}", r"\boxed{x}", r"\boxed{\boxed{x}}", r"\sout{x}",
    r"\mathbb{R}", r"R", r"\mathrm{R}", r"\mathbf{R}", r"\mathcal{R}", r"\mathfrak{R}", r"\mathtt{R}",
    r"\overrightarrow{AB}", r"\overrightarrow{A}B", r"A\overrightarrow{B}", r"\overleftarrow{AB}", r"\overleftrightarrow{AB}", r"\overline{AB}",
    r"\overline{A}B", r"\widehat{AB}", r"A\hat{B}", r"\widehat{A}B",
    r"\underbrace{a+b}_{n}", r"a+\underbrace{b}_{n}", r"\overbrace{a+b}^{n}",
    r"\text{A B}", r"\text{AB}", r"AB", r"\text{if } x", r"\text{\$5}", r"\text{5\%}", r"5", r"5'", r"5''", r"5^{\circ}", r"5^0",
    r"|x|", r"\lfloor x\rfloor", r"\lceil x\rceil", r"\left\lVert x\right\rVert", r"\langle x\rangle", r"(x)", r"\{x\}",
    r"a\ne b", r"a=b", r"a\not\le b", r"a\le b", r"a\leqslant b", r"a\equiv b", r"a\to b", r"a\implies b", r"a\iff b", r"a\xrightarrow{n}b", r"a\approx b",
    r"10\,000", r"10.000", r"10{,}000", r"1\cdot000", r"a\times b", r"a\div b", r"a-b", r"a\pm b", r"a\mp b", r"a\mid b", r"a\nmid b",
    r"\displaystyle\sum_{i=1}^{n}i", r"\sum_{i=1}^{n}i", r"\sum_{i=1}^{n+i}", r"\int_0^1x\,dx", r"\prod_{i=1}^ni", r"\lim_{x\to0}f", r"\sin x", r"\sin^2x",
    r"\sin x^2", r"\pmod 5", r"\bmod 5", r"\log_2x", r"\log 2x",
]

# What KaTeX cannot read, would do something else with than show it, or would show with less than was written.
AS_SOURCE = [
    r"\frac{1}{", r"\unknown{x}", r"x^", r"50% of 8", r"\href{javascript:alert(1)}{x}", r"\url{javascript:alert(1)}", r"\htmlClass{step}{x}",
    r"\htmlStyle{display:none}{x}", r"\includegraphics{x.png}", r"\color{white}x", r"\textcolor{white}{x}y", r"\colorbox{black}{x}", r"\phantom{x}y",
    r"\def\a{5}\a", r"\gdef\a{\a\a}\a", r"\newcommand{\b}{x}\b", r"\let\frac=\binom \frac12", r"\mathchoice{1}{2}{3}{4}", r"\rlap{x}y",
    r"x\kern-1em y", r"x\hspace{-2em}y", r"\raisebox{-9em}{x}", r"\smash{x}", r"{\tiny x}", r"\rule{9em}{9em}", r'\char"202E x', r"\text{" + "\u202e" + "x}",
    r"\begin{array}{|c|}x\end{array}", r"\frac{" * 70 + "1" + "}{2}" * 70, "x" * 2500, r'\char"1D49D', r"\message{x}", r"\@secondoftwo{1}{2}",
]

# Dollar signs that are money, and delimiters that close nothing.
PROSE = [
    "It costs $40 and $50.", "Between $40-$50, or $40/$50.", "She has $40 or 50$ left.", "$5 each, so $15 in all; he pays $20", "US$5 (or A$7)",
    "a $ b $ c", "$", "$$", "\\$5 and \\$6$", "x$y", r"an open \( and more", r"\[ never closed", r"\boxed{never closed", "$40 a day for 3 days is $120",
    "costs $3, and he pays with a $10 bill", r"\frac{1}{2} without delimiters", r"\\(x\\)",
]

# Formulas in text, with how many there are, and what stands around them.
IN_TEXT = [
    ("He pays $40 and $x$ more", 1, "He pays $40 and "), (r"so \(x\) and \[y\] and $z$ and $$w$$", 4, "so "), (r"then \boxed{\frac{1}{2}}.", 1, "then "),
    (r"it is \begin{align*}a&=b\end{align*}", 1, "it is "), (r"it is \begin{align}a&=b\\c&=d\end{align}", 1, "it is "),
    (r"\begin{equation}a=b\end{equation} and \[x=1\tag{2}\] and \[a=1\\b=2\]", 3, ""), ("\\(a\r\n=b\\)", 1, ""), (r"\$5 is $x$", 1, r"\$5 is "), (r"the $n$th of $2^n$", 2, "the "),
]
