"""Writes hostile.jsonl: texts that hang, crash or exhaust checkers of answers, each as pieces that are repeated.

    python3 hostile.py > hostile.jsonl
"""

import json


def primes(count):
    found = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def case(name, *pieces):
    """Pieces are texts, or pairs of a text and how many times it stands."""
    pieces = [(piece, 1) if isinstance(piece, str) else piece for piece in pieces]
    print(json.dumps({"hostile": name, "pieces": [{"text": t, "count": n} for t, n in pieces]}))


case("tower of powers", r"\dfrac{5^{\left(5^{\left(5^{\left(5^5\right)}\right)} - 4\right)} - 5}{16}")
case("bare tower of powers", "9^9^9^9^9^9")
case("tower of 500 powers", ("9^{", 500), "9", ("}", 500))
case("ten to the ten to the ten", "10^(10^10)")
case("ten to minus ten to the ten", "10^{-10^{10}}")
case("power of a fraction", r"\left(\frac{12345678901}{98765432109}\right)^{123456789}")
case("power of a root", r"(\sqrt{2}+\sqrt{3}+\sqrt{5}+\sqrt{7}+\sqrt{11})^{40}")
case("power of a sum", "(a+b+c+d+e+f+g+h)^{40}")
case("product of sums", ("(a+b+c+d)", 60))
case("factorial of a milliard", "(10^9)!")
case("factorials of factorials", "5", ("!", 60))
case("binomial of a milliard", r"\binom{10^9}{5\cdot10^8}")
case("100,000 nested braces", ("{", 100_000), "1", ("}", 100_000))
case("100,000 open braces", ("{", 100_000), "1")
case("1 MB of digits", ("9", 1_000_000))
case("1 MB of decimals", "0.", ("3", 1_000_000))
case("5,000 digits", ("9", 5_000))
case("1,000 digits to the 50", ("7", 1_000), "^{50}")
case("1 MB of opening parentheses", ("(", 1_000_000))
case("1 MB of opening brackets", ("[", 1_000_000))
case("39 nested parentheses", ("(", 39), "1", (")", 39))
case("1 MB of boxes", (r"\boxed{", 142_857))
case("1 MB of closed boxes", (r"\boxed{1}, ", 90_909))
case("1 MB of bars", ("|", 1_000_000))
case("1 MB of blanks", (" ", 1_000_000))
case("1 MB of prose", ("the answer is ", 71_428))
case("1 MB of dollar signs", ("$a$ ", 250_000))
case("unbalanced fractions", (r"\frac{", 50_000))
case("unbalanced left", (r"\left(", 2_000))
case("unbalanced right", ("1)]}", 500))
case("300 nested fractions", (r"\frac{1}{1+", 300), "1", ("}", 300))
case("39 nested fractions", (r"\frac{1}{1+", 39), "x", ("}", 39))
case("30 nested roots", (r"\sqrt{2+", 30), "2", ("}", 30))
case("nested roots of a variable", (r"\sqrt{x+", 18), "1", ("}", 18))
case("nested sines", (r"\sin(x+", 30), "1", (")", 30))
case("3,001 ones", "1", ("+1", 3_000))
case("400 ones", "1", ("+1", 400))
case("fractions of primes", *(f"1/{prime}+" for prime in primes(300)), "1")
case("roots of primes", *(rf"\sqrt{{{prime}}}+" for prime in primes(60)), "1")
case("product of roots of primes", *(rf"(1+\sqrt{{{prime}}})" for prime in primes(30)))
case("reciprocals of roots", *(rf"\frac{{1}}{{1+\sqrt{{{prime}}}}}+" for prime in primes(20)), "1")
case("logarithms of primes", *(rf"\ln {prime}+" for prime in primes(60)), "1")
case("large semiprime under a root", r"\sqrt{340282366920938463463374607431768211457}")
case("large numbers under roots", *(rf"\sqrt{{{10**18 + 2 * n + 1}}}+" for n in range(60)), "1")
case("root of 1,000 digits", r"\sqrt{", ("7", 1_000), "}")
case("logarithm of 300 digits", r"\log(", ("7", 300), ")")
case("quotients", ("1/", 500_000))
case("300 quotients of variables", *(f"x_{{{n}}}/" for n in range(300)), "1")
case("thousands of variables", *(f"x_{{{n}}}+" for n in range(2_500)), "1")
case("300 variables", *(f"x_{{{n}}}+" for n in range(300)), "1")
case("sums of quotients", *(rf"\frac{{1}}{{x+{n}}}+" for n in range(60)), "1")
case("list of 1,000", *(f"{n}, " for n in range(1_000)), "1")
case("list of 190 roots", *(rf"\sqrt{{{n}}}, " for n in range(190)), "1")
case("list of 190 polynomials", *(f"(x+{n})^5, " for n in range(190)), "1")
case("set of sums of signs", *(r"\pm\sqrt{%d}" % prime for prime in primes(12)))
case("sets of signs", r"\{", *(r"\pm %d\pm\sqrt{%d}, " % (n, n) for n in range(60)), r"1\}")
case("union of 300 intervals", *(rf"({2 * n},{2 * n + 1})\cup" for n in range(300)), "(-2,-1)")
case("union of intervals of roots", *(rf"(\sqrt{{{2 * n}}},\sqrt{{{2 * n + 1}}})\cup" for n in range(150)), "(-2,-1)")
case("matrix of 600 cells", r"\begin{pmatrix}", (r"1&2&3\\", 200), r"\end{pmatrix}")
case("matrices multiplied", (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", 30))
case("matrices of variables multiplied", (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", 12))
case("unclosed matrix", r"\begin{pmatrix}", ("1&", 400))
case("nested matrices", (r"\begin{pmatrix}", 30), "1", (r"\end{pmatrix}", 30))
for name, text in {
    "slash": "1/0", "fraction": r"\frac{1}{0}", "zero over zero": "0/0", "difference": r"\frac{1}{1-1}",
    "root": r"\frac{1}{\sqrt{2}-\sqrt{2}}", "sine": r"\frac{1}{\sin 0}", "tangent": r"\tan\frac{\pi}{2}",
    "negative power": "0^{-1}", "zero to zero": "0^0", "logarithm": r"\log 0", "variable": r"\frac{x}{x-x}",
    "base one": r"\log_1 5", "nested": r"\frac{1}{\frac{1}{0}}", "percent": r"\frac{1}{0}\%", "mixed": "4 4/0",
    "unicode": "1÷0", "matrix": r"\begin{pmatrix}1/0\\2\end{pmatrix}", "ratio": "3:0", "modest": "1/(10^{-999}-10^{-999})",
}.items():
    case("division by zero: " + name, text)
case("NUL", "\0")
case("NUL inside", "1\0" + "2")
case("control characters", "".join(chr(c) for c in range(1, 32)))
case("right-to-left text", "\u202e3\u202c שלוש")
case("full-width digits", "３")
case("Arabic digits", "٣")
case("mathematical digits", "𝟛")
case("emoji", "👍👩‍👩‍👧‍👦")
case("100,000 emoji", ("😀", 100_000))
case("combining marks", "3", ("\u0301", 10_000))
case("replacement characters", ("\ufffd", 100))
case("exponents", "1e999999999")
case("small exponent", "1e-999999999")
case("many exponents", ("1e999*", 100), "1")
case("huge base", "1111111111_{999999999999999999999}")
case("digits in a base", ("1", 5_000), "_2")
case("repeating decimal of 1,000 digits", r"0.\overline{", ("142857", 170), "}")
case("end of a document", r"\end{document}")
case("macros", r"\def\a{\a\a}\a")
case("integral", r"\int_0^{10^9} e^{\sin(x^{x})}\,dx")
case("sum to infinity", r"\sum_{n=1}^{\infty}\frac{1}{n^{n^n}}")
case("primes and degrees", ("7°6'5''", 200))
case("equations", ("x=", 500), "1")
case("inequalities", ("x<", 500), "1")
case("bars and parentheses", ("|(", 300), "1", (")|", 300))
case("units", "3 ", (r"\text{cm}^2/", 600))
