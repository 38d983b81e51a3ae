import Foundation
import JSONLines
import TestSupport
import Testing

@Suite("srar-report on the command line")
struct ReportCommandTests {
  private func json(_ result: ToolProcess.Result) throws -> Any {
    try #require(result.status == 0, "\(result.errorText)")
    return try JSONSerialization.jsonObject(with: result.output)
  }

  /// A record as JSON text.
  private func line(_ object: [String: Any]) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys),
      as: UTF8.self) + "\n"
  }

  @Test("looping of the golden vectors, from a stream of rollouts alone")
  func looping() throws {
    let cases = try Fixtures.golden("looping").filter {
      ($0["input"] as? [String: Any])?["kind"] as? String == "looping"
    }
    #expect(cases.count == 24)
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require((item["expected"] as? [String: Any])?["looping"] as? Bool)
      let record = try line([
        "id": name,
        "rollout": ["index": 0, "response": input["text"] ?? "", "steps": [Any]()],
      ])
      let result = try json(
        ToolProcess.run("srar-report", ["-q", "--json"], input: Data(record.utf8)))
      let report = try #require((result as? [[String: Any]])?.first)
      #expect(report["looping"] as? Double == (expected ? 1 : 0), "\(name)")
      #expect(report["accuracy"] is NSNull, "\(name)")
    }
  }

  @Test("FRR, MTR and figure 2b of the golden vectors, from rewarded streams")
  func measures() throws {
    let cases = try Fixtures.golden("looping").filter {
      ($0["input"] as? [String: Any])?["kind"] as? String == "metrics"
    }
    #expect(cases.count == 6)
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require(item["expected"] as? [String: Any])
      let trajectories = try #require(input["trajectories"] as? [[String: Any]])
      let records = try trajectories.enumerated().map { index, trajectory in
        let steps = try #require(trajectory["steps"] as? [Int])
        let checks = steps.enumerated().map {
          ["number": $0 + 1, "correct": $1 == 1] as [String: Any]
        }
        return try line([
          "id": "p\(index)", "rollout": ["index": 0, "response": "", "steps": [Any]()],
          "step_check": ["judge": "golden", "steps": checks],
          "reward": [
            "correct": trajectory["answer_correct"] ?? false, "format": true, "base": 1,
          ],
        ])
      }.joined()
      let result = try json(
        ToolProcess.run("srar-report", ["-q", "--json"], input: Data(records.utf8)))
      let report = try #require((result as? [[String: Any]])?.first)
      for (member, key) in [
        ("accuracy", "answer_accuracy"), ("step_accuracy", "step_accuracy"), ("faithful", "frr"),
        ("misaligned", "mtr"), ("wrong_steps_in_correct", "wrong_step_share_in_correct"),
        ("correct_steps_in_incorrect", "correct_step_share_in_incorrect"),
      ] {
        let (found, wanted) = (report[member] as? Double, expected[key] as? Double)
        #expect((found == nil) == (wanted == nil), "\(name) \(member)")
        #expect(abs((found ?? 0) - (wanted ?? 0)) < 1e-9, "\(name) \(member)")
      }
    }
  }

  /// A run of two steps, the second one's advantages with a group left out, and what the tools said of them.
  private func run() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      mkdir -p run/step-0001 run/step-0002 run/step-0003
      for step in 1 2; do
        at=run/step-000$step
        srar-judge -q in | srar-judge steps -q | srar-reward -q --output $at/rewarded.jsonl.zst --metrics $at/metrics.jsonl
        srar-advantage -q $at/rewarded.jsonl.zst --output $at/advantages.jsonl.zst --metrics $at/metrics.jsonl \
          $( ((step == 2)) && echo --drop-uniform-groups)
      done
      echo '{"tool":"srar-update","seconds":2.5,"entropy":0.25,"gradient_norm":1.5,"clip_fraction":0.125}' >> run/step-0001/metrics.jsonl
      printf '{"tool":"srar-up' >> run/step-0001/metrics.jsonl
      touch run/step-0003/judge.options
      echo '\(RecordStreams.problem)' > run/train.jsonl
      srar-judge -q in | srar-judge steps -q | srar-reward -q --output run/before.jsonl.zst
      """, in: prepare(folder))
    try #require(result.status == 0, "\(result.errorText)")
    return folder
  }

  private func prepare(_ folder: TemporaryFolder) throws -> URL {
    let uniform = RecordStreams.rollout(index: 0, correct: true).replacing("\"p1\"", with: "\"p2\"")
    let lines = [
      RecordStreams.rollout(index: 0, correct: true),
      RecordStreams.rollout(index: 1, correct: false), uniform,
      uniform.replacing("\"index\":0", with: "\"index\":1"),
    ]
    try folder.write(lines.joined(separator: "\n") + "\n", to: "in")
    return folder.url
  }

  @Test("a run's folder gives all measures of every step and of its evaluations as JSON")
  func runFolder() throws {
    let folder = try run()
    let result = try ToolProcess.run("srar-report", ["run", "--json"], in: folder.url)
    let report = try #require((try json(result) as? [[String: Any]])?.first)
    #expect(report["label"] as? String == "run")
    let steps = try #require(report["steps"] as? [[String: Any]])
    #expect(steps.compactMap { $0["step"] as? Int } == [1, 2])
    // Dynamic sampling left out a group of the second step; its rollouts count all the same.
    #expect(steps.compactMap { $0["rollouts"] as? Int } == [4, 4])
    #expect(steps.compactMap { $0["accuracy"] as? Double } == [0.75, 0.75])
    #expect(steps.compactMap { $0["groups_kept"] as? Double } == [1, 0.5])
    #expect(steps[0]["entropy"] as? Double == 0.25)
    #expect(steps[0]["seconds_update"] as? Double == 2.5)
    #expect(steps[1]["entropy"] is NSNull)
    let evaluations = try #require(report["evaluations"] as? [[String: Any]])
    #expect(evaluations.compactMap { $0["label"] as? String } == ["before"])
    #expect(evaluations[0]["faithful"] as? Double == 0.75)
    #expect(result.errorText.contains("metrics.jsonl"), "\(result.errorText)")
  }

  @Test("the terminal's table has a column pair for each run, and no escape gets through a label")
  func table() throws {
    let folder = try run()
    let result = try ToolProcess.run(
      "srar-report",
      ["-q", "run", "run/step-0002", "--label", "a\u{1B}[31m", "--label", "b"], in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(!result.text.contains("\u{1B}"))
    let accuracy = try #require(
      result.text.split(separator: "\n").first { $0.hasPrefix("accuracy") })
    #expect(accuracy.components(separatedBy: "75.0 %").count == 4, "\(result.text)")
    #expect(result.text.contains(", other streams:"))
  }

  @Test("the best of several evaluations is named, by the measure asked for")
  func best() throws {
    let folder = try TemporaryFolder()
    // Two right answers, one of them over a wrong step; and one right answer of two, over right steps.
    let checked = #","step_check":{"judge":"test","steps":[{"number":1,"correct":true}]}}"#
    let wrong = #","step_check":{"judge":"test","steps":[{"number":1,"correct":false}]}}"#
    func line(_ index: Int, correct: Bool, _ check: String) -> String {
      #"{"id":"p","rollout":{"index":\#(index),"response":"","steps":[]},"reward":{"correct":\#(correct),"format":true,"base":1}"#
        + check + "\n"
    }
    try folder.write(line(0, correct: true, wrong) + line(1, correct: true, wrong), to: "lucky")
    try folder.write(line(0, correct: true, checked) + line(1, correct: false, wrong), to: "sound")
    try folder.write(
      #"{"id":"p","rollout":{"index":0,"response":"","steps":[]}}"# + "\n", to: "bare")
    func best(_ arguments: [String]) throws -> ToolProcess.Result {
      try ToolProcess.run("srar-report", ["best", "-q"] + arguments, in: folder.url)
    }
    #expect(try best(["sound", "lucky"]).text == "lucky\n")
    #expect(try best(["--by", "faithful", "lucky", "sound"]).text == "sound\n")
    let unknown = try best(["--by", "beauty", "lucky"])
    #expect(unknown.status == 64)
    #expect(unknown.errorText.contains("'beauty'"), "\(unknown.errorText)")
    let bare = try best(["bare"])
    #expect(bare.status == 65)
    #expect(bare.errorText.hasPrefix("srar-report: bare: holds nothing"), "\(bare.errorText)")
  }

  @Test("an experiment that is not whole says where, and arms are named at least twice")
  func unfinishedExperiment() throws {
    let folder = try run()
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("x/grpo"), withIntermediateDirectories: true)
    let moved = try ToolProcess.shell("cp -r run x/grpo/seed-1 && mkdir x/srar", in: folder.url)
    #expect(moved.status == 0)
    let one = try ToolProcess.run(
      "srar-report", ["experiment", "x", "--arm", "grpo"], in: folder.url)
    #expect(one.status == 64)
    let both = ["experiment", "x", "-q", "--arm", "grpo", "--arm", "srar"]
    let unevaluated = try ToolProcess.run("srar-report", both, in: folder.url)
    #expect(unevaluated.status == 65)
    #expect(unevaluated.errorText.contains("x/grpo/seed-1: has no after.jsonl.zst"))
    let finished = try ToolProcess.shell(
      "cp run/before.jsonl.zst x/grpo/seed-1/after.jsonl.zst", in: folder.url)
    #expect(finished.status == 0)
    let missing = try ToolProcess.run("srar-report", both, in: folder.url)
    #expect(missing.status == 65)
    #expect(missing.errorText.contains("x/srar: holds no seed-1"), "\(missing.errorText)")
  }

  @Test("a folder that is no run, and one that is not there, are told apart")
  func faults() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("empty"), withIntermediateDirectories: false)
    let empty = try ToolProcess.run("srar-report", ["empty"], in: folder.url)
    #expect(empty.status == 65)
    #expect(
      empty.errorText.hasPrefix("srar-report: empty: holds no step-0001"), "\(empty.errorText)")
    #expect(try ToolProcess.run("srar-report", ["absent"], in: folder.url).status == 66)
  }

  @Test("the page comes whole, twice the same, and from a copied executable")
  func page() throws {
    let folder = try run()
    let tool = ToolProcess.folder.appendingPathComponent("srar-report").path
    let result = try ToolProcess.shell(
      """
      cp \(tool) copy
      env -i ./copy -q run --html one.html > /dev/null && srar-report -q run --html two.html > /dev/null && cmp one.html two.html
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let page = try String(contentsOfFile: folder.path("one.html"), encoding: .utf8)
    #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
    #expect(page.contains(#""sample":{"seed":1,"kept":12,"total":12}"#))
  }

  @Test("a page of a long run stays under 20 MB by sampling, and says what it sampled")
  func longRun() throws {
    let folder = try TemporaryFolder()
    // Steps of the same 256 rollouts, with responses of 20 kB: 100 MB of text in all.
    let text = String(repeating: "Long thoughts about 1 + 2. ", count: 740)
    let response = "### Step 1: add\\n\(text)\\n\\\\boxed{3}"
    let records = (0..<256).map { index in
      RecordStreams.rewarded
        .replacing("\"p1\"", with: "\"p\(index / 8)\"")
        .replacing("\"index\":0", with: "\"index\":\(index % 8)")
        .replacing(#"### Step 1: add\n1 + 2 = 3\n\\boxed{3}"#, with: response)
        .replacing("\"bytes\":[0,34]", with: "\"bytes\":[0,20000]")
    }
    try folder.write(records.joined(separator: "\n") + "\n", to: "rewarded")
    let result = try ToolProcess.shell(
      """
      for step in $(seq -f %04g 1 20); do mkdir -p run/step-$step; cp rewarded run/step-$step/rewarded.jsonl; done
      srar-report run --html page.html --trajectories 5000 --page-size 4M > /dev/null; stat -c %s page.html
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let size = try #require(Int(result.text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(size < 5 << 20)
    #expect(result.errorText.contains("of 5120 trajectories"), "\(result.errorText)")
  }

  @Test("evaluate keeps a record of each problem, and reads it back to the same numbers")
  func evaluate() throws {
    let folder = try run()
    let result = try ToolProcess.shell(
      """
      srar-report evaluate -q run/before.jsonl.zst --problems problems.jsonl.zst --json
      srar-report evaluate -q problems.jsonl.zst --json
      zstdcat problems.jsonl.zst
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n")
    try #require(lines.count == 4)
    #expect(lines[0] == lines[1])
    #expect(lines[0].hasPrefix(#"{"problems":2,"samples":4,"confidence":0.95"#), "\(lines[0])")
    for member in [
      #""avg@2":{"value":0.75"#, #""pass@2":{"value":1.0"#, #""maj@2":{"value":0.75"#,
      #""faithful":{"value":0.75"#,
    ] {
      #expect(lines[0].contains(member), "\(lines[0])")
    }
    #expect(
      lines[2].contains(
        #""answers":[{"answer":"3","count":1,"correct":true},{"answer":"4","count":1,"correct":false}]"#
      ), "\(lines[2])")
  }

  @Test("compare pairs policies by problem, and refuses sets that have nothing in common")
  func compare() throws {
    let folder = try TemporaryFolder()
    func write(_ name: String, _ correct: [Bool], prefix: String = "p") throws {
      let lines = correct.enumerated().map { index, isCorrect in
        #"{"id":"\#(prefix)\#(index)","rollout":{"index":0,"response":"","steps":[]},"reward":{"answer":"1","correct":\#(isCorrect),"format":true,"base":1}}"#
      }
      try folder.write(lines.joined(separator: "\n") + "\n", to: name)
    }
    try write("first", [true, false, false, false, false, false, false, true])
    try write("second", [true, true, true, true, true, true, true, false, true])
    try write("other", [true], prefix: "q")
    let result = try ToolProcess.run(
      "srar-report", ["compare", "first", "second", "--json"], in: folder.url)
    let report = try #require(try json(result) as? [String: Any])
    #expect(report["problems"] as? Int == 8 && report["problems_unpaired"] as? Int == 1)
    let accuracy = try #require(report["accuracy"] as? [String: Any])
    #expect(accuracy["first"] as? Double == 0.25 && accuracy["second"] as? Double == 0.875)
    #expect(accuracy["exact"] as? Bool == true)
    // Seven coins, one of them the other way, or more extreme: 2 · (1 + 7) / 2^7.
    #expect(accuracy["p"] as? Double == 0.125)
    let mcNemar = try #require(report["mcnemar"] as? [String: Any])
    #expect(mcNemar["first_only"] as? Int == 1 && mcNemar["second_only"] as? Int == 6)
    #expect(abs(try #require(mcNemar["p"] as? Double) - 0.125) < 1e-12)
    #expect(result.errorText.contains("left out 1 problem of one evaluation only"))
    let apart = try ToolProcess.run("srar-report", ["compare", "first", "other"], in: folder.url)
    #expect(apart.status == 65)
    #expect(apart.errorText.contains("have no problem in common"), "\(apart.errorText)")
  }

  /// An evaluation of problems that are numbered from 1, as rewarded rollouts.
  private func evaluation(_ problems: [String], correct: Bool, answer: String = "1") -> String {
    problems.enumerated().map { index, problem in
      #"{"id":"synth-test-0000\#(index + 1)","problem":"\#(problem)","ground_truth":"\#(answer)","rollout":{"index":0,"response":"\#(correct)","steps":[]},"reward":{"answer":"1","correct":\#(correct),"format":true,"base":1}}"#
        + "\n"
    }.joined()
  }

  @Test("compare refuses ids that stand for other problems, in rollouts and in recorded results")
  func compareContent() throws {
    let folder = try TemporaryFolder()
    try folder.write(evaluation(["a", "b"], correct: false), to: "first")
    try folder.write(evaluation(["a", "b"], correct: true), to: "second")
    try folder.write(evaluation(["a", "c"], correct: true), to: "text")
    try folder.write(evaluation(["a", "b"], correct: true, answer: "2"), to: "truth")
    let kept = try ToolProcess.shell(
      "for f in text truth; do srar-report evaluate -q $f --problems $f.jsonl > /dev/null; done",
      in: folder.url)
    #expect(kept.status == 0, "\(kept.errorText)")
    for (name, member, id, count) in [
      ("text", "problem", 2, 1), ("text.jsonl", "problem", 2, 1),
      ("truth", "ground_truth", 1, 2), ("truth.jsonl", "ground_truth", 1, 2),
    ] {
      let result = try ToolProcess.run("srar-report", ["compare", "first", name], in: folder.url)
      #expect(result.status == 65 && result.text.isEmpty, "\(name): \(result.text)")
      #expect(
        result.errorText.hasPrefix(
          "srar-report: first and \(name): \"\(member)\" of problem \"synth-test-0000\(id)\" differs"
        ),
        "\(result.errorText)")
      #expect(result.errorText.contains("\(count) of the 2 problems"), "\(result.errorText)")
    }
    let same = try ToolProcess.run("srar-report", ["compare", "first", "second"], in: folder.url)
    #expect(same.status == 0 && same.text.hasPrefix("2 problems in both"), "\(same.errorText)")
    #expect(!same.errorText.contains("by id alone"))
  }

  @Test("compare says which problems only their ids pair")
  func compareByID() throws {
    let folder = try TemporaryFolder()
    try folder.write(evaluation(["a", "b"], correct: false), to: "first")
    try folder.write(
      evaluation(["a", "b"], correct: true).replacing(
        #""problem":"b","ground_truth":"1","#, with: ""),
      to: "second")
    let result = try ToolProcess.run(
      "srar-report", ["compare", "first", "second", "--json"], in: folder.url)
    #expect(result.errorText.contains("paired 1 problem by id alone"), "\(result.errorText)")
    #expect(result.text.contains(#""problems":2,"problems_unpaired":0,"problems_paired_by_id":1"#))
  }

  @Test("evaluate refuses an id of two problems, and the same rollout twice")
  func evaluateContent() throws {
    let folder = try TemporaryFolder()
    let lines = evaluation(["a", "b"], correct: true)
    try folder.write(lines + lines, to: "twice")
    let twice = try ToolProcess.run("srar-report", ["evaluate", "twice"], in: folder.url)
    #expect(twice.status == 65, "\(twice.text)")
    #expect(
      twice.errorText.hasPrefix(
        "srar-report: twice:3: rollout 0 of problem \"synth-test-00001\" was there before"),
      "\(twice.errorText)")
    // Another pass over the problems: the same indices, other responses.
    try folder.write(lines + evaluation(["a", "b"], correct: false), to: "passes")
    let passes = try ToolProcess.run("srar-report", ["evaluate", "passes"], in: folder.url)
    #expect(passes.text.hasPrefix("2 problems, 4 samples"), "\(passes.errorText)")
    try folder.write(lines + evaluation(["a", "c"], correct: false), to: "mixed")
    let mixed = try ToolProcess.run("srar-report", ["evaluate", "mixed"], in: folder.url)
    #expect(mixed.status == 65, "\(mixed.text)")
    #expect(
      mixed.errorText.contains(#"mixed:4: "problem" of problem "synth-test-00002" is not the one"#),
      "\(mixed.errorText)")
  }

  @Test("best and --summary compare evaluations of the same problems only")
  func sameProblems() throws {
    let folder = try TemporaryFolder()
    try folder.write(evaluation(["a", "b"], correct: false), to: "one")
    try folder.write(evaluation(["a", "b"], correct: true), to: "two")
    try folder.write(evaluation(["a", "c"], correct: true), to: "other")
    for arguments in [["best"], ["--summary", "s.json"]] {
      let same = try ToolProcess.run("srar-report", arguments + ["one", "two"], in: folder.url)
      #expect(same.status == 0, "\(same.errorText)")
      let result = try ToolProcess.run("srar-report", arguments + ["one", "other"], in: folder.url)
      #expect(result.status == 65, "\(arguments)")
      #expect(
        result.errorText.contains("one and other are about different problems"),
        "\(result.errorText)")
    }
  }

  @Test(
    "the page says \"before → after\" only for one set of problems, and keeps other results by name"
  )
  func progress() throws {
    let folder = try TemporaryFolder()
    for name in ["same", "apart"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: false)
    }
    try folder.write(evaluation(["a", "b"], correct: false), to: "same/before.jsonl")
    try folder.write(evaluation(["a", "b"], correct: true), to: "same/after.jsonl")
    try folder.write(evaluation(["x"], correct: true), to: "same/hard.jsonl")
    try folder.write(evaluation(["a", "b"], correct: false), to: "apart/before.jsonl")
    try folder.write(evaluation(["a", "c"], correct: true), to: "apart/after.jsonl")
    func page(_ run: String) throws -> String {
      let result = try ToolProcess.shell(
        "srar-report -q \(run) --katex none --html page.html > /dev/null; cat page.html",
        in: folder.url)
      #expect(result.status == 0, "\(result.errorText)")
      return result.text
    }
    let same = try page("same")
    #expect(same.contains(#""progress":[0,2]"#))
    #expect(same.contains(#""label":"hard","step":null,"set":1,"ordered":false"#))
    #expect(!(try page("apart")).contains(#""progress":["#))
  }

  @Test("KaTeX that is named must be KaTeX; 'none' leaves it out, and the metrics say which it was")
  func katex() throws {
    let folder = try run()
    try folder.write("alert(1)", to: "other.js")
    try folder.write(#"self.katex={version:"9.8.7"}"#, to: "katex.js")
    func page(_ katex: String) throws -> ToolProcess.Result {
      try ToolProcess.run(
        "srar-report",
        ["run", "--html", "page.html", "--katex", katex, "--metrics", "metrics"], in: folder.url)
    }
    let other = try page("other.js")
    #expect(other.status == 65 && other.errorText.contains("other.js: is not KaTeX's script"))
    #expect(try page("absent.js").status == 66)
    #expect(try page("katex.js").status == 0)
    let named = try String(contentsOfFile: folder.path("page.html"), encoding: .utf8)
    #expect(named.contains(#""katex":"9.8.7""#))
    #expect(named.contains(#"<script>self.katex={version:"9.8.7"}</script>"#))
    #expect(try page("none").status == 0)
    let bare = try String(contentsOfFile: folder.path("page.html"), encoding: .utf8)
    #expect(!bare.contains(#""katex":"#) && !bare.contains("Khan"))
    let metrics = try String(contentsOfFile: folder.path("metrics"), encoding: .utf8)
      .split(separator: "\n")
    #expect(metrics.count == 2 && metrics[0].contains(#""page_katex":"9.8.7""#))
    #expect(!metrics[1].contains("page_katex"))
  }

  @Test("event files are written for each run under its name")
  func tensorBoard() throws {
    let folder = try run()
    let result = try ToolProcess.run(
      "srar-report", ["run", "--label", "a/../b", "--tensorboard", "events"], in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let path = folder.path("events/a-..-b/events.out.tfevents.0.srar")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for tag in ["train/accuracy", "train/entropy", "eval/faithful", "brain.Event:2"] {
      #expect(bytes.range(of: Data(tag.utf8)) != nil, "\(tag)")
    }
  }

  /// Chromium under one of its names; nil where it is not installed.
  private static let chromium: String? = {
    let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in
      paths.map { "\($0)/\(name)" }
    }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  @Test(
    "the page works in a browser",
    .enabled(if: chromium != nil, "Chromium is not installed; make test-report sets it up"))
  func browser() throws {
    let folder = try TemporaryFolder()
    let script = Fixtures.root.appendingPathComponent("pipelines/test_report.py").path
    let result = try ToolProcess.shell(
      """
      PYTHONDONTWRITEBYTECODE=1 python3 '\(script)' --browser '\(Self.chromium ?? "")' --tool "$(command -v srar-report)" --shots shots
      """, in: folder.url)
    #expect(result.status == 0, "\(result.text)\(result.errorText)")
  }
}
