import Foundation
import TestSupport
import Testing

/// Pipes of three tools into a file, of which one tool is killed: the pipe fails, and the file is absent or whole.
@Suite("Pipes in which a tool is killed")
struct KilledPipeTests {
  private static let tools = ["srar-judge", "srar-reward", "srar-advantage"]

  /// The pipe, with the number of the one that is killed written to `pid`, and what it writes seen in `seen`.
  private func pipe(killing killed: Int) -> String {
    let stages = Self.tools.indices.map { index in
      let tool = Self.tools[index] + (index == 0 ? " in" : "") + (index == 2 ? " --output o" : "")
      guard index == killed else { return tool }
      let watched = "bash -c 'echo $$ > pid; exec \(tool)'"
      return index == 2 ? watched : watched + " | tee seen"
    }
    return stages.joined(separator: " | ")
  }

  /// Runs the pipe from a named pipe `in`, and kills a tool once it has read something, or written something where it can.
  private func kill(_ index: Int, afterFirstByte: Bool) throws -> (
    status: Int32, names: [String], said: String
  ) {
    let folder = try TemporaryFolder()
    let lines = (0..<200).map { number in
      RecordStreams.rollout(index: 0, correct: true).replacing("\"p1\"", with: "\"p\(number)\"")
    }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "records")
    let result = try ToolProcess.shell(
      """
      mkfifo in
      { \(pipe(killing: index)); } & pipe=$!
      exec 3> in
      if \(afterFirstByte); then
        for part in {1..300}; do
          [ -s seen ] && break
          sed 's/"id":"p/&'$part'-/' records >&3; sleep 0.1
        done
      fi
      while [ ! -s pid ]; do sleep 0.01; done
      kill -KILL $(cat pid)
      exec 3>&-
      wait $pipe
      """, in: folder.url)
    return (result.status, try folder.names, result.errorText)
  }

  @Test("before its first byte", arguments: 0..<3)
  func beforeFirstByte(index: Int) throws {
    let (status, names, said) = try kill(index, afterFirstByte: false)
    #expect(status != 0, "\(said)")
    #expect(!names.contains("o"), "\(names)")
    // Who comes right behind says what has happened; those behind it get a stream that is cut off.
    if index < 2 {
      #expect(
        said.contains("\(Self.tools[index + 1]): <stdin>: zero bytes are not an empty stream"),
        "\(said)")
    }
    if index == 0 {
      #expect(said.contains("srar-advantage: <stdin>: the zstd stream is cut off"), "\(said)")
    }
  }

  @Test("in the middle of its stream", arguments: 0..<2)
  func midStream(index: Int) throws {
    let (status, names, said) = try kill(index, afterFirstByte: true)
    #expect(status != 0, "\(said)")
    #expect(!names.contains("o"), "\(names)")
    #expect(
      said.contains("\(Self.tools[index + 1]): <stdin>: the zstd stream is cut off"), "\(said)")
  }

  @Test(
    "and those that never started",
    arguments: [
      "nosuchtool | srar-judge | srar-reward --output o",
      "false | srar-judge | srar-reward --output o",
      "srar-rollout --policy nowhere problems | srar-judge | srar-reward --output o",
      "srar-rollout --no-such-option problems | srar-judge | srar-judge steps | srar-reward --output o",
    ])
  func neverStarted(pipe: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.problem + "\n", to: "problems")
    // Without `pipefail`: the last tool fails by itself.
    let result = try ToolProcess.shell("set +o pipefail; \(pipe)", in: folder.url)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(try folder.names == ["problems"])
  }
}
