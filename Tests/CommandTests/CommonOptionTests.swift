import Foundation
import TestSupport
import Testing

@Suite("What every tool has in common")
struct CommonOptionTests {
  static let tools = [
    "srar-prep", "srar-rollout", "srar-judge", "srar-reward", "srar-advantage", "srar-update",
    "srar-report",
  ]

  /// A tool with input that it can work on, and options without which it does not start.
  struct Use: Sendable, CustomStringConvertible {
    let command: String
    let line: String
    var description: String { command }
  }

  static let uses = [
    Use(command: "srar-prep", line: RecordStreams.problem),
    Use(command: "srar-prep stats", line: RecordStreams.problem),
    Use(command: "srar-rollout --responses log", line: RecordStreams.problem),
    Use(command: "srar-judge", line: RecordStreams.rollout(index: 0, correct: true)),
    Use(command: "srar-judge steps", line: RecordStreams.rollout(index: 0, correct: true)),
    Use(command: "srar-reward", line: RecordStreams.judged),
    Use(command: "srar-advantage --allow-no-effect", line: RecordStreams.rewarded),
    Use(command: "srar-report", line: RecordStreams.rewarded),
  ]

  private func folder(_ use: Use) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(use.line + "\n", to: "in")
    try folder.write(#"{"id":"p1","response":"\\boxed{3}"}"# + "\n", to: "log")
    return folder
  }

  @Test("--version names the tool's version and its libraries'", arguments: tools)
  func version(tool: String) throws {
    let result = try ToolProcess.run(tool, ["--version"])
    #expect(result.status == 0)
    #expect(result.text.hasPrefix("srar 0.1.0"), "\(result.text)")
    #expect(result.text.contains("zstd 1."), "\(result.text)")
  }

  @Test("--quiet says nothing, and without it there is a summary", arguments: uses)
  func quiet(use: Use) throws {
    let folder = try folder(use)
    let quiet = try ToolProcess.shell("\(use.command) --quiet in", in: folder.url)
    #expect(quiet.status == 0 && quiet.errorText.isEmpty, "\(quiet.errorText)")
    #expect(!quiet.output.isEmpty)
    guard !use.command.contains("report"), !use.command.contains("stats") else { return }
    let loud = try ToolProcess.shell("\(use.command) in", in: folder.url)
    let tool = use.command.split(separator: " ")[0]
    #expect(loud.status == 0 && loud.errorText.hasPrefix("\(tool)"), "\(loud.errorText)")
    #expect(loud.output == quiet.output)
  }

  @Test(
    "--threads counts by default the processors that the tool may run on",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")),
    arguments: ["srar-rollout", "srar-update update", "srar-update sft"])
  func threads(command: String) throws {
    let first = "$(grep Cpus_allowed_list /proc/self/status | grep -o '[0-9]*' | head -n 1)"
    let result = try ToolProcess.shell("taskset -c \(first) \(command) --help | tr -s ' \\n' ' '")
    let help = try #require(result.text.range(of: "--threads <threads>"), "\(result.text)")
    let option = result.text[help.upperBound...].prefix { $0 != ")" }
    #expect(option.hasSuffix("(default: 1"), "\(option)")
  }

  @Test("--metrics appends one JSON object a run", arguments: uses)
  func metrics(use: Use) throws {
    let folder = try folder(use)
    let result = try ToolProcess.shell(
      "for n in 1 2; do \(use.command) -q in --metrics metrics > out; done; cat metrics",
      in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n")
    #expect(lines.count == 2, "\(result.text)")
    for line in lines {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect((object["tool"] as? String)?.hasPrefix("srar-") == true)
      #expect(object["version"] as? String == "0.1.0")
      #expect((object["arguments"] as? [String])?.contains("--metrics") == true)
      #expect(try #require(object["seconds"] as? Double) >= 0)
    }
  }

  @Test(
    "an unknown option is status 64, and named by the tool that does not know it", arguments: uses)
  func unknownOption(use: Use) throws {
    let folder = try folder(use)
    let result = try ToolProcess.shell("\(use.command) --no-such-option in", in: folder.url)
    #expect(result.status == 64)
    let tool = try #require(use.command.split(separator: " ").first)
    #expect(
      result.errorText.hasPrefix("\(tool): Unknown option '--no-such-option'"),
      "\(result.errorText)")
    #expect(result.errorText.contains("Usage: \(tool)"), "\(result.errorText)")
  }

  @Test("a file that is not there is status 66", arguments: uses)
  func noInput(use: Use) throws {
    let folder = try folder(use)
    let result = try ToolProcess.shell("\(use.command) no-such-file", in: folder.url)
    #expect(result.status == 66)
    #expect(result.errorText.contains("no-such-file"), "\(result.errorText)")
    #expect(result.output.isEmpty || result.output.count == 4, "at most a stream that is cut off")
  }

  @Test(
    "on a terminal without input there is a word about it instead of a silent wait",
    .enabled(
      if: (try? ToolProcess.shell("command -v script"))?.status == 0, "needs the command script"),
    arguments: uses)
  func terminal(use: Use) throws {
    let folder = try folder(use)
    let result = try ToolProcess.shell(
      "timeout 20 script --quiet --return --command '\(use.command)' /dev/null", in: folder.url)
    #expect(result.status == 64, "\(result.text)")
    #expect(result.text.contains("nothing to read"), "\(result.text)")
  }
}
