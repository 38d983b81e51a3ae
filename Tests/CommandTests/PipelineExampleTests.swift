import Foundation
import JSONLines
import TestSupport
import Testing

@Suite("The pipeline's examples in the help, the manual and the README")
struct PipelineExampleTests {
  /// A folder with the files that the examples read, made by the tools themselves.
  private func prepared() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    // Of each problem the solution, and one with wrong numbers: nothing can be learned from what an untrained policy writes.
    let synth = try ToolProcess.run("srar-prep", ["synth", "-q", "--plain", "--count", "3"])
    var responses = ""
    for line in synth.text.split(separator: "\n") {
      let root = try JSONDocument(parsing: Array(line.utf8)).root
      let id = try #require(root["id"]?.string)
      let solution = try #require(root["solution"]?.string)
      let wrong = solution.replacing(" = ", with: " = 9").replacing("boxed{", with: "boxed{9")
      for response in [solution, wrong] {
        let entry = try JSONSerialization.data(withJSONObject: ["id": id, "response": response])
        responses += String(decoding: entry, as: UTF8.self) + "\n"
      }
    }
    try folder.write(synth.text, to: "solved")
    try folder.write(responses, to: "solutions")
    let made = try ToolProcess.shell(
      """
      set -e
      mkdir -p runs/demo
      srar-prep synth -q --count 40 -o train.jsonl.zst
      cp train.jsonl.zst runs/demo
      srar-prep batch -q --size 3 --step 1 train.jsonl.zst -o prompts.jsonl.zst
      srar-update init -q --text train.jsonl.zst --layers 1 --hidden 16 --heads 2 --vocabulary 300 \
        --positions 1024 -o runs/demo/warm
      cp -r runs/demo/warm initial; cp -r runs/demo/warm next; cp -r runs/demo/warm warm
      srar-rollout -q --responses solutions solved -o rollouts.jsonl.zst
      srar-judge -q --log judge.log.jsonl rollouts.jsonl.zst -o judged.jsonl.zst
      cp judged.jsonl.zst again.jsonl.zst; cp judged.jsonl.zst judged-by-people.jsonl.zst
      srar-reward -q judged.jsonl.zst -o rewarded.jsonl.zst
      cp rewarded.jsonl.zst before.jsonl.zst; cp rewarded.jsonl.zst after.jsonl.zst
      cp before.jsonl.zst after.jsonl.zst runs/demo; cp before.jsonl.zst eval.jsonl.zst
      srar-report evaluate -q eval.jsonl.zst --problems after-problems.jsonl.zst > /dev/null
      srar-advantage -q rewarded.jsonl.zst -o advantages.jsonl.zst
      for arm in grpo srar; do
        mkdir -p runs/experiment/$arm/seed-1/step-0001
        cp advantages.jsonl.zst runs/experiment/$arm/seed-1/step-0001
        cp after.jsonl.zst runs/experiment/$arm/seed-1
      done
      cp before.jsonl.zst runs/experiment
      echo '{"id":"1","problem":"1 + 1?","ground_truth":"2"}' > problems.jsonl.zst
      echo '{"id":"1","response":"A: 2"}' > log.jsonl.zst
      echo '{"question":"1 + 1?","solution":"A: 2"}' > model_solutions.jsonl.zst
      """, in: folder.url)
    try #require(made.status == 0, "\(made.errorText)")
    return folder
  }

  private func expectRun(_ examples: [String]) throws {
    #expect(examples.count >= 2, "\(examples)")
    // Whatever servers the examples name are behind this proxy.
    let servers = try FleetServer(style: .textAlone)
    defer { servers.stop() }
    for example in examples {
      let folder = try prepared()
      let result = try ToolProcess.shell(
        "export http_proxy=http://127.0.0.1:\(servers.port)\n\(example)", in: folder.url)
      #expect(result.status == 0, "\(example)\n\(result.errorText)")
      #expect(!result.errorText.contains("warning"), "\(example)\n\(result.errorText)")
    }
  }

  @Test(
    "run as they stand in --help",
    arguments: [
      "srar-rollout", "srar-judge", "srar-judge judge", "srar-judge steps", "srar-judge agree",
      "srar-reward", "srar-advantage", "srar-update", "srar-update update", "srar-update sft",
      "srar-update init", "srar-report", "srar-report show", "srar-report evaluate",
      "srar-report compare", "srar-report best", "srar-report experiment",
    ])
  func help(command: String) throws {
    try expectRun(try examplesOfHelp(command))
  }

  @Test(
    "run as they stand in the manual",
    arguments: [
      "srar-rollout", "srar-judge", "srar-reward", "srar-advantage", "srar-update", "srar-report",
    ])
  func manual(tool: String) throws {
    try expectRun(try examplesOfManual(tool))
  }

  @Test("one step by hand runs as it stands in the README")
  func readme() throws {
    let readme = Fixtures.root.appendingPathComponent("README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let heading = try #require(text.firstRange(of: "## One step by hand"))
    let block = try #require(
      text[heading.upperBound...].split(separator: "```\n", maxSplits: 2).dropFirst().first)
    let folder = try prepared()
    let result = try ToolProcess.shell(
      """
      set -e
      # The policy has learned nothing that could earn anything.
      srar-advantage() { command srar-advantage --allow-no-effect "$@"; }
      \(block)
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      FileManager.default.fileExists(atPath: folder.path("runs/hand/policy/model.safetensors")))
  }
}
