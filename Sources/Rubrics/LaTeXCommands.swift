// Commands of LaTeX whose first letters look like an escape of JSON.

/// Whether a word is a command of LaTeX that begins with a letter that JSON escapes as white space: `n`, `r` or `t`.
///
/// Short commands that are likelier a line break or a tab in front of a word are not among them, such as `\ni`, `\tt` and `\rm`.
package func isLaTeXCommand(_ word: some Collection<UInt8>) -> Bool {
  // The longest has 21 letters; no text is made of a word that cannot be one.
  word.count <= 24 && commands.contains(String(decoding: word, as: UTF8.self))
}

/// Whether a text has control characters that JSON made of LaTeX whose backslash was not doubled: any but white space, a form feed, and a
/// tab in front of the rest of a command (`\times` is a tab and `imes`).
package func hasLostBackslash(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  for (index, byte) in bytes.enumerated() {
    switch byte {
    case 0x0A, 0x0D: continue
    case 0x09:
      let rest = bytes[(index + 1)...].prefix(32).prefix { (0x61...0x7A).contains($0 | 0x20) }
      if isLaTeXCommand([UInt8(ascii: "t")] + rest) { return true }
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
  "nabla", "natural", "ncong", "ne", "nearrow", "neg", "neq", "newline", "nexists", "ngeq",
  "ngeqq", "ngeqslant", "ngtr", "nleftarrow", "nLeftarrow", "nleftrightarrow",
  "nLeftrightarrow", "nleq", "nleqq", "nleqslant", "nless", "nmid", "nobreak", "nobreakspace",
  "noindent", "nolimits", "nolinebreak", "nonumber", "normalsize", "not", "notag", "notin",
  "nparallel", "nprec", "npreceq", "nrightarrow", "nRightarrow", "nshortmid",
  "nshortparallel", "nsim", "nsubseteq", "nsubseteqq", "nsucc", "nsucceq", "nsupseteq",
  "nsupseteqq", "ntriangleleft", "ntrianglelefteq", "ntriangleright", "ntrianglerighteq", "nu",
  "numberwithin", "nvdash", "nvDash", "nVdash", "nVDash", "nwarrow",
  // \r…
  "raggedright", "raisebox", "rangle", "rbrace", "rbrack", "rceil", "rfloor", "rgroup", "rho",
  "rhd", "right", "rightarrow", "rightarrowtail", "rightharpoondown", "rightharpoonup",
  "rightleftarrows", "rightleftharpoons", "rightrightarrows", "rightsquigarrow",
  "rightthreetimes", "risingdotseq", "rlap", "rmoustache", "rtimes", "rVert", "rvert",
  // \t…
  "tag", "tan", "tanh", "tau", "tbinom", "text", "textasciicircum", "textasciitilde",
  "textbackslash", "textbf", "textbullet", "textcircled", "textcolor", "textdegree",
  "textellipsis", "textemdash", "textendash", "texteuro", "textgreater", "textit", "textless",
  "textmd", "textnormal", "textquotedblleft", "textquotedblright", "textquoteleft",
  "textquoteright", "textrm", "textsc", "textsf", "textsl", "textstyle", "textsubscript",
  "textsuperscript", "texttt", "textunderscore", "textup", "tfrac", "therefore", "theta",
  "thetasym", "thickapprox", "thicksim", "thinspace", "tilde", "times", "tiny", "to", "top",
  "triangle", "triangledown", "triangleleft", "trianglelefteq", "triangleq", "triangleright",
  "trianglerighteq", "twoheadleftarrow", "twoheadrightarrow",
]
