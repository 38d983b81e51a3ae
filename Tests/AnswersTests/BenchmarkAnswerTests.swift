import Answers
import Foundation
import JSONLines
import RandomStreams
import TestSupport
import Testing

@Suite(
  "Answers of benchmarks",
  .enabled(
    if: Fixtures.sharedData("benchmarks/college_math.jsonl.zst") != nil,
    "the real records are not beside this checkout"))
struct BenchmarkAnswerTests {
  private static let benchmarks = [
    "aime24", "amc23", "minerva_math", "college_math", "gaokao2023en", "olympiadbench", "svamp",
    "mawps", "math_cot_100",
  ]

  private func references(of benchmark: String) throws -> [String] {
    try lines(of: "benchmarks/\(benchmark).jsonl.zst") { $0["ground_truth"]?.string }
  }

  private func lines<Value>(of path: String, _ read: (JSONValue) -> Value?) throws -> [Value] {
    let url = try #require(Fixtures.sharedData(path))
    let reader = try LineReader(path: url.path, maximumLineBytes: 1 << 20)
    let document = JSONDocument()
    var values: [Value] = []
    while let line = try reader.next() {
      try document.parse(line)
      values.append(try #require(read(document.root)))
    }
    return values
  }

  @Test("equal themselves, and 98 % are read by the grammar", arguments: benchmarks)
  func references(benchmark: String) throws {
    let references = try references(of: benchmark)
    var read = 0
    for reference in references {
      let comparison = AnswerChecker.math.compare("$\(reference)$", with: reference)
      #expect(comparison.isEqual, "\(reference)")
      read += parsedAnswer(reference) == nil ? 0 : 1
    }
    #expect(Double(read) >= 0.98 * Double(references.count), "\(read) of \(references.count)")
  }

  @Test("of different problems are equal only where they say the same")
  func crossPairs() throws {
    var equal: Set<Set<String>> = []
    var random = RandomStream(seed: 7, "cross pairs")
    for benchmark in Self.benchmarks {
      let references = try references(of: benchmark)
      for _ in 0..<1200 {
        let (one, other) = (random.element(of: references), random.element(of: references))
        guard one != other else { continue }
        if AnswerChecker.math.compare(one, with: other).isEqual { equal.insert([one, other]) }
      }
    }
    // These do say the same.
    #expect(
      equal == [
        [#"\log _{13}(\sqrt{13})=\frac{1}{2}"#, "1 / 2"], ["E(X)=2", "2"], ["20 cm^{2}", "20"],
      ])
  }

  @Test("Sampled responses to MATH problems are called right exactly where their labels say so")
  func sampledResponses() throws {
    let responses = try lines(of: "outputs/math_cot.jsonl.zst") { root in
      (root["ground_truth"]?.string ?? "", root["response"]?.string ?? "", root["correct"]?.boolean)
    }
    #expect(responses.count == 576)
    for (groundTruth, response, isCorrect) in responses {
      let found = answer(in: response, rules: [.boxed])?.text ?? ""
      #expect(
        AnswerChecker.math.compare(found, with: groundTruth).isEqual == isCorrect,
        "\(groundTruth) | \(found)")
    }
  }
}
