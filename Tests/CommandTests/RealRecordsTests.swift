import Foundation
import JSONLines
import TestSupport
import Testing

@Suite("Real records through the deterministic stages")
struct RealRecordsTests {
  private static let gsm8k = Fixtures.sharedData("gsm8k/test.jsonl.zst")
  private static let solutions = Fixtures.sharedData("gsm8k/model_solutions.jsonl.zst")

  @Test(
    "model solutions to GSM8K are called right exactly where their labels say so",
    .enabled(if: gsm8k != nil && solutions != nil, "the real records are not beside this checkout"))
  func gsm8kLabels() throws {
    let folder = try TemporaryFolder()
    let problems = try #require(Self.gsm8k)
    let solutions = try #require(Self.solutions)
    let result = try ToolProcess.shell(
      """
      srar-prep --quiet --from gsm8k \(problems.path) --output problems.jsonl.zst
      srar-rollout --quiet --responses \(solutions.path) --match problem=question \
        --response-field solution --steps lines problems.jsonl.zst \
        | srar-judge --quiet --judge equations | srar-reward --quiet --extract marker \
        | srar-advantage --quiet --output advantages.jsonl.zst
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    // The log's responses to a question keep their order, so the n-th label belongs to rollout n.
    var labels: [String: [Bool]] = [:]
    try forEachLine(solutions.path) { line in
      let question = try #require(line["question"]?.string)
      labels[question, default: []].append(try #require(line["is_correct"]?.boolean as Bool?))
    }
    var count = 0
    try forEachLine(folder.path("advantages.jsonl.zst")) { line in
      let question = try #require(line["problem"]?.string)
      let index = try #require(line["rollout"]?["index"]?.integer)
      #expect(
        line["reward"]?["correct"]?.boolean == labels[question]?[index],
        "\(line["id"]?.string ?? ""), rollout \(index): \(line["reward"]?["answer"]?.string ?? "")")
      count += 1
    }
    #expect(count == 3644)
  }

  private func forEachLine(_ path: String, _ body: (JSONValue) throws -> Void) throws {
    let reader = try LineReader(path: path, maximumLineBytes: 1 << 20)
    let document = JSONDocument()
    while let line = try reader.next() {
      try document.parse(line)
      try body(document.root)
    }
  }
}
