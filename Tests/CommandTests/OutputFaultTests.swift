import Foundation
import TestSupport
import Testing

@Suite("Faults of outputs")
struct OutputFaultTests {
  /// Rollouts of many problems, a few megabytes.
  private static let manyRollouts = Data(
    (0..<12_000).map { number in
      RecordStreams.rollout(index: 0, correct: true).replacing("\"p1\"", with: "\"p\(number)\"")
    }.joined(separator: "\n").utf8)

  @Test("a full device is status 74")
  func fullDevice() throws {
    let folder = try TemporaryFolder()
    let input = try folder.write(RecordStreams.rollout(index: 0, correct: true), to: "in")
    let result = try ToolProcess.shell("srar-judge \(input) > /dev/full")
    #expect(result.status == 74)
    #expect(
      result.errorText.contains("srar-judge: <stdout>: cannot write: No space left on device"),
      "\(result.errorText)")
  }

  @Test(
    "a full disk is status 74 and leaves no file",
    .enabled(if: getuid() == 0, "mounting a small disk needs root"))
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    let disk = folder.path("disk")
    let mounted = try ToolProcess.shell("mkdir \(disk) && mount -t tmpfs -o size=32k tmpfs \(disk)")
    try #require(mounted.status == 0, "cannot mount: \(mounted.errorText)")
    defer { _ = try? ToolProcess.shell("umount \(disk)") }
    let result = try ToolProcess.run(
      "srar-judge", ["--plain", "--output", "\(disk)/out.jsonl"], input: Self.manyRollouts)
    #expect(result.status == 74)
    #expect(result.errorText.contains("No space left on device"), "\(result.errorText)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk).isEmpty)
  }

  @Test("an output that cannot be made is status 74")
  func unwritable() throws {
    let result = try ToolProcess.run(
      "srar-judge", ["--output", "/no/such/folder/out"],
      input: Data(RecordStreams.rollout(index: 0, correct: true).utf8))
    #expect(result.status == 74)
    #expect(result.errorText.contains("/no/such/folder/out: cannot write"), "\(result.errorText)")
  }

  @Test("a reader that goes away ends the tool quietly")
  func closedPipe() throws {
    let folder = try TemporaryFolder()
    try Self.manyRollouts.write(to: folder.url.appendingPathComponent("in"))
    let result = try ToolProcess.shell(
      "srar-judge --quiet --plain \(folder.path("in")) | head -1 | wc -l; echo ${PIPESTATUS[0]}")
    #expect(result.text.split(whereSeparator: \.isWhitespace) == ["1", "0"])
    #expect(result.errorText.isEmpty, "\(result.errorText)")
  }

  @Test("a tool that fails makes the tools behind it fail")
  func failurePropagates() throws {
    let folder = try TemporaryFolder()
    let input = try folder.write("not json\n", to: "in")
    let result = try ToolProcess.shell(
      "srar-judge \(input) | srar-reward --output \(folder.path("out")); echo ${PIPESTATUS[@]}")
    #expect(result.text.trimmingCharacters(in: .whitespacesAndNewlines) == "65 65")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
  }

  @Test("an output may bear the name of the input")
  func ontoItself() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(RecordStreams.rollout(index: 0, correct: true) + "\n", to: "stream")
    let result = try ToolProcess.run("srar-judge", ["--plain", path, "--output", path])
    #expect(result.status == 0, "\(result.errorText)")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(#""judge":{"status":"ok""#))
    #expect(try folder.names == ["stream"])
  }

  @Test("the same input gives the same bytes, in a pipe and in a file")
  func sameBytes() throws {
    let folder = try TemporaryFolder()
    try Self.manyRollouts.write(to: folder.url.appendingPathComponent("in"))
    for name in ["one", "two"] {
      let result = try ToolProcess.run(
        "srar-judge", ["--quiet", folder.path("in"), "--output", folder.path(name)])
      #expect(result.status == 0, "\(result.errorText)")
    }
    let one = try Data(contentsOf: folder.url.appendingPathComponent("one"))
    let two = try Data(contentsOf: folder.url.appendingPathComponent("two"))
    #expect(one == two && one.count > 1000)
  }

  @Test(
    "what a killed tool left beside its output goes with the next one; what another writes stays")
  func leftovers() throws {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      sh -c 'touch .out.$$.tmp .out.$$-0123456789abcdef.tmp .out.$$-0123456789abcdef.tmp-interrupted'
      touch .out.1.tmp .out.1-0123456789abcdef.tmp .other.99999999.tmp .out.x.tmp
      srar-prep synth --quiet --count 2 --output out
      ls -A
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      Set(result.text.split(separator: "\n")) == [
        ".other.99999999.tmp", ".out.1-0123456789abcdef.tmp", ".out.1.tmp", ".out.x.tmp", "out",
      ])
  }
}
