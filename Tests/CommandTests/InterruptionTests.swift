import Foundation
import TestSupport
import Testing

@Suite("Tools that are killed or interrupted")
struct InterruptionTests {
  /// A stage in the middle of its work: it has read so many lines and waits for more.
  struct Stage: Sendable, CustomStringConvertible {
    let name: String
    let tool: String
    var arguments: [String] = []
    let line: @Sendable (Int) -> String

    var description: String { name }
  }

  private static func numbered(_ line: String) -> @Sendable (Int) -> String {
    { number in line.replacing("\"p1\"", with: "\"p\(number)\"") }
  }

  private static let rollout = RecordStreams.rollout(index: 0, correct: true)

  static let stages = [
    Stage(name: "srar-prep", tool: "srar-prep", line: numbered(RecordStreams.problem)),
    Stage(name: "srar-judge", tool: "srar-judge", line: numbered(rollout)),
    Stage(
      name: "srar-judge steps", tool: "srar-judge", arguments: ["steps"], line: numbered(rollout)),
    Stage(name: "srar-reward", tool: "srar-reward", line: numbered(RecordStreams.judged)),
    Stage(
      name: "srar-advantage", tool: "srar-advantage", arguments: ["--allow-no-effect"],
      line: numbered(RecordStreams.rewarded)),
  ]

  /// Kills a tool as soon as its temporary file is there, and looks at what it leaves.
  private func expectNothingLeft(
    by tool: ToolProcess, in folder: TemporaryFolder, beside others: Set<String> = [],
    signal number: Int32
  ) throws {
    let deadline = Date.now + 30
    while try Set(folder.names) == others, Date.now < deadline { usleep(1000) }
    #expect(kill(tool.processIdentifier, number) == 0)
    // Its input stays open until it is gone, lest it come to a regular end before the signal.
    while kill(tool.processIdentifier, 0) == 0, Date.now < deadline { usleep(1000) }
    let result = tool.finish()
    #expect(result.diedOfSignal, "\(result.errorText)")
    #expect(result.status == number)
    // A killed tool can clean up nothing; an interrupted one leaves no temporary file either.
    let left = try Set(folder.names).subtracting(others)
    #expect(number == SIGKILL ? left.allSatisfy { $0.hasPrefix(".") } : left.isEmpty, "\(left)")
  }

  @Test(
    "filters leave nothing under the final name", arguments: stages, [SIGKILL, SIGINT, SIGTERM])
  func filters(stage: Stage, number: Int32) throws {
    let folder = try TemporaryFolder()
    let tool = try ToolProcess(
      stage.tool, stage.arguments + ["--quiet", "--plain", "--output", folder.path("out")])
    tool.write(Data((0..<8000).map(stage.line).joined(separator: "\n").utf8))
    try expectNothingLeft(by: tool, in: folder, signal: number)
  }

  /// A tiny policy, prompts and advantages.
  private func prepared() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      set -e
      srar-prep synth --quiet --count 60 --output train
      srar-update init --quiet --text train --layers 1 --hidden 16 --heads 2 --vocabulary 300 \
        --positions 320 --output policy
      srar-prep batch --quiet --size 4 --step 1 train --output prompts
      srar-rollout --quiet --policy policy -n 3 --max-response-tokens 12 prompts \
        | srar-judge --quiet | srar-reward --quiet | srar-advantage --quiet --allow-no-effect --plain \
        | sed '/"index":0/s/"outcome":0.0/"outcome":1.0/' > advantages
      """, in: folder.url)
    try #require(result.status == 0, "\(result.errorText)")
    return folder
  }

  @Test("sampling leaves nothing under the final name", arguments: [SIGKILL, SIGINT, SIGTERM])
  func sampling(number: Int32) throws {
    let folder = try prepared()
    let before = Set(try folder.names)
    let tool = try ToolProcess(
      "srar-rollout",
      [
        "--quiet", "--policy", folder.path("policy"), "--group-size", "100000",
        folder.path("prompts"),
        "--output", folder.path("out"),
      ])
    try expectNothingLeft(by: tool, in: folder, beside: before, signal: number)
  }

  @Test(
    "training leaves nothing under the final name, or all of it, whenever the signal comes",
    arguments: [
      "init --text train --layers 2 --vocabulary 400", "sft train --policy policy",
      "advantages --policy policy --learning-rate 1e-3",
    ], ["KILL", "INT"])
  func training(command: String, signal: String) throws {
    let folder = try prepared()
    let result = try ToolProcess.shell(
      """
      start=$(date +%s%N)
      srar-update \(command) --quiet --output whole || exit 1
      took=$(( ($(date +%s%N) - start) / 1000000 ))
      # Later and later, until it is too late.
      for part in 5 20 40 60 70 80 85 90 95 100 105 120; do
        delay=$(printf '%d.%03d' $((took * part / 100000)) $((took * part / 100 % 1000)))
        timeout --signal=\(signal) "$delay" srar-update \(command) --quiet --output killed
        if [ -e killed ]; then
          diff -r whole killed && echo whole
          rm -r killed
        else
          echo nothing
        fi
        # Only a tool that could not be asked leaves its hidden files.
        [ \(signal) = KILL ] || ls -A | grep '^[.]' || true
        rm -rf .killed*
      done
      """, in: folder.url)
    let outcomes = result.text.split(separator: "\n")
    #expect(result.status == 0, "\(result.errorText)")
    #expect(outcomes.count == 12, "\(outcomes)")
    #expect(outcomes.allSatisfy { $0 == "whole" || $0 == "nothing" }, "\(outcomes)")
    #expect(outcomes.contains("nothing"))
  }
}
