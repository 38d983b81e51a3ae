import Foundation
import TestSupport
import Testing

@Suite("Faults of streams, in every tool that reads and writes records")
struct StreamFaultTests {
  private func compressed(_ text: String) throws -> Data {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "plain")
    // Any record tool compresses; the report command is not one, so srar-judge does it.
    return try ToolProcess.run(
      "srar-judge", ["steps", "--quiet", "--zstd", path]
    ).output
  }

  private func fails(
    _ stage: RecordStreams.Stage, _ input: Data, status: Int32, saying message: String,
    extra: [String] = []
  ) throws {
    let result = try ToolProcess.run(
      stage.tool, stage.arguments + ["--plain"] + extra, input: input)
    #expect(result.status == status, "\(result.errorText)")
    #expect(result.errorText.contains(message), "\(result.errorText)")
    #expect(result.errorText.hasPrefix("\(stage.tool): "), "\(result.errorText)")
  }

  @Test("a line that is not JSON stops the tool with its place", arguments: RecordStreams.stages)
  func notJSON(stage: RecordStreams.Stage) throws {
    try fails(
      stage, Data((stage.line + "\n{\"id\":}\n").utf8), status: 65,
      saying: "<stdin>:2: not JSON at byte 7 of the line: a value is expected")
  }

  @Test("a line that is not UTF-8 stops the tool", arguments: RecordStreams.stages)
  func notUTF8(stage: RecordStreams.Stage) throws {
    var bytes = Data(stage.line.utf8)
    bytes.append(contentsOf: [0x0A, 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D, 0x0A])
    try fails(stage, bytes, status: 65, saying: "<stdin>:2: not UTF-8 at byte 3 of the line")
  }

  @Test("a line that is no object stops the tool", arguments: RecordStreams.stages)
  func notAnObject(stage: RecordStreams.Stage) throws {
    try fails(
      stage, Data("[1]\n".utf8), status: 65,
      saying: "<stdin>:1: a record is a JSON object, but this line is an array")
  }

  @Test("a missing object is named, with the tool that writes it", arguments: RecordStreams.stages)
  func missingObject(stage: RecordStreams.Stage) throws {
    let line = stage.line.replacing("\"\(stage.requiredMember)\":", with: "\"other\":")
    try fails(stage, Data(line.utf8), status: 65, saying: "<stdin>:1: \(stage.complaint)")
  }

  @Test("a member of the wrong type is named", arguments: RecordStreams.stages)
  func wrongType(stage: RecordStreams.Stage) throws {
    let line = stage.line.replacing("\"index\":0", with: "\"index\":\"0\"")
    try fails(
      stage, Data(line.utf8), status: 65,
      saying: "<stdin>:1: \"rollout.index\" of record \"p1\" must be an integer, but is a string")
  }

  @Test("a missing id is named", arguments: RecordStreams.stages)
  func missingID(stage: RecordStreams.Stage) throws {
    let line = stage.line.replacing("\"id\":\"p1\",", with: "")
    try fails(
      stage, Data(line.utf8), status: 65,
      saying: "<stdin>:1: the record has no \"id\"; run srar-prep first")
  }

  @Test("bad lines go to the rejects, raw, with the reason", arguments: RecordStreams.stages)
  func rejects(stage: RecordStreams.Stage) throws {
    let folder = try TemporaryFolder()
    let input = "\(stage.line)\nnot json\n"
    let result = try ToolProcess.run(
      stage.tool, stage.arguments + ["--plain", "--rejects", folder.path("bad")],
      input: Data(input.utf8))
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.split(separator: "\n").count == 1)
    #expect(result.errorText.contains("1 line could not be used, kept in "), "\(result.errorText)")
    let bad = try String(contentsOfFile: folder.path("bad"), encoding: .utf8)
    #expect(bad == "# <stdin>:2: not JSON at byte 1 of the line: a value is expected\nnot json\n")
  }

  @Test("an empty input gives an empty output and a note", arguments: RecordStreams.stages)
  func emptyInput(stage: RecordStreams.Stage) throws {
    let result = try ToolProcess.run(
      stage.tool, stage.arguments + ["--plain"], input: Data("\n".utf8))
    #expect(result.status == 0)
    #expect(result.output.isEmpty)
    #expect(result.errorText.contains("the input is empty, and so is the output"))
  }

  @Test("a stream without records is a whole frame, and no fault", arguments: RecordStreams.stages)
  func emptyFrame(stage: RecordStreams.Stage) throws {
    let frame = try ToolProcess.run(
      stage.tool, stage.arguments + ["--quiet"], input: Data("\n".utf8)
    ).output
    #expect(frame.count > 4)
    let again = try ToolProcess.run(stage.tool, stage.arguments, input: frame)
    #expect(again.status == 0 && again.output == frame, "\(again.errorText)")
  }

  @Test("zero bytes are an error, unless they are allowed", arguments: RecordStreams.stages)
  func zeroBytes(stage: RecordStreams.Stage) throws {
    let folder = try TemporaryFolder()
    try folder.write(stage.line + "\n", to: "one")
    try folder.write("", to: "none")
    for (arguments, name) in [
      ([], "<stdin>"), (["/dev/null"], "/dev/null"), (["one", "none"], "none"),
      (["none", "one", "--rejects", "bad"], "none"),
    ] {
      let result = try ToolProcess.run(
        stage.tool, stage.arguments + arguments + ["-o", "out"], in: folder.url)
      #expect(result.status == 65, "\(result.errorText)")
      #expect(
        result.errorText.hasPrefix("\(stage.tool): \(name): zero bytes are not an empty stream: "),
        "\(result.errorText)")
      #expect(result.errorText.hasSuffix("or accept them by '--allow-empty'\n"))
      #expect(try folder.names == ["none", "one"])
      let allowed = try ToolProcess.run(
        stage.tool, stage.arguments + arguments + ["--allow-empty"], in: folder.url)
      #expect(allowed.status == 0 && allowed.output.count > 4, "\(allowed.errorText)")
      try? FileManager.default.removeItem(atPath: folder.path("bad"))
    }
    // What the tool leaves in a pipe makes the next one fail, too.
    let output = try ToolProcess.run(stage.tool, stage.arguments).output
    #expect(output == Data([0x28, 0xB5, 0x2F, 0xFD]))
  }

  @Test(
    "zero bytes are an error of whatever else reads a stream",
    arguments: [
      "srar-prep", "srar-prep stats", "srar-prep lint", "srar-prep --format csv",
      "srar-prep batch --size 1 --step 1 none", "srar-judge steps",
      "srar-judge agree none one", "srar-report", "srar-report evaluate", "srar-report best none",
      "srar-report compare none one", "srar-rollout --responses none one",
      "srar-rollout --responses log", "srar-update init --text none --output p",
      "srar-update --policy policy --output p", "srar-update sft --policy policy --output p",
    ])
  func zeroBytesElsewhere(command: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.rewarded + "\n", to: "one")
    try folder.write(#"{"id":"p1","response":"3"}"# + "\n", to: "log")
    try folder.write("", to: "none")
    let result = try ToolProcess.shell(
      """
      srar-prep synth -q --count 20 | srar-update init -q --text - --layers 1 --hidden 16 --heads 2 --vocabulary 300 \
        --output policy
      \(command) < none > out
      """, in: folder.url)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(result.errorText.contains("zero bytes are not an empty stream"), "\(result.errorText)")
  }

  @Test("logs to which nothing was appended yet are no faults")
  func emptyLogs() throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.rollout(index: 0, correct: true) + "\n", to: "rollouts")
    let result = try ToolProcess.shell(
      """
      set -e
      mkdir run; touch log run/metrics.jsonl run/judge.log.jsonl
      srar-judge -q rollouts --log log | srar-reward -q --output run/after.jsonl.zst; [ -s log ]
      srar-report run > report
      cp /dev/null run/before.jsonl.zst
      ! srar-report run 2> said
      cat said
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text.hasPrefix("srar-report: run/before.jsonl.zst: zero bytes"), "\(result.text)")
  }

  @Test("a zstd stream cut off anywhere is an error, never a short result")
  func truncated() throws {
    let whole = try compressed(
      (0..<3).map { RecordStreams.rollout(index: $0, correct: true) }.joined(separator: "\n"))
    #expect(whole.count > 100)
    for count in stride(from: 1, to: whole.count, by: 7) {
      let result = try ToolProcess.run("srar-judge", ["--plain"], input: whole.prefix(count))
      #expect(result.status == 65, "cut at \(count)")
      #expect(
        result.errorText.contains("<stdin>: the zstd stream is cut off at byte \(count); "),
        "\(result.errorText)")
    }
  }

  @Test("a damaged zstd stream is an error")
  func damaged() throws {
    var bytes = try compressed(
      (0..<5000).map { number in
        RecordStreams.rollout(index: 0, correct: true)
          .replacing("\"p1\"", with: "\"p\(number &* 2_654_435_761)\"")
      }.joined(separator: "\n"))
    #expect(bytes.count > 20_000)
    bytes[bytes.count - 2] ^= 0xFF
    let result = try ToolProcess.run("srar-judge", ["--plain"], input: bytes)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains("the zstd stream is damaged after byte"), "\(result.errorText)")
    #expect(result.errorText.contains("the last whole record is line"), "\(result.errorText)")
  }

  @Test("text behind a whole frame is damage, and the last whole record the frame's last")
  func textBehindFrame() throws {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      for n in $(seq 20000); do echo '{"id":"p'$n'"}'; done | zstd -q > in; echo '{"id":"late"}' >> in
      srar-prep batch --size 1 --step 1 in
      """, in: folder.url)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains("the last whole record is line 20000\n"), "\(result.errorText)")
  }

  @Test("other compressions are named, with what reads them", arguments: RecordStreams.stages)
  func otherCompression(stage: RecordStreams.Stage) throws {
    try fails(
      stage, Data([0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00]), status: 65,
      saying:
        "<stdin>: is compressed by gzip, and zstd or plain text is read; decompress it on the way: zcat FILE | …"
    )
    try fails(
      stage, Data([0xFD]) + Data("7zXZ".utf8) + Data([0]), status: 65, saying: "xzcat FILE | …")
  }

  @Test("several frames are one stream")
  func frames() throws {
    let one = try compressed(RecordStreams.rollout(index: 0, correct: true))
    let other = try compressed(RecordStreams.rollout(index: 1, correct: false))
    let result = try ToolProcess.run("srar-judge", ["--plain"], input: one + other)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.split(separator: "\n").count == 2)
  }

  @Test("a line beyond the limit is an error", arguments: RecordStreams.stages)
  func longLine(stage: RecordStreams.Stage) throws {
    try fails(
      stage, Data(stage.line.utf8), status: 65,
      saying: "<stdin>:1: the line is longer than 100 bytes; raise '--max-line-bytes'",
      extra: ["--max-line-bytes", "100"])
  }

  @Test("a file that does not exist is status 66", arguments: RecordStreams.stages)
  func noInput(stage: RecordStreams.Stage) throws {
    let result = try ToolProcess.run(stage.tool, stage.arguments + ["no-such-file"])
    #expect(result.status == 66)
    #expect(result.errorText.contains("no-such-file: cannot open: No such file or directory"))
  }

  @Test("wrong options are status 64", arguments: RecordStreams.stages)
  func usage(stage: RecordStreams.Stage) throws {
    let result = try ToolProcess.run(stage.tool, stage.arguments + ["--plain", "--zstd"])
    #expect(result.status == 64)
    #expect(result.errorText.contains("'--plain' and '--zstd' exclude each other"))
  }

  @Test("unknown members and their bytes go through untouched", arguments: RecordStreams.stages)
  func passesThrough(stage: RecordStreams.Stage) throws {
    let odd = #""x" : [1.50, 12345678901234567890123, 1e999, "\u00e9"] , "#
    let line = "{ " + odd + stage.line.dropFirst()
    let result = try ToolProcess.run(
      stage.tool, stage.arguments + ["--plain", "--quiet"], input: Data(line.utf8))
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.hasPrefix("{ " + odd), "\(result.text)")
    // Run again on its own output, a tool replaces its object and nothing else.
    let again = try ToolProcess.run(
      stage.tool, stage.arguments + ["--plain", "--quiet"], input: result.output)
    #expect(again.output == result.output)
  }
}
