// What a rendering may cost.

/// Bounds of one rendering, so that no template runs or grows without end.
final class TemplateBudget {
  /// Code points that one text may have: 16 MiB.
  static let greatestTextLength = 1 << 22
  /// Lists and mappings within each other.
  static let greatestDepth = 100
  /// What an element of a list costs, in code points.
  private static let elementCost = 32

  /// Where the latest step was.
  private(set) var line = 1
  private var steps = 1_000_000
  private var codePoints = 1 << 26

  /// Takes a step of the evaluation.
  func step(_ line: Int) throws(TemplateError) {
    self.line = line
    steps -= 1
    guard steps > 0 else { throw .invalid("the template does not come to an end", line: line) }
  }

  /// Pays for text that is read or made.
  func spend(codePoints count: Int, _ line: Int) throws(TemplateError) {
    codePoints -= count
    guard codePoints > 0 else {
      throw .unsupported("a rendering that handles so much text", line: line)
    }
  }

  /// Pays for elements that are read or made.
  func spend(elements count: Int, _ line: Int) throws(TemplateError) {
    try spend(codePoints: count * Self.elementCost, line)
  }

  /// Pays for a text of some length, which must be within bounds.
  func spend(textOf count: Int, _ line: Int) throws(TemplateError) {
    guard count <= Self.greatestTextLength else {
      throw .unsupported("a text of more than \(Self.greatestTextLength) characters", line: line)
    }
    try spend(codePoints: count, line)
  }
}
