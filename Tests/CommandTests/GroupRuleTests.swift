import Foundation
import TestSupport
import Testing

@Suite("A group is of different rollouts of one problem")
struct GroupRuleTests {
  private static let group = [
    RewardedRollout(index: 0), RewardedRollout(index: 1, isCorrect: false, delta: 0),
  ]
  private static let other = [
    RewardedRollout(id: "p2", index: 0),
    RewardedRollout(id: "p2", index: 1, isCorrect: false, delta: 0),
  ]

  @Test("a file given twice is refused with both places")
  func sameFileTwice() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.group.stream, to: "in")
    let result = try ToolProcess.shell("srar-advantage in in --output out", in: folder.url)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(#"in:1: record "p1" has rollout 0 twice, first in in:1"#),
      "\(result.errorText)")
    #expect(try folder.names == ["in"])
  }

  @Test("a group with a rollout twice is rejected as a whole, and others go on")
  func rejects() throws {
    let folder = try TemporaryFolder()
    try folder.write((Self.group + [Self.group[1]] + Self.other).stream, to: "in")
    let result = try ToolProcess.shell(
      "srar-advantage -q --plain --rejects bad in | wc -l; grep -c '^# in:3: ' bad", in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "2\n3\n", "\(result.text)")
  }

  @Test(
    "records of one id with different problems are refused",
    arguments: [
      ("problem", #""problem":"1 + 2?""#, #""problem":"1 + 3?""#),
      ("ground_truth", #""ground_truth":"3""#, #""ground_truth":"4""#),
      ("ground_truth", #","ground_truth":"3""#, ""),
      (
        "rubric", #""ground_truth":"3""#,
        #""ground_truth":"3","rubric":[{"id":1,"type":"SUGGEST","text":"Adds."}]"#
      ),
    ])
  func differentProblems(field: String, old: String, new: String) throws {
    let second = Self.group[1].line.replacing(old, with: new)
    let input = Data("\(Self.group[0].line)\n\(second)\n".utf8)
    let result = try ToolProcess.run("srar-advantage", ["--plain"], input: input)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"<stdin>:2: "\#(field)" of record "p1" is another one than in <stdin>:1"#),
      "\(result.errorText)")
  }

  @Test("a number as an answer is the same as its text")
  func sameAnswer() throws {
    let second = Self.group[1].line.replacing(#""ground_truth":"3""#, with: #""ground_truth": 3.0"#)
    let input = Data("\(Self.group[0].line)\n\(second)\n".utf8)
    let result = try ToolProcess.run("srar-advantage", ["--plain", "-q"], input: input)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test("an update refuses the same rollout twice")
  func update() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      srar-rollout -q --policy policy -n 2 --max-response-tokens 12 prompts.jsonl.zst | srar-judge -q | srar-reward -q \
        | srar-advantage -q --allow-no-effect --plain --output once
      srar-update -q once once --policy policy --output next
      """)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains("has rollout 0 twice, first in once:1"), "\(result.errorText)")
  }

  @Test("--max-groups keeps the first groups and counts the others")
  func maxGroups() throws {
    let folder = try TemporaryFolder()
    let third = [
      RewardedRollout(id: "p3", index: 0), RewardedRollout(id: "p3", index: 1, isCorrect: false),
    ]
    let uniform = [RewardedRollout(id: "p0", index: 0), RewardedRollout(id: "p0", index: 1)]
    try folder.write((uniform + Self.group + Self.other + third).stream, to: "in")
    let result = try ToolProcess.shell(
      """
      srar-advantage -q --plain --max-groups 2 in --metrics m | cut -d, -f1
      srar-advantage -q --plain --max-groups 2 --drop-uniform-groups in --metrics m | cut -d, -f1
      cat m
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let lines = result.text.split(separator: "\n")
    #expect(
      lines.prefix(8).map(String.init)
        == ["p0", "p0", "p1", "p1", "p1", "p1", "p2", "p2"].map { #"{"id":"\#($0)""# })
    #expect(lines[8].contains(#""groups_kept":2,"groups_uniform":1,"groups_surplus":2"#))
    #expect(lines[9].contains(#""groups_kept":2,"groups_uniform":1,"groups_surplus":1"#))
  }
}
