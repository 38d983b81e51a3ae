import Foundation
import TestSupport
import Testing

/// The examples in a tool's help or manual: commands that run as they stand.
///
/// They are indented, one a line, and go on in the next line after a backslash. A synopsis, which has brackets, is none.
func commandExamples(in text: String) -> [String] {
  var examples: [String] = []
  var isContinued = false
  for line in text.split(separator: "\n") where line.hasPrefix("  ") || isContinued {
    let command = line.trimmingCharacters(in: .whitespaces)
    if isContinued {
      examples[examples.count - 1] += "\n" + command
    } else if command.hasPrefix("srar-"), !command.contains("[") {
      examples.append(command)
    } else {
      continue
    }
    isContinued = command.hasSuffix("\\")
  }
  return examples
}

/// The examples in a tool's help.
func examplesOfHelp(_ command: String) throws -> [String] {
  let help = try ToolProcess.shell("\(command) --help")
  #expect(help.status == 0, "\(help.errorText)")
  let heading = try #require(help.text.firstRange(of: "EXAMPLES\n"))
  let usage = try #require(help.text.firstRange(of: "USAGE:"))
  return commandExamples(in: String(help.text[heading.upperBound..<usage.lowerBound]))
}

/// The part of a page of the manual that is headed "Examples".
func examplesOfManual(_ tool: String) throws -> [String] {
  let manual = Fixtures.root.appendingPathComponent("docs/\(tool).md")
  let text = try String(contentsOf: manual, encoding: .utf8)
  let heading = try #require(text.firstRange(of: "## Examples"))
  return commandExamples(in: String(text[heading.upperBound...]))
}
