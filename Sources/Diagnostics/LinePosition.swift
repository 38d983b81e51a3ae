/// Where a line stands: `FILE:LINE`, counted from 1; standard input is `<stdin>`.
package struct LinePosition: Sendable, Hashable, CustomStringConvertible {
  /// The file as the user named it.
  package let source: String
  /// The line's number, from 1.
  package let line: Int

  package init(source: String, line: Int) {
    self.source = source
    self.line = line
  }

  package var description: String { "\(source):\(line)" }
}
