// Commands of LaTeX whose first letters look like an escape of JSON.

/// Whether a word begins with a command of LaTeX that starts with `n` or `t`, letters that JSON escapes as white space.
///
/// It is a command entirely, or a long one that begins with `t` with letters behind it, as `\triangleABC` is often written.
/// Commands whose rest is an English word, such as `\tall` or `\node`, are not among them.
package func beginsLaTeXCommand(_ word: some Collection<UInt8>) -> Bool {
  // The longest has 21 letters; no text is made of a word that cannot be one.
  let text = String(decoding: word.prefix(24), as: UTF8.self)
  if word.count <= 24, commands.contains(text) { return true }
  guard text.first == "t", text.utf8.count > 5 else { return false }
  // Shorter ones, such as "text", begin English words without their "t".
  return (5..<text.utf8.count).contains { commands.contains(String(text.prefix($0))) }
}

/// What a word that stands behind one backslash is in a text that doubles the backslashes of its LaTeX, where `\n` and `\t` may be blanks.
package enum SingleBackslash: Equatable, Sendable {
  /// No command: the backslash and its letter are a blank.
  case blank
  /// A command, since its rest is no word: `\times`, `\theta`, `\neq`.
  case command
  /// Either: `\nu` may be a line break and a u, `\tan` a tab and an article.
  case either

  /// - Parameter word: the letters behind the backslash, the first an `n` or a `t`.
  package init(before word: some Collection<UInt8>) {
    let text = String(decoding: word.prefix(24), as: UTF8.self)
    guard word.count <= 24, commands.contains(text) else {
      self = .blank
      return
    }
    if commandsWithRestAsWord.contains(text) {
      self = .blank
    } else if text.utf8.count > 3 || shortCommands.contains(text) {
      self = .command
    } else {
      self = .either
    }
  }
}

/// Whether a text has control characters that JSON made of LaTeX whose backslash was not doubled.
///
/// These are all but white space, also form feeds, and a tab in front of the rest of a command (`\times` is a tab and `imes`).
///
/// - Parameter hasTabs: whether tabs belong to the text, as in tables and indented lines. Then those in front of "an" and "t", which would be
///   `\tan` and `\tt`, say nothing.
package func hasLostBackslash(_ text: String, hasTabs: Bool = false) -> Bool {
  let bytes = Array(text.utf8)
  for (index, byte) in bytes.enumerated() {
    switch byte {
    case 0x0A, 0x0D: continue
    case 0x09:
      let rest = bytes[(index + 1)...].prefix(32).prefix { (0x61...0x7A).contains($0 | 0x20) }
      if hasTabs, [Array("an".utf8), Array("t".utf8)].contains(Array(rest)) { continue }
      if beginsLaTeXCommand([UInt8(ascii: "t")] + rest) { return true }
    case 0..<0x20, 0x7F: return true
    // U+0080 to U+009F, of which U+0085 is a line break.
    case 0xC2 where index + 1 < bytes.count && bytes[index + 1] < 0xA0 && bytes[index + 1] != 0x85:
      return true
    default: continue
    }
  }
  return false
}

/// From the symbol tables of LaTeX, amsmath, amssymb and mathtools, and what rubrics use of text mode.
private let commands: Set<String> = [
  // \n…
  "nCk", "nCr", "nPk", "nPr", "nVvdash", "nabla", "natural", "ncong", "ne", "nearrow", "neg", "neq",
  "newline", "newcommand", "newpage", "nexists", "ngeq",
  "ngeqq", "ngeqslant", "ngtr", "nleftarrow", "nLeftarrow", "nleftrightarrow",
  "nLeftrightarrow", "nleq", "nleqq", "nleqslant", "nless", "nmid", "nobreak", "nobreakspace", "ni",
  "nicefrac", "nint",
  "noindent", "nolimits", "nolinebreak", "nonumber", "norm", "normalfont", "normalsize", "notni",
  "nsubset", "nsupset", "num", "numrange", "not", "notag", "notin",
  "nparallel", "nprec", "npreceq", "nrightarrow", "nRightarrow", "nshortmid",
  "nshortparallel", "nsim", "nsubseteq", "nsubseteqq", "nsucc", "nsucceq", "nsupseteq",
  "nsupseteqq", "ntriangleleft", "ntrianglelefteq", "ntriangleright", "ntrianglerighteq", "nu",
  "number", "negthinspace", "negmedspace", "negthickspace", "numberwithin", "nvdash", "nvDash",
  "nVdash", "nVDash", "nwarrow",
  // \t…
  "tabular", "tag", "tan", "tanh", "tau", "tbinom", "tensor", "text", "textasteriskcentered",
  "textbar", "textcent", "textcopyright", "textdiv", "textheight",
  "textmu", "textohm", "textonehalf", "textperiodcentered", "textpm", "textregistered",
  "textsterling", "texttimes", "texttrademark", "textwidth", "textyen", "tikz", "toprule", "tt",
  "textasciicircum", "textasciitilde",
  "textbackslash", "textbf", "textbullet", "textcircled", "textcolor", "textdegree",
  "textellipsis", "textemdash", "textendash", "texteuro", "textgreater", "textit", "textless",
  "textmd", "textnormal", "textquotedblleft", "textquotedblright", "textquoteleft",
  "textquoteright", "textrm", "textsc", "textsf", "textsl", "textstyle", "textsubscript",
  "textsuperscript", "texttt", "textunderscore", "textup", "tfrac", "therefore", "theta",
  "thetasym", "thickapprox", "thicksim", "thinspace", "tilde", "times", "tiny", "to", "top",
  "triangle", "triangledown", "triangleleft", "trianglelefteq", "triangleq", "triangleright",
  "trianglerighteq", "twoheadleftarrow", "twoheadrightarrow", "tg", "th", "tr", "thickspace",
  "textquotesingle",
]

/// Those that are an English word without their first letter.
private let commandsWithRestAsWord: Set<String> = [
  "nexists", "nless", "nmid", "nint", "nprec", "nsim", "nparallel", "nsubset", "nsupset", "number",
]

/// The short ones that are no word without it.
private let shortCommands: Set<String> = ["neq", "not", "tau", "tag"]
