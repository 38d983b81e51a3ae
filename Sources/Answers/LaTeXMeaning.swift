/// What a command of LaTeX means in an answer.
enum LaTeXMeaning {
  case token(AnswerToken.Kind)
  /// It only changes how things look.
  case layout
  /// As `layout`, with space.
  case space
  /// Its braces hold prose.
  case text
  /// Its braces hold upright letters: a unit, a name or a function.
  case upright
  /// Its braces hold letters of another shape.
  case shaped
  /// Neither it nor what its braces hold says anything.
  case nothing

  /// By the command's name, without its backslash. A command that is not here stands for itself.
  static let commands: [String: LaTeXMeaning] = {
    var table: [String: LaTeXMeaning] = [:]
    func add(_ names: [String], _ meaning: LaTeXMeaning) {
      for name in names { table[name] = meaning }
    }
    for (names, kind) in tokens { add(names, .token(kind)) }
    add(
      [
        "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "middle",
        "displaystyle", "textstyle", "limits", "nolimits", "boxed", "fbox", "hfill", "large",
        "Large", "LARGE", "huge", "small",
        "checkmark", "blacksquare", "therefore", "because",
      ], .layout)
    add(["quad", "qquad", "thinspace", "enspace", "space"], .space)
    add(
      [
        "text", "textbf", "textit", "textrm", "mbox", "texttt", "textsc", "emph", "textnormal",
        "textsf",
      ], .text)
    add(["mathrm", "operatorname", "rm"], .upright)
    add(
      [
        "mathbf", "boldsymbol", "bf", "mathit", "mathcal", "bm", "mathsf", "mathfrak", "pmb",
        "bold", "underline", "hbox",
      ],
      .shaped)
    add(["tag", "color", "phantom", "hspace", "vspace", "label"], .nothing)
    for name in letters { table[name] = .token(.letter("\\" + name)) }
    return table
  }()

  private static let tokens: [([String], AnswerToken.Kind)] = [
    (["le", "leq", "leqslant", "leqq"], .relation(.lessOrEqual)),
    (["ge", "geq", "geqslant", "geqq"], .relation(.greaterOrEqual)),
    (["lt"], .relation(.less)), (["gt"], .relation(.greater)),
    (["ne", "neq"], .relation(.notEqual)),
    (["approx", "simeq", "approxeq"], .relation(.approximately)),
    (["equiv"], .relation(.equal)), (["in"], .relation(.element)),
    (["cdot", "times", "ast"], .sign("*")), (["div"], .sign("/")),
    (["pm"], .plusMinus), (["mp"], .minusPlus),
    (["cup"], .union), (["cap"], .intersection), (["setminus", "backslash"], .without),
    (["lbrace"], .setOpen), (["rbrace"], .setClose),
    (["lvert", "rvert", "vert", "mid"], .sign("|")),
    (["circ", "degree"], .sign("°")), (["prime"], .sign("'")), (["colon"], .sign(":")),
    (["lbrack"], .sign("[")), (["rbrack"], .sign("]")),
    (["langle", "lparen"], .sign("(")), (["rangle", "rparen"], .sign(")")),
    (["land", "wedge"], .word("and")), (["lor", "vee"], .word("or")),
    (["dfrac", "tfrac", "cfrac", "frac"], .command("frac")),
    (["varnothing", "emptyset", "oslash"], .command("emptyset")),
    (["dbinom", "tbinom", "binom"], .command("binom")),
    (["rightarrow", "to", "longrightarrow"], .command("to")),
    (["cr", "newline"], .row),
    (["ldots", "cdots", "dots", "dotsc", "dotsb", "vdots"], .letter("…")),
  ]

  /// Commands that are letters, or stand where a letter could.
  private static let letters = [
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta",
    "vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon",
    "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Sigma",
    "Phi", "Psi", "Omega", "ell", "hbar", "aleph", "angle", "triangle", "nabla", "partial",
    "perp", "parallel", "sim", "cong", "leftrightarrow", "Leftrightarrow", "Rightarrow", "implies",
    "iff", "propto", "mho", "star", "dagger", "top",
  ]

  /// Functions by their names, as commands or as plain words.
  static let functions: [String: String] = [
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc",
    "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan", "arccot": "arccot",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "ln": "ln", "log": "log", "lg": "log",
    "exp": "exp", "abs": "abs", "det": "det", "asin": "arcsin", "acos": "arccos",
    "atan": "arctan", "floor": "floor", "ceil": "ceil", "gcd": "gcd", "lcm": "lcm",
  ]

  /// Words of plain text that are commands.
  static let words: [String: String] = {
    var table = [
      "sqrt": "sqrt", "cbrt": "cbrt", "pi": "pi", "infinity": "infty", "inf": "infty",
      "infty": "infty", "oo": "infty", "binom": "binom",
    ]
    for name in functions.keys { table[name] = name }
    return table
  }()
}
