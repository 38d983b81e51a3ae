import Foundation
import TestSupport
import Testing

@Suite("Ids, file names and arguments that would act on a terminal")
struct HostileNameTests {
  private static let id = #"p\n# in:7: forged\u001b[2J\u202e\u2028\u200b"#
  private static let shown = #"p\n# in:7: forged\u{1b}[2J\u{202e}\u{2028}\u{200b}"#

  /// Whether a text has nothing but line feeds that would act.
  private func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy {
      $0 == "\n" || ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
    }
  }

  @Test(
    "are shown as escapes in messages, and forge no line among the rejects",
    arguments: RecordStreams.stages)
  func ids(stage: RecordStreams.Stage) throws {
    let folder = try TemporaryFolder()
    let line = stage.line
      .replacing("\"\(stage.requiredMember)\":", with: "\"other\":")
      .replacing("\"id\":\"p1\"", with: "\"id\":\"\(Self.id)\"")
    try folder.write(line + "\n", to: "in\n\u{202E}")
    let stopped = try ToolProcess.run(stage.tool, ["in\n\u{202E}"], in: folder.url)
    #expect(stopped.status == 65)
    #expect(
      stopped.errorText.hasPrefix(
        "\(stage.tool): in\\n\\u{202e}:1: record \"\(Self.shown)\" has no"),
      "\(stopped.errorText)")
    #expect(stopped.errorText.split(separator: "\n").count == 1 && isHarmless(stopped.errorText))
    let passed = try ToolProcess.run(
      stage.tool, ["--rejects", "bad", "in\n\u{202E}"], in: folder.url)
    #expect(passed.status == 0, "\(passed.errorText)")
    let bad = try String(contentsOfFile: folder.path("bad"), encoding: .utf8)
    let lines = bad.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("# in\\n\\u{202e}:1: record \"\(Self.shown)\""))
    #expect(lines.last.map(String.init) == line, "the line itself stays as it was")
  }

  @Test("are shown as escapes in files' names, options' values and summaries")
  func names() throws {
    let folder = try TemporaryFolder()
    try folder.write("not json\n", to: "in")
    let summary = try ToolProcess.run(
      "srar-judge", ["in", "--rejects", "a\nb\u{1B}[31m"], in: folder.url)
    #expect(summary.errorText.contains(#"kept in a\nb\u{1b}[31m"#), "\(summary.errorText)")
    let missing = try ToolProcess.run("srar-judge", ["no\u{9B}31m\nfile"])
    #expect(missing.status == 66)
    #expect(
      missing.errorText.hasPrefix(#"srar-judge: no\u{9b}31m\nfile: "#), "\(missing.errorText)")
    for arguments in [
      ["--votes=\u{1B}x\nsrar-judge: forged"], ["--votes", "\u{1B}x\nsrar-judge: forged"],
    ] {
      let usage = try ToolProcess.run("srar-judge", arguments)
      #expect(usage.status == 64)
      #expect(usage.errorText.contains(#"\u{1b}x\nsrar-judge: forged"#), "\(usage.errorText)")
      #expect(usage.errorText.contains("\nUsage: srar-judge"), "\(usage.errorText)")
      #expect(isHarmless(usage.errorText))
    }
  }

  @Test("are shown as escapes in tables and lists for people")
  func tables() throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.rewarded + "\n", to: "in")
    let table = try ToolProcess.run(
      "srar-report", ["in", "--label", "a\nb\u{1B}[31m\u{202E}"], in: folder.url)
    #expect(table.status == 0, "\(table.errorText)")
    #expect(table.text.contains(#"a\nb\u{1b}[31m\u{202e}"#) && isHarmless(table.text))
    try folder.write(
      #"{"id":"p\n\u001b","problem":"1?","ground_truth":"1","rubric":"<X\u001b[2J\u202e> b"}"#
        + "\n",
      to: "problems")
    let lint = try ToolProcess.run("srar-prep", ["lint", "problems"], in: folder.url)
    #expect(!lint.output.isEmpty && isHarmless(lint.text + lint.errorText), "\(lint.errorText)")
  }
}
