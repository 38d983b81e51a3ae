import Foundation
import TestSupport
import Testing

@Suite("Verdicts that srar-reward reads")
struct RewardVerdictTests {
  /// A judged rollout whose rubric has the items 1 to 3, all verdicts being "satisfied, in step 1".
  private func rollout(_ number: Int, verdictsOn ids: [Int]) -> String {
    rollout(
      number,
      judge: #""verdicts":[\#(ids.map { verdict($0) }.joined(separator: ","))]"#)
  }

  private func verdict(_ id: Int, _ isSatisfied: Bool = true, step: Int = 1) -> String {
    #"{"id":\#(id),"satisfied":\#(isSatisfied),"step":\#(step)}"#
  }

  /// - Parameters:
  ///   - judge: the members of the object `judge`, but for its status `ok`.
  ///   - types: of the rubric's items.
  private func rollout(
    _ number: Int, judge: String, types: [String] = ["SUGGEST", "SUGGEST", "SUGGEST"]
  ) -> String {
    let items = types.enumerated().map {
      #"{"id":\#($0 + 1),"type":"\#($1)","text":"Does \#($0 + 1)."}"#
    }
    return
      #"{"id":"p\#(number)","problem":"x","ground_truth":"3","rubric":[\#(items.joined(separator: ","))],"rollout":{"index":0,"response":"\\boxed{3}","steps":[]},"judge":{"status":"ok"\#(judge.isEmpty ? "" : ",")\#(judge)}}"#
      + "\n"
  }

  private func reward(
    _ lines: [String], _ options: [String] = [], in folder: TemporaryFolder
  ) throws -> ToolProcess.Result {
    try ToolProcess.run(
      "srar-reward", ["--plain", "--metrics", folder.path("metrics")] + options,
      input: Data(lines.joined().utf8))
  }

  @Test("on items that the rubric lacks are counted and reported")
  func unknownItems() throws {
    let folder = try TemporaryFolder()
    let result = try reward(
      [rollout(1, verdictsOn: [1, 2, 3]), rollout(2, verdictsOn: [1, 7])], in: folder)
    #expect(result.status == 0)
    #expect(
      result.errorText.contains("1 of 5 verdicts names an item that the rubric does not have"),
      "\(result.errorText)")
    #expect(!result.errorText.contains("count from 0"))
    #expect(
      try String(contentsOfFile: folder.path("metrics"), encoding: .utf8)
        .contains(#""verdicts_on_missing_items":1"#))
  }

  @Test("of a judge that counts from 0 are told of")
  func countsFromZero() throws {
    let folder = try TemporaryFolder()
    let result = try reward([rollout(1, verdictsOn: [0, 1, 2])], in: folder)
    #expect(result.status == 0)
    #expect(
      result.errorText.contains("1 of them on item 0: does the judge count from 0"),
      "\(result.errorText)")
  }

  @Test("that match no item of the whole stream stop it, and say what to do")
  func nothingMatches() throws {
    let folder = try TemporaryFolder()
    let result = try reward(
      [rollout(1, verdictsOn: [0, 11]), rollout(2, verdictsOn: [12])], in: folder)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        "none of the 3 verdicts is on an item of its record's rubric; the \"id\" of a verdict must be that of an item, "
          + "and items count from 1, where some verdicts say 0"), "\(result.errorText)")
    // A stream without verdicts is another matter.
    let without = try reward([rollout(1, verdictsOn: [])], in: folder)
    #expect(without.status == 65)
    #expect(
      without.errorText.contains(
        "no rubric item was judged in any of 1 rollout, so that the rewards are of the answers alone; judge items in words by a "
          + "language model (srar-judge --judge chat), say with '--answers-only' that this is meant, or go on with"
      ),
      "\(without.errorText)")
  }

  @Test("that contradict each other leave their item without a verdict, and are counted")
  func contradictions() throws {
    let folder = try TemporaryFolder()
    let verdicts = [
      verdict(1), verdict(1, false, step: 2), verdict(2), verdict(2, step: 2), verdict(3, step: 3),
      verdict(3, step: 3),
    ]
    let line = rollout(1, judge: #""verdicts":[\#(verdicts.joined(separator: ","))]"#)
    let result = try reward([line], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    // Only the third item counts, once: 0.8 / 3.
    #expect(
      result.text.contains(
        #""steps":[{"step":3,"delta":0.26666666666666666,"judged":1,"satisfied":1}]"#),
      "\(result.text)")
    #expect(
      result.errorText.contains(
        "2 items with verdicts that contradict each other: taken as not judged"),
      "\(result.errorText)")
    #expect(
      try String(contentsOfFile: folder.path("metrics"), encoding: .utf8)
        .contains(#""contradictory_verdicts":2"#))
    let authors = try ToolProcess.run(
      "srar-reward", ["--plain", "--preset", "authors"], input: Data(line.utf8))
    #expect(
      authors.text.contains(
        #"{"step":1,"delta":0.5333333333333333,"judged":2,"satisfied":2},{"step":2,"delta":0.26666666666666666,"judged":2,"satisfied":1}"#
      ), "\(authors.text)")
  }

  @Test("that are not there are no facts: the record is bad data")
  func missing() throws {
    for judge in ["", #""verdicts":null"#] {
      let result = try ToolProcess.run(
        "srar-reward", ["--plain"], input: Data(rollout(1, judge: judge).utf8))
      #expect(result.status == 65)
      #expect(
        result.errorText.contains(#"<stdin>:1: "#) && result.errorText.contains("judge.verdicts"),
        "\(result.errorText)")
    }
  }

  @Test("on none of a rubric's items leave the rollout without scores, and are counted")
  func nothingJudged() throws {
    let folder = try TemporaryFolder()
    let answer = ["SUGGEST", "ANSWER"]
    let result = try reward(
      [
        rollout(1, verdictsOn: [1]), rollout(2, verdictsOn: []), rollout(3, verdictsOn: [8, 9]),
        rollout(4, judge: #""verdicts":[\#(verdict(2))]"#, types: answer),
        rollout(5, judge: #""verdicts":[\#(verdict(1)),\#(verdict(1, false))]"#, types: answer),
        rollout(6, judge: #""verdicts":[\#(verdict(1, false))]"#, types: answer),
        rollout(7, judge: #""verdicts":[]"#, types: ["ANSWER"]),
      ], in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    // In the last, no item is for the judge.
    let lines = result.text.split(separator: "\n")
    #expect(
      lines.map { $0.contains(#","pitfall":"#) } == [true, false, false, false, false, true, true])
    #expect(
      lines.map { $0.contains(#""delta":"#) } == [true, false, false, false, false, true, false])
    #expect(
      result.errorText.contains("4 without a verdict on an item, so without a rubric score"),
      "\(result.errorText)")
    #expect(
      try String(contentsOfFile: folder.path("metrics"), encoding: .utf8)
        .contains(#""without_verdicts":4"#))
  }
}
