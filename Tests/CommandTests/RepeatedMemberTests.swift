import Foundation
import TestSupport
import Testing

@Suite("A member that stands twice in its object is bad data")
struct RepeatedMemberTests {
  @Test(
    "at every depth, in every tool, and with its place",
    arguments: [
      (
        "srar-judge", RecordStreams.rollout(index: 0, correct: true), #""id":"p1""#, #""id":"p2""#,
        "id"
      ),
      (
        "srar-judge", RecordStreams.rollout(index: 0, correct: true), #""index":0"#,
        #""ind\u0065x":1"#, "rollout.index"
      ),
      (
        "srar-reward", RecordStreams.judged, #""satisfied":true"#, #""satisfied":false"#,
        "judge.verdicts[0].satisfied"
      ),
      (
        "srar-reward", RecordStreams.judged, #""ground_truth":"3""#, #""ground_truth":"4""#,
        "ground_truth"
      ),
      (
        "srar-reward", RecordStreams.judged, #""type":"SUGGEST""#, #""type":"PITFALL""#,
        "rubric[0].type"
      ),
      ("srar-advantage", RecordStreams.rewarded, #""base":1.0"#, #""base":0.5"#, "reward.base"),
      (
        "srar-report", RecordStreams.rewarded, #""correct":true"#, #""correct":false"#,
        "reward.correct"
      ),
      (
        "srar-rollout --responses log", RecordStreams.problem, #""role":"user""#,
        #""role":"system""#, "messages[0].role"
      ),
    ])
  func refused(command: String, line: String, member: String, other: String, path: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      line + "\n" + line.replacing(member, with: member + "," + other, maxReplacements: 1) + "\n",
      to: "in")
    try folder.write(#"{"id":"p1","response":"a"}"#, to: "log")
    let result = try ToolProcess.shell(
      "\(command) in \(command == "srar-report" ? "" : "--output out"); echo $?; ls", in: folder.url
    )
    #expect(result.text.hasPrefix("65\n") && !result.text.contains("out\n"), "\(result.text)")
    #expect(
      result.errorText.contains("in:2: \"\(path)\" stands twice in its object"),
      "\(result.errorText)")
  }

  @Test("in a log it costs that line, and is told")
  func inLog() throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.rollout(index: 0, correct: true), to: "in")
    let result = try ToolProcess.shell(
      """
      srar-judge -q --log log in --output first
      sed -i 's/"satisfied":true/"satisfied":true,"satisfied":false/' log
      srar-judge --replay log --replay-missing live in --output second
      """, in: folder.url)
    #expect(
      result.errorText.contains(
        #"passed over 1 line of the log that cannot be read: log:1: "verdicts[0].satisfied" stands twice"#
      ),
      "\(result.errorText)")
  }
}
