/// Text of unknown origin made fit for one line of a terminal.
///
/// Control characters (with them every escape sequence), line ends and the characters that turn the direction of writing are shown as
/// `�`; of combining marks that stand on each other three are kept.
package func terminalText(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  var marks = 0
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark:
      marks += 1
      if marks <= 3 { result.append(scalar) }
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      marks = 0
      result.append("\u{FFFD}")
    default:
      marks = 0
      result.append(scalar)
    }
  }
  return String(result)
}
