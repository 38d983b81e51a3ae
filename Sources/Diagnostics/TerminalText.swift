/// Text of unknown origin made fit for one line of a terminal, a log or a file of rejects.
///
/// Characters that act instead of being seen become escapes. Line ends and tabs become `\n`, `\r` and `\t`. Others become the like of
/// `\u{202e}`: control characters (so every escape sequence), characters that turn the direction of writing, have no width or
/// separate lines, and private and unassigned ones. Of combining marks in a row the first three are kept. Nothing is left out.
package func terminalText(_ text: String) -> String {
  guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return text }
  var result = String.UnicodeScalarView()
  var marks = 0
  for scalar in text.unicodeScalars {
    marks = isMark(scalar) ? marks + 1 : 0
    if isVisible(scalar), marks <= 3 {
      result.append(scalar)
    } else {
      result.append(contentsOf: escape(of: scalar).unicodeScalars)
    }
  }
  return String(result)
}

/// Text of several lines, such as a tool's usage, whose own line feeds stay while each line is made fit for a terminal.
package func terminalLines(_ text: String) -> String {
  text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    .map { terminalText(String(Substring($0))) }.joined(separator: "\n")
}

private func isMark(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark: true
  default: false
  }
}

private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
    false
  // Fillers and joiners that are letters or marks by category. The last two only choose how the character before them is drawn.
  default:
    !scalar.properties.isDefaultIgnorableCodePoint
      || "\u{FE0E}\u{FE0F}".unicodeScalars.contains(scalar)
  }
}

private func escape(of scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\n": #"\n"#
  case "\r": #"\r"#
  case "\t": #"\t"#
  default: "\\u{\(String(scalar.value, radix: 16))}"
  }
}
