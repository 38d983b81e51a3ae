import Foundation
import TestSupport
import Testing

@Suite("Verdicts that srar-reward reads")
struct RewardVerdictTests {
  /// A judged rollout whose rubric has the items 1 to 3.
  private func rollout(_ number: Int, verdictsOn ids: [Int]) -> String {
    let rubric = (1...3).map { #"{"id":\#($0),"type":"SUGGEST","text":"Does \#($0)."}"# }
    let verdicts = ids.map { #"{"id":\#($0),"satisfied":true,"step":1}"# }
    return
      #"{"id":"p\#(number)","problem":"x","ground_truth":"3","rubric":[\#(rubric.joined(separator: ","))],"rollout":{"index":0,"response":"\\boxed{3}","steps":[]},"judge":{"status":"ok","verdicts":[\#(verdicts.joined(separator: ","))]}}"#
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
      result.errorText.contains("1 of 5 verdicts name an item that the rubric does not have"),
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
      result.errorText.contains("1 of them name item 0: does the judge count from 0"),
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
    let without = try reward([rollout(1, verdictsOn: [])], ["--allow-no-effect"], in: folder)
    #expect(without.status == 0)
  }
}
