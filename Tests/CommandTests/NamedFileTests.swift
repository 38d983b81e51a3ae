import Foundation
import TestSupport
import Testing

@Suite("Files that the options of one tool name")
struct NamedFileTests {
  /// A folder with a stream for every tool, `q`, a symbolic link and a hard link to it, and a log, plain and compressed.
  private func folder(_ line: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(line + "\n", to: "q")
    try folder.write(RecordStreams.rollout(index: 0, correct: true) + "\n", to: "r")
    let made = try ToolProcess.shell(
      """
      ln -s q link; ln q hard; srar-judge -q r --log log --metrics metrics > /dev/null; zstd -q log -o log.zst
      printf '{\\n  "tool": "srar",\\n  "version": "1"\\n}\\n' > pretty
      """,
      in: folder.url)
    try #require(made.status == 0, "\(made.errorText)")
    return folder
  }

  /// All files of a folder with their bytes.
  private func contents(_ folder: TemporaryFolder) throws -> [String: Data] {
    try Dictionary(
      uniqueKeysWithValues: folder.names.map {
        ($0, try Data(contentsOf: folder.url.appendingPathComponent($0)))
      })
  }

  private func expectRefusal(
    _ command: String, saying complaint: String, in folder: TemporaryFolder
  ) throws {
    let before = try contents(folder)
    let result = try ToolProcess.shell(command, in: folder.url)
    #expect(result.status == 64, "\(command): \(result.errorText)")
    #expect(result.errorText.contains(complaint), "\(command): \(result.errorText)")
    #expect(try contents(folder) == before, "\(command)")
  }

