import Foundation
import ProblemSources
import Records
import Rubrics
import TestSupport
import Testing

@Suite("GSM8K")
struct GSM8KTests {
  private func problem(_ answer: String) throws -> SourceProblem {
    let row = try JSONSerialization.data(withJSONObject: [
      "question": "How many?", "answer": answer,
    ])
    return try SourceLayout.gsm8k.problem(in: sourceRow(String(decoding: row, as: UTF8.self)))
  }

  @Test("annotations become SUGGEST items, lines steps, the last line the answer")
  func conversion() throws {
    let found = try problem(
      "He had 48/2 = <<48/2=24>>24 pens.\n\nThat is $<<24*.5=12>>12, or <<12*100=1200>>1200 cents.\n#### 1,200"
    )
    #expect(found.problem == "How many?" && found.groundTruth == "1200")
    #expect(
      found.rubric?.items.map(\.text) == [
        "Computes 48/2 = 24.", "Computes 24*.5 = 12.", "Computes 12*100 = 1200.",
        "States 1200 as the final answer.",
      ])
    #expect(found.rubric?.items.map(\.type) == [.suggest, .suggest, .suggest, .answer])
    #expect(
      found.solution
        == "### Step 1:\nHe had 48/2 = 24 pens.\n### Step 2:\nThat is $12, or 1200 cents.\n\\boxed{1200}"
    )
  }

  @Test("an annotation that names a number claims no calculation")
  func numberAlone() throws {
    let found = try problem("It is <<6=6>>6, then <<+10=10>>10, <<-3=-3>>-3.\n#### -3")
    #expect(
      found.rubric?.items.map(\.text) == [
        "Finds the value 6.", "Finds the value 10.", "Finds the value -3.",
        "States -3 as the final answer.",
      ])
  }

  @Test("a solution without annotations has the ANSWER item alone")
  func noAnnotations() throws {
    let found = try problem("It is five.\n#### 5")
    #expect(found.rubric?.items.map(\.type) == [.answer])
    #expect(found.solution == "### Step 1:\nIt is five.\n\\boxed{5}")
  }

  @Test(
    "faults are named",
    arguments: [
      ("It is 5.", "rows.jsonl:7: \"answer\" of the record has no final answer behind \"####\""),
      (
        "It is 5.\n#### ",
        "rows.jsonl:7: \"answer\" of the record has no final answer behind \"####\""
      ),
      (
        "<<5>>5\n#### 5",
        #"rows.jsonl:7: "answer" of the record has the annotation <<5>>, which is no equation"#
      ),
    ])
  func faults(answer: String, message: String) {
    let error = #expect(throws: SourceError.self) { try problem(answer) }
    #expect(error?.description == message)
  }

  @Test(
    "every record converts, and every annotation is an item",
    .enabled(if: Fixtures.sharedData("gsm8k/train.jsonl.zst") != nil, "the data set is not here"),
    arguments: [("train", 7473, 23716, 95), ("test", 1319, 4282, 18)])
  func wholeSet(split: String, count: Int, annotations: Int, withoutSuggest: Int) throws {
    let file = try #require(Fixtures.sharedData("gsm8k/\(split).jsonl.zst"))
    let reader = SourceReader(
      paths: [file.path], format: nil, maximumLineBytes: 1 << 20, faults: .stop)
    var converter = ProblemConverter(.init(mode: .train, layout: .gsm8k))
    while let row = try reader.next() { _ = try converter.problem(from: row) }
    #expect(converter.counts.problems == count)
    #expect(converter.counts.items == annotations + count)
    #expect(converter.counts.withoutSuggest == withoutSuggest)
  }
}
