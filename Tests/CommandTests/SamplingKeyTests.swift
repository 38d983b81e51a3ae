import Foundation
import TestSupport
import Testing

@Suite("What the draws of the built-in sampler depend on")
struct SamplingKeyTests {
  @Test("seed and step make other responses, and the same ones the same bytes")
  func seedAndStep() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      sample() { srar-rollout -q --plain --policy policy -n 2 --max-response-tokens 12 "$@" prompts.jsonl.zst; }
      sample --step 1 > first; sample --step 1 > again; sample --step 2 > second; sample --step 1 --seed 2 > other
      cmp first again
      for name in first second other; do sed 's/.*"response"://; s/"finish_reason".*//' $name > text-$name; done
      cmp -s text-first text-second || echo another step
      cmp -s text-first text-other || echo another seed
      """)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "another step\nanother seed\n")
  }

  @Test("servers draw others at another step, and a log of one step answers no other")
  func ofServers() throws {
    let server = try FleetServer()
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.problem, to: "in")
    func sample(_ options: String) throws -> String {
      let result = try ToolProcess.shell(
        "srar-rollout -q --plain --url \(server.url) --model m -n 2 --log log \(options) in",
        in: folder.url)
      #expect(result.status == 0, "\(result.errorText)")
      return result.text
    }
    let first = try sample("--step 1")
    #expect(server.now.calls == 2)
    #expect(try sample("--step 1") == first)
    #expect(server.now.calls == 2)
    #expect(try sample("--step 2") != first)
    #expect(server.now.calls == 4)
  }
}