  @Test("must not destroy the input, whatever its spelling", arguments: CommonOptionTests.uses)
  func input(use: CommonOptionTests.Use) throws {
    let folder = try folder(use.line)
    try folder.write(#"{"id":"p1","response":"\\boxed{3}"}"# + "\n", to: "log")
    for name in ["q", "./q", "link", "hard", folder.path("q")] {
      try expectRefusal(
        "\(use.command) q --metrics \(name)", saying: "the input and '--metrics' must be two files",
        in: folder)
      guard use.command != "srar-report" else { continue }
      try expectRefusal(
        "\(use.command) q --rejects \(name)", saying: "the input and '--rejects' must be two files",
        in: folder)
    }
    guard use.command != "srar-report" else { return }
    try expectRefusal(
      "\(use.command) --rejects q < q", saying: "the input and '--rejects' must be two files",
      in: folder)
  }

  @Test(
    "must not destroy each other",
    arguments: [
      ("srar-judge r --log r", "the input and '--log' must be two files, but both are 'r'"),
      ("srar-judge r --log log --rejects log", "'--rejects' and '--log'"),
      ("srar-judge r --log log -o ./log", "'--output' and '--log' must be two files, but './log'"),
      ("srar-judge r --replay log -o log", "'--output' and '--replay'"),
      ("srar-judge r --replay log --metrics log", "'--replay' and '--metrics'"),
      ("srar-judge r --log new --rejects ./new", "but './new' and 'new' are one"),
      ("srar-judge r --log new --metrics new", "'--log' and '--metrics'"),
      ("srar-judge r -o new --metrics new", "'--output' and '--metrics'"),
      ("srar-judge r >> r", "the input and standard output must be two files"),
      ("srar-judge r --log log >> log", "standard output and '--log'"),
      ("srar-rollout q --responses log -o log", "'--output' and '--responses'"),
      ("srar-report r --html r", "the input and '--html'"),
      ("srar-report r r --summary s --html s", "'--summary' and '--html'"),
      ("srar-report evaluate r --problems r", "the input and '--problems'"),
      ("srar-report evaluate r --problems log >> log", "'--problems' and standard output"),
      ("srar-report best r >> r", "the input and standard output"),
      (
        "srar-report r --tensorboard . --metrics r/events.out.tfevents.0.srar",
        "'--tensorboard' and '--metrics' must be two files"
      ),
      ("srar-report r ./r --label a --label a --tensorboard t", "tell them apart by '--label'"),
      (
        "srar-judge r --model m --url http://[::1]:9/ --prompt log -o log",
        "'--output' and '--prompt'"
      ),
      (
        "srar-judge r --model m --url http://[::1]:9/ --api-key-file log --log log",
        "'--log' and '--api-key-file'"
      ),
      (
        "srar-judge steps r --model m --url http://[::1]:9/ --ca-file log -o log",
        "'--output' and '--ca-file'"
      ),
      (
        "srar-rollout q --model m --url http://[::1]:9/ --header X=@log --log log",
        "'--log' and '--header X'"
      ),
      ("srar-prep batch --size 1 --step 1 q --metrics q", "the input and '--metrics'"),
      ("srar-judge agree r q --metrics q", "the input and '--metrics'"),
      ("srar-update r --policy p -o o --rejects r", "the input and '--rejects'"),
    ])
  func eachOther(command: String, complaint: String) throws {
    try expectRefusal(command, saying: complaint, in: try folder(RecordStreams.problem))
  }

  @Test(
    "must not destroy a policy that is read",
    arguments: [
      (
        "srar-rollout --policy policy prompts.jsonl.zst --output policy/model.safetensors",
        "'--output' and '--policy'"
      ),
      (
        "srar-rollout --url http://[::1]:9/ --model m --tokenizer policy prompts.jsonl.zst --metrics policy/tokenizer.json",
        "'--tokenizer' and '--metrics'"
      ),
      (
        "srar-update prompts.jsonl.zst --policy policy --output next --metrics policy/config.json",
        "'--policy' and '--metrics'"
      ),
      (
        "srar-update prompts.jsonl.zst --policy x --reference policy --kl-coefficient 1 --output next --rejects policy/config.json",
        "'--rejects' and '--reference'"
      ),
      (
        "srar-update sft train.jsonl.zst --policy policy --output next --metrics policy/config.json",
        "'--policy' and '--metrics'"
      ),
    ])
  func policies(command: String, complaint: String) throws {
    let run = try TinyRun()
    let result = try run.shell("cp -r policy copy; \(command); echo $?; diff -r policy copy")
    #expect(result.text == "64\n", "\(result.text)\(result.errorText)")
    #expect(result.errorText.contains(complaint), "\(result.errorText)")
  }

  @Test(
    "are of their kind",
    arguments: [
      ("srar-judge r --log log.zst", "'--log' appends plain text, but 'log.zst' is compressed"),
      ("srar-judge r --metrics log.zst", "'--metrics' appends plain text"),
      ("srar-judge r --log .", "'--log' must be a regular file, which '.' is not"),
      ("srar-judge r --rejects log", "'--rejects' would replace 'log'"),
      ("srar-judge r --rejects -", "'--rejects' must name a file, but is '-'"),
      ("srar-judge r --log -", "'--log' must name a file"),
      ("srar-judge r --metrics -", "'--metrics' must name a file"),
      ("srar-judge r --metrics q", "'--metrics' appends lines, but 'q' does not end with metrics"),
      ("srar-judge r --metrics log", "'--metrics' appends lines, but 'log' does not"),
      (
        "srar-judge r --log q", "'--log' appends lines, but 'q' does not end with an entry of a log"
      ),
      ("srar-judge r --log metrics", "'--log' appends lines, but 'metrics' does not"),
      ("srar-judge r --metrics pretty", "'--metrics' appends lines, but 'pretty' does not"),
      ("srar-rollout q --model m --url http://[::1]:9/ --log q", "the input and '--log'"),
      ("srar-rollout q --model m --url http://[::1]:9/ --log pretty", "'--log' appends lines"),
      ("srar-judge r -o -", "leave it out to write to standard output"),
      ("srar-judge r -o /dev/stdout > log", "'/dev/stdout' leads to one; name that file itself"),
    ])
  func kinds(command: String, complaint: String) throws {
    let folder = try folder(RecordStreams.problem)
    // The shell empties a file that it redirects to.
    if command.contains(">") { try folder.write("", to: "log") }
    try expectRefusal(command, saying: complaint, in: folder)
  }

  @Test("a pipe is no log")
  func pipe() throws {
    let folder = try folder(RecordStreams.problem)
    let result = try ToolProcess.shell("mkfifo f; srar-judge r --log f", in: folder.url)
    #expect(result.status == 64)
    #expect(result.errorText.contains("'--log' must be a regular file"), "\(result.errorText)")
  }

  @Test(
    "may be one where nothing is lost",
    arguments: [
      "srar-judge -q r --log log --replay log",
      "srar-judge -q r --replay log.zst --log new",
      "srar-judge -q r --plain -o r",
      "srar-judge -q r --log /dev/null --metrics /dev/null --rejects /dev/null",
      "srar-judge -q r --log new --metrics m | srar-reward -q --metrics m -o o && [ $(wc -l < m) = 2 ]",
      "for n in 1 2; do cat r <(echo bad) | srar-judge -q --rejects bad; done && grep -c '^# <stdin>:2: ' bad",
      "srar-judge agree -q r2 r2",
      "srar-judge -q r --log log --metrics metrics && [ $(wc -l < metrics) = 2 ]",
      "touch none && printf '\\n\\n' > blank && srar-judge -q r --log none --metrics blank",
      // What a killed tool leaves.
      "head -c 50 log > half && srar-judge -q r --log half && (cat half; head -c 5 log) > m && srar-judge -q r --log m",
    ])
  func legal(command: String) throws {
    let folder = try folder(RecordStreams.problem)
    let judged = try ToolProcess.shell("srar-judge -q r -o r2", in: folder.url)
    #expect(judged.status == 0, "\(judged.errorText)")
    let result = try ToolProcess.shell(command, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test("an output keeps the permissions of the file that it replaces, and a link leads to it")
  func replaced() throws {
    let folder = try folder(RecordStreams.problem)
    let result = try ToolProcess.shell(
      """
      mkdir d; touch d/out d/closed; chmod 600 d/closed; ln -s d/out out; ln -s d/new new
      for name in out new d/closed; do srar-judge -q --plain r -o $name; done
      stat -c '%N %a' out new d/out d/new d/closed; cmp d/out d/new; ls -A d
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text == """
        'out' -> 'd/out' 777
        'new' -> 'd/new' 777
        'd/out' 644
        'd/new' 644
        'd/closed' 600
        closed
        new
        out

        """, "\(result.text)")
  }
}
