import Foundation
import TestSupport
import Testing

@Suite("Reports on streams that were sampled differently, or are unfinished")
struct SamplingComparisonTests {
  /// Rewarded rollouts, one of each problem.
  private func stream(_ problems: [String], temperature: Double, tokens: Int) -> String {
    problems.map { problem in
      #"{"id":"\#(problem)","problem":"\#(problem)?","ground_truth":"1","rollout":{"index":0,"response":"\#(temperature)","#
        + #""model":"m\#(tokens)","sampling":{"temperature":\#(temperature),"top_p":0.8,"top_k":0,"max_response_tokens":\#(tokens),"seed":\#(tokens)},"#
        + #""steps":[]},"reward":{"answer":"1","correct":\#(temperature == 0),"format":true,"base":1}}"#
        + "\n"
    }.joined()
  }

  private static let note =
    "sampled differently: temperature 0 / 0.7, top p 1 / 0.8, max response tokens 200 / 120; "
    + "a difference may be of the sampling, not of the policies"

  @Test(
    "compare, best and --summary name the settings that differ",
    arguments: ["compare first second --json", "best first second", "first second --summary s"])
  func notes(arguments: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(stream(["a", "b"], temperature: 0, tokens: 200), to: "first")
    try folder.write(stream(["a", "b"], temperature: 0.7, tokens: 120), to: "second")
    let result = try ToolProcess.shell("srar-report \(arguments)", in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.errorText.contains(Self.note), "\(result.errorText)")
    // The seed and, of greedy sampling, top-p change nothing to compare.
    let same = try ToolProcess.shell(
      "sed 's/\"seed\":200/\"seed\":7/; s/\"top_p\":0.8/\"top_p\":1/' first > second; srar-report \(arguments)",
      in: folder.url)
    #expect(same.status == 0 && !same.errorText.contains("sampled differently"))
  }

  @Test("compare gives the settings in its JSON, of recorded results, too")
  func json() throws {
    let folder = try TemporaryFolder()
    try folder.write(stream(["a"], temperature: 0, tokens: 200), to: "first")
    try folder.write(stream(["a"], temperature: 0.7, tokens: 120), to: "second")
    let result = try ToolProcess.shell(
      """
      for name in first second; do srar-report evaluate -q $name --problems $name.jsonl > /dev/null; done
      srar-report compare first.jsonl second.jsonl --json
      """, in: folder.url)
    #expect(result.status == 0 && result.errorText.contains(Self.note), "\(result.errorText)")
    #expect(
      result.text.contains(
        #""sampled_differently":["temperature","top_p","max_response_tokens"]"#), "\(result.text)")
    #expect(
      result.text.contains(
        #""sampling":{"first":{"models":["m200"],"settings":[{"temperature":0.0"#))
  }

  @Test("tables and the page name the settings; held out is what no training step has")
  func heldOut() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("run/step-0001"), withIntermediateDirectories: true)
    try folder.write(
      stream(["a", "b"], temperature: 1, tokens: 50), to: "run/step-0001/rewarded.jsonl")
    try folder.write(stream(["x"], temperature: 0, tokens: 200), to: "run/before.jsonl")
    try folder.write(stream(["x"], temperature: 0.7, tokens: 200), to: "run/eval.jsonl")
    try folder.write(stream(["b"], temperature: 0, tokens: 200), to: "run/trained.jsonl")
    let result = try ToolProcess.shell(
      "srar-report -q run --katex none --html page.html", in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let page = try String(contentsOfFile: folder.path("page.html"), encoding: .utf8)
    let blocks = result.text.components(separatedBy: "\n\n")
    let held = try #require(blocks.first { $0.contains("run, held out:") })
    #expect(held.contains("before") && held.contains("eval") && !held.contains("trained"))
    #expect(held.contains("temperature") && held.contains("0.7"), "\(held)")
    let others = try #require(blocks.first { $0.contains("run, other streams:") })
    #expect(others.contains("trained") && !others.contains("temperature"), "\(others)")
    #expect(
      page.contains(#""held_out":true,"sampled":"temperature 0, max response tokens 200""#))
    #expect(
      page.contains(
        #""held_out":true,"sampled":"temperature 0.7, top p 0.8, max response tokens 200""#))
    #expect(page.contains(#""held_out":false,"sampled":"temperature 0, "#))
  }

  @Test("a share of what never happened is 0 in JSON, and one over nothing null")
  func zeros() throws {
    let folder = try TemporaryFolder()
    let pair = [true, false].enumerated().map {
      RecordStreams.rollout(index: $0, correct: $1) + "\n"
    }
    try folder.write(pair.joined(), to: "rollouts")
    let result = try ToolProcess.shell(
      """
      srar-report -q --json rollouts
      srar-judge -q rollouts | srar-reward -q | srar-advantage -q | tee advantages | srar-report -q --json
      srar-report -q advantages
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n", maxSplits: 2).map(String.init)
    try #require(lines.count == 3)
    #expect(
      lines[0].contains(
        #""without_steps":0.0,"not_judged":null,"zero_offsets":null,"groups_without_advantage":null"#
      ), "\(lines[0])")
    #expect(lines[1].contains(#""without_steps":0.0,"not_judged":0.0"#), "\(lines[1])")
    #expect(lines[1].contains(#""groups_without_advantage":0.0"#), "\(lines[1])")
    // A table has no line for what never happened.
    #expect(!lines[2].contains("groups without advantage"), "\(lines[2])")
  }

  @Test("an update without a trained token has no means, though its metrics say 0")
  func nothingTrained() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("step-0001"), withIntermediateDirectories: false)
    try folder.write(RecordStreams.rewarded + "\n", to: "step-0001/rewarded.jsonl")
    func entropy(trained: Int) throws -> String {
      try folder.write(
        #"{"tool":"srar-update","seconds":1,"trained_tokens":\#(trained),"entropy":0.0}"# + "\n",
        to: "step-0001/metrics.jsonl")
      return try ToolProcess.run("srar-report", ["-q", "--json", "step-0001"], in: folder.url).text
    }
    #expect(try entropy(trained: 0).contains(#""entropy":null"#))
    #expect(try entropy(trained: 3).contains(#""entropy":0.0"#))
  }

  @Test("a run whose last step is unfinished shows the last step that has a measure")
  func unfinishedStep() throws {
    let folder = try TemporaryFolder()
    for step in 1...3 {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent("run/step-000\(step)"),
        withIntermediateDirectories: true)
    }
    let rollout = RecordStreams.rollout(index: 0, correct: true) + "\n"
    for step in 1...2 {
      try folder.write(RecordStreams.rewarded + "\n", to: "run/step-000\(step)/rewarded.jsonl")
    }
    try folder.write(rollout, to: "run/step-0003/rollouts.jsonl")
    let result = try ToolProcess.run("srar-report", ["-q", "run"], in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let accuracy = try #require(
      result.text.split(separator: "\n").first { $0.hasPrefix("accuracy") })
    #expect(accuracy.contains("100.0 % (step 2)"), "\(result.text)")
    // A run of one step has one value.
    let one = try ToolProcess.run("srar-report", ["-q", "run/step-0001"], in: folder.url)
    let single = try #require(one.text.split(separator: "\n").first { $0.hasPrefix("accuracy") })
    #expect(single.components(separatedBy: "100.0 %").count == 2, "\(one.text)")
  }
}
