import Foundation
import TestSupport
import Testing

@Suite("Responses from a log")
struct ResponseLogTests {
  /// What `srar-rollout --responses` makes of the problem of these tests and of a log, with its metrics as the last line.
  private func rollouts(_ options: String = "", of log: String) throws -> ToolProcess.Result {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.problem + "\n", to: "in")
    try folder.write(log + "\n", to: "log")
    return try ToolProcess.shell(
      "srar-rollout --responses log \(options) in --plain --metrics m && cat m", in: folder.url)
  }

  @Test(
    "a response to another problem of the same id is refused, with its place",
    arguments: [
      (#""problem":"2 + 2?""#, "problem"),
      (#""problem":"1 + 2?","ground_truth":"4""#, "ground_truth"),
      (#""ground_truth":4"#, "ground_truth"),
    ])
  func otherContent(members: String, field: String) throws {
    let result = try rollouts(
      of: #"{"id":"p1","response":"a","problem":"1 + 2?"}"# + "\n"
        + #"{"id":"p1","response":"b",\#(members)}"#)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        #"in:1: "\#(field)" of record "p1" is not the one of the response at log:2, which has the same "id""#
      ), "\(result.errorText)")
    #expect(result.output.isEmpty)
  }

  @Test(
    "what cannot be compared is paired by its id, and told",
    arguments: [
      (#""problem":"1 + 2?""#, 0), (#""ground_truth":3"#, 0), (#""model":"m""#, 1),
      (#""problem":["1 + 2?"]"#, 1),
    ])
  func byID(members: String, count: Int) throws {
    let result = try rollouts(of: #"{"id":"p1","response":"a",\#(members)}"#)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains(#""problems_paired_by_id":\#(count)"#), "\(result.text)")
    #expect(
      result.errorText.contains(#"paired 1 problem by "id" alone"#) == (count == 1),
      "\(result.errorText)")
  }

  @Test("what pairs by the problem's text compares the text")
  func byText() throws {
    let result = try rollouts(
      "--match problem=question", of: #"{"question":"1 + 2?","response":"a"}"#)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(!result.errorText.contains("alone"), "\(result.errorText)")
  }

  @Test("members that no rollout holds are named and counted")
  func unused() throws {
    let result = try rollouts(
      of: #"{"id":"p1","response":"a","problem":"1 + 2?","tokens":[1],"logprobs":[-1.5],"x":null}"#
        + "\n" + #"{"id":"p1","response":"b","problem":"1 + 2?","tokens":[2]}"#)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        #"members of the log that no rollout holds: "logprobs" (1), "tokens" (2); responses count as text"#
      ), "\(result.errorText)")
    #expect(result.text.contains(#""unused_members":3"#), "\(result.text)")
    #expect(!result.text.contains("logprobs"))
    let plain = try rollouts(of: #"{"id":"p1","response":"a","problem":"1 + 2?"}"#)
    #expect(!plain.errorText.contains("no rollout holds"), "\(plain.errorText)")
  }

  @Test("members of messages that the model is not shown are named and counted")
  func messages() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      zstdcat prompts.jsonl.zst | sed '1,3s/"role":"user"/"role":"user","name":"n"/; 1s/"role":"user"/"role":"user","tool_calls":[]/' > named
      srar-rollout --plain --policy policy -n 2 --max-response-tokens 2 named --metrics m > out
      srar-rollout --plain --policy policy -n 2 --max-response-tokens 2 prompts.jsonl.zst >> out
      """)
    #expect(result.status == 0, "\(result.errorText)")
    let told = #"members of messages that the model is not shown: "name" (3), "tool_calls" (1)"#
    #expect(result.errorText.ranges(of: told).count == 1, "\(result.errorText)")
    #expect(result.errorText.ranges(of: "not shown").count == 1, "\(result.errorText)")
    #expect(try run.metrics("m")["unused_message_members"] as? Int == 4)
  }
}
