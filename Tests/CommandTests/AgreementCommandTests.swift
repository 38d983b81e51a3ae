import Foundation
import TestSupport
import Testing

@Suite("srar-judge agree: what is not compared")
struct AgreementCommandTests {
  private func record(_ index: Int, _ verdicts: String, rubric: Bool = true) -> String {
    let items =
      #""rubric":[{"id":1,"type":"SUGGEST","text":"a"},{"id":2,"type":"PITFALL","text":"b"}],"#
    return
      #"{"id":"p","problem":"x",\#(rubric ? items : "")"rollout":{"index":\#(index),"response":"r"},"judge":{"status":"ok","verdicts":[\#(verdicts)],"model":"m","attempts":1}}"#
      + "\n"
  }

  private func verdict(_ id: Int, _ satisfied: Bool = true) -> String {
    #"{"id":\#(id),"satisfied":\#(satisfied),"step":1}"#
  }

  private func agree(
    _ first: String, _ second: String
  ) throws -> (ToolProcess.Result, metrics: String) {
    let folder = try TemporaryFolder()
    try folder.write(first, to: "a")
    try folder.write(second, to: "b")
    let result = try ToolProcess.shell(
      "srar-judge agree a b --json --metrics m && srar-judge agree -q a b", in: folder.url)
    return (result, try String(contentsOfFile: folder.path("m"), encoding: .utf8))
  }

  @Test("items that one judge passed over are counted, by judge and by type")
  func single() throws {
    let (result, metrics) = try agree(
      record(0, "\(verdict(1)),\(verdict(2))") + record(1, verdict(2)),
      record(0, verdict(1)) + record(1, verdict(1)))
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text.contains(
        #""items":1,"only_first_judged":2,"only_second_judged":1,"both_satisfied":1"#),
      "\(result.text)")
    // No item of this type has two verdicts.
    #expect(
      result.text.contains(#""PITFALL":{"items":0,"only_first_judged":2,"only_second_judged":0"#))
    #expect(
      result.errorText.contains(
        "3 items got a verdict in one stream only: 2 in the first, 1 in the second"),
      "\(result.errorText)")
    #expect(metrics.contains(#""items_only_first_judged":2,"items_only_second_judged":1"#))
    #expect(
      result.text.contains(/items judged by the first only +2 +0 +2\n/),
      "\(result.text)")
  }

  @Test("verdicts on items that the rubric lacks are compared in no column, and counted")
  func missingItems() throws {
    let (result, metrics) = try agree(
      record(0, "\(verdict(1)),\(verdict(9)),\(verdict(0))"),
      record(0, "\(verdict(1)),\(verdict(9, false))", rubric: false))
    #expect(
      result.text.hasPrefix(
        #"{"rollouts":1,"verdicts_on_missing_items":3,"contradictions":0,"items":1,"only_first_judged":0,"only_second_judged":0,"both_satisfied":1,"#
      ), "\(result.text)")
    #expect(
      result.errorText.contains("3 verdicts on items that the rubric lacks, not compared"),
      "\(result.errorText)")
    #expect(metrics.contains(#""verdicts_on_missing_items":3"#))
    // It does not matter which of the records has the rubric.
    let (other, _) = try agree(
      record(0, "\(verdict(1)),\(verdict(9, false))", rubric: false),
      record(0, "\(verdict(1)),\(verdict(9)),\(verdict(0))"))
    #expect(other.text.contains(#""verdicts_on_missing_items":3"#), "\(other.text)")
  }

  @Test("without any rubric all items are compared")
  func noRubric() throws {
    let (result, _) = try agree(
      record(0, "\(verdict(1)),\(verdict(9))", rubric: false),
      record(0, "\(verdict(1)),\(verdict(9, false))", rubric: false))
    #expect(
      result.text.contains(#""verdicts_on_missing_items":0,"contradictions":0,"items":2"#),
      "\(result.text)")
  }

  @Test("contradictions of a judge are counted")
  func contradictions() throws {
    let (result, metrics) = try agree(
      record(0, "\(verdict(1)),\(verdict(1, false)),\(verdict(2)),\(verdict(2))"),
      record(0, "\(verdict(1)),\(verdict(2))"))
    #expect(
      result.text.contains(#""contradictions":1,"items":2,"only_first_judged":0"#),
      "\(result.text)")
    #expect(result.text.contains(#""both_satisfied":2"#))
    #expect(
      result.errorText.contains(
        "1 item on which a judge contradicts itself; its first verdict counts"),
      "\(result.errorText)")
    #expect(metrics.contains(#""contradictions":1"#))
  }
}
