import Foundation
import TestSupport
import Testing

@Suite("srar-prep convert")
struct PrepConvertTests {
  private static let record =
    #"{"id":"p","problem":"1+1?","ground_truth":"2","rubric":"<SUGGEST> Computes 1+1 = 2.\n<ANSWER> 2"}"#

  private func convert(
    _ arguments: [String] = [], _ input: String, status: Int32 = 0
  ) throws -> ToolProcess.Result {
    let result = try ToolProcess.run(
      "srar-prep", ["--plain"] + arguments, input: Data(input.utf8))
    #expect(result.status == status, "\(result.errorText)")
    return result
  }

  @Test("is what srar-prep does without a subcommand, and writes records that the pipeline takes")
  func records() throws {
    let result = try convert(["--instruction", ""], Self.record)
    #expect(
      result.text
        == #"{"id":"p","source":"problems","problem":"1+1?","ground_truth":"2","#
        + #""rubric":[{"id":1,"type":"SUGGEST","text":"Computes 1+1 = 2."},"#
        + #"{"id":2,"type":"ANSWER","text":"2"}],"messages":[{"role":"user","content":"1+1?"}]}"#
        + "\n")
    #expect(result.errorText == "srar-prep convert: 1 problem, 2 rubric items\n")
  }

  @Test("goes on into rollouts from a log, verdicts and rewards")
  func pipeline() throws {
    let folder = try TemporaryFolder()
    let problem = ##"{"question":"1+1?","answer":"It is 1+1=<<1+1=2>>2.\n#### 2"}"##
    try folder.write(problem, to: "gsm8k")
    try folder.write(
      ##"{"question":"1+1?","response":"So:\n### Step 1: 1+1 = 2\n\\boxed{2}"}"##, to: "log")
    let result = try ToolProcess.shell(
      """
      srar-prep --from gsm8k gsm8k | srar-rollout --responses log --match problem=question \
      | srar-judge | srar-reward --plain
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains(#""correct":true"#) && result.text.contains(#""suggest":0.8"#))
  }

  @Test("items that the trainer's layout numbers anew are told, with an example")
  func renumbered() throws {
    func row(_ id: String, _ ids: [Int]) -> String {
      let items = ids.map { #"{"id":\#($0),"type":"SUGGEST","text":"Item \#($0)."}"# }
      return
        #"{"id":"\#(id)","problem":"1?","ground_truth":"1","rubric":[\#(items.joined(separator: ","))]}"#
    }
    let rows = [row("a", [1, 2]), row("b", [1, 5, 6]), row("c", [0, 1])].joined(separator: "\n")
    let trainer = try convert(["--to", "trainer"], rows)
    #expect(
      trainer.errorText.contains(
        #"items numbered anew in 2 problems: the trainer counts a rubric's lines from 1, and verdicts on these ids do not fit there (such as item 5 of "b", now 2)"#
      ), "\(trainer.errorText)")
    #expect(!(try convert([], rows)).errorText.contains("anew"))
    #expect(!(try convert(["--to", "trainer"], row("a", [1, 2]))).errorText.contains("anew"))
  }

  @Test("what a row brings along and no problem holds is named and counted")
  func unusedMembers() throws {
    let row =
      #"{"id":"p","problem":"1?","ground_truth":"1","image":"a.png","tools":null,"rubric":["#
      + #"{"type":"SUGGEST","text":"Counts.","weight":2,"title":null},{"type":"ANSWER","text":"1","weight":1,"points":3}],"#
      + #""messages":[{"role":"system","content":"Be brief.","name":"s"},{"role":"user","content":"1?"}]}"#
    let kept = try convert([], row)
    #expect(
      kept.errorText.contains(
        #"not used by any tool: "image" of rows (1), "name" of messages (1), "points" of rubric items (1), "weight" of rubric items (2); "#
      ), "\(kept.errorText)")
    #expect(!kept.errorText.contains("roles"))
    let replaced = try convert(["--instruction", "Go."], row)
    #expect(
      replaced.errorText.contains("messages of other roles than the user's (1)"),
      "\(replaced.errorText)")
    #expect(!(try convert([], Self.record)).errorText.contains("not used"))
  }

  @Test(
    "several answers and content in parts are refused, with what to do",
    arguments: [
      (#""ground_truth":["1","2"],"rubric":"<ANSWER> 1""#, "is a list; give one answer"),
      (
        #""ground_truth":"1","rubric":"<ANSWER> 1","messages":[{"role":"user","content":[{"type":"text","text":"1?"}]}]"#,
        "is a list of parts; join its texts into one"
      ),
    ])
  func listsRefused(members: String, complaint: String) throws {
    let result = try convert([], #"{"id":"p","problem":"1?",\#(members)}"#, status: 65)
    #expect(result.errorText.contains(complaint), "\(result.errorText)")
    // A stream that did not come through srar-prep is refused alike.
    let line =
      #"{"id":"p","problem":"1?",\#(members),"rollout":{"index":0,"response":"a","steps":[]}}"#
      .replacing(#""rubric":"<ANSWER> 1""#, with: #""rubric":[]"#)
    let judged = try ToolProcess.run("srar-judge", ["--plain"], input: Data(line.utf8))
    #expect(judged.status == 65 && judged.errorText.contains(complaint), "\(judged.errorText)")
  }

  @Test("an empty input gives an empty output and a note")
  func empty() throws {
    let result = try convert([], "\n")
    #expect(result.output.isEmpty)
    #expect(result.errorText == "srar-prep convert: the input is empty, and so is the output\n")
  }

  @Test(
    "a row that is of no use stops it with status 65 and the place",
    arguments: [
      ("not json", "<stdin>:2: not JSON at byte 1 of the line: a value is expected"),
      ("[1]", "<stdin>:2: a record is a JSON object, but this line is an array"),
      (
        #"{"id":"q","ground_truth":1}"#,
        #"<stdin>:2: record "q" has no problem, which was looked for in "problem"; name another field with '--problem-field'"#
      ),
      (
        #"{"id":"q","problem":"a","ground_truth":1,"rubric":"be nice"}"#,
        #"<stdin>:2: "rubric" of record "q" has no line that begins with <SUGGEST>, <PITFALL>, <BONUS> or <ANSWER>"#
      ),
      (
        #"{"id":"q","problem":"a","ground_truth":{},"rubric":"<ANSWER> a"}"#,
        #"<stdin>:2: "ground_truth" of record "q" must be a string, but is an object"#
      ),
      (
        record,
        #"<stdin>:2: the identity "p" was used by a problem before; the rollouts of a problem are told by it"#
      ),
    ])
  func faults(line: String, message: String) throws {
    let result = try convert([], Self.record + "\n" + line + "\n", status: 65)
    #expect(result.errorText == "srar-prep: \(message)\n")
  }

  @Test("bad rows go to the rejects, raw, and the others come")
  func rejects() throws {
    let folder = try TemporaryFolder()
    let csv = try folder.write(
      "problem,ground_truth,rubric\na,1,\"<ANSWER> 1\nx\"\n,2,<ANSWER> 2\nb,3\nc,4.0,<ANSWER> 4\n",
      to: "t.csv")
    let result = try convert(["--rejects", folder.path("bad"), csv], "")
    #expect(result.text.split(separator: "\n").count == 2)
    #expect(
      result.text.contains(#""id":"t-train-00002","source":"t","problem":"c","ground_truth":"4""#))
    #expect(result.errorText.contains("2 rows could not be used, kept in \(folder.path("bad"))"))
    #expect(
      result.errorText.contains(
        "lines of rubrics that make no item: 1; 'srar-prep lint' names them"))
    #expect(
      try String(contentsOfFile: folder.path("bad"), encoding: .utf8)
        == "# \(csv):4: the record has no problem, which was looked for in \"problem\"; "
        + "name another field with '--problem-field'\n,2,<ANSWER> 2\n"
        + "# \(csv):5: the row has 2 cells, but the table has 3 columns\nb,3\n")
  }

  @Test("an output stands under its name only when it is whole")
  func wholeOrAbsent() throws {
    let folder = try TemporaryFolder()
    let bad = try folder.write("problem,ground_truth\n\"a,1\n", to: "bad.csv")
    let result = try ToolProcess.run("srar-prep", ["-o", folder.path("out"), bad])
    #expect(result.status == 65)
    #expect(result.errorText == "srar-prep: \(bad):2: the quote that opens here is never closed\n")
    #expect(try folder.names == ["bad.csv"])
  }

  @Test(
    "options that make no sense are wrong usage",
    arguments: [
      (
        ["--from", "gsm8k", "--problem-field", "q"],
        "'--problem-field' and '--from gsm8k' exclude each other"
      ),
      (["--format", "parquet"], "Parquet must be in a file"),
      (["--source", ""], "'--source' must not be empty"),
      (["--rubric-field", ""], "'--rubric-field' must name a field"),
      (
        ["--plain", "-o", "x.parquet"],
        "'--plain' and an '--output' that ends in .parquet exclude each other"
      ),
      (["--mode", "test"], "The value 'test' is invalid for '--mode <mode>'"),
    ])
  func usage(arguments: [String], message: String) throws {
    let result = try ToolProcess.run("srar-prep", arguments)
    #expect(result.status == 64)
    #expect(result.errorText.contains(message), "\(result.errorText)")
  }

  @Test("a stream that is cut off is an error in every format", arguments: ["jsonl", "csv", "tsv"])
  func truncated(format: String) throws {
    let folder = try TemporaryFolder()
    let made = try ToolProcess.run("srar-prep", ["synth", "-q", "--count", "50"])
    try made.output.prefix(made.output.count / 2).write(to: folder.url.appendingPathComponent("in"))
    let result = try ToolProcess.run(
      "srar-prep", ["--format", format, "-o", folder.path("out"), folder.path("in")])
    #expect(result.status == 65)
    #expect(
      result.errorText.contains("the zstd stream is cut off at byte \(made.output.count / 2)"),
      "\(result.errorText)")
    #expect(try folder.names == ["in"])
  }

  @Test("a file that is not there is status 66", arguments: ["no.csv", "no.jsonl"])
  func noInput(name: String) throws {
    let result = try ToolProcess.run("srar-prep", [name])
    #expect(result.status == 66)
    #expect(result.errorText == "srar-prep: \(name): cannot open: No such file or directory\n")
  }
}

@Suite("srar-prep and Parquet")
struct PrepParquetTests {
  @Test("says how to get duckdb where it is missing")
  func missing() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "t.parquet")
    let tool = ToolProcess.folder.appendingPathComponent("srar-prep").path
    for arguments in [file, "-o \(folder.path("out.parquet")) /dev/null"] {
      let result = try ToolProcess.shell("PATH=/nowhere \(tool) \(arguments)")
      #expect(result.status == 69)
      #expect(
        result.errorText.contains(
          "Parquet needs DuckDB's command-line tool 'duckdb', which is not on the path; "
            + "install it with 'pip install duckdb-cli'"), "\(result.errorText)")
    }
  }

  @Test(
    "goes to the trainer's layout and back without a change",
    .enabled(if: PrepExampleTests.hasDuckDB, "duckdb is not installed"))
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      srar-prep synth -q --count 50 --plain -o in && srar-prep -q in -o plain --plain \
      && srar-prep -q --to trainer in -o '[a*] it'\\''s.parquet' \
      && srar-prep -q --from trainer '[a*] it'\\''s.parquet' -o back --plain \
      && jq -cS 'del(.reward_model,.extra_info)' back > one && jq -cS . plain > two && cmp one two && wc -l < one
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.trimmingCharacters(in: .whitespacesAndNewlines) == "50")
  }

  @Test(
    "has faults that name the file",
    .enabled(if: PrepExampleTests.hasDuckDB, "duckdb is not installed"))
  func faults() throws {
    let folder = try TemporaryFolder()
    try folder.write("no parquet", to: "bad.parquet")
    let bad = try ToolProcess.run("srar-prep", ["bad.parquet"], in: folder.url)
    #expect(bad.status == 65)
    #expect(bad.errorText.hasPrefix("srar-prep: bad.parquet: duckdb: "), "\(bad.errorText)")
    let missing = try ToolProcess.run("srar-prep", ["no.parquet"], in: folder.url)
    #expect(missing.status == 66)
    #expect(missing.errorText == "srar-prep: no.parquet: cannot open: No such file or directory\n")
  }
}
