import Foundation
import TestSupport
import Testing

@Suite("Texts of problems that are spoiled, or not what they should be")
struct ProblemTextTests {
  private func prep(_ row: String, _ arguments: [String] = []) throws -> ToolProcess.Result {
    try ToolProcess.run("srar-prep", ["--plain"] + arguments, input: Data(row.utf8))
  }

  private static let rubric = #""rubric":"<SUGGEST> a\n<ANSWER> b""#

  @Test(
    "LaTeX with one backslash is an error that names the field",
    arguments: [
      ("ground_truth", #"{"id":"p","problem":"1?","ground_truth":"\frac12",\#(rubric)}"#, []),
      ("problem", #"{"id":"p","problem":"Is \frac12?","ground_truth":"1",\#(rubric)}"#, []),
      (
        "solution",
        #"{"id":"p","problem":"1?","ground_truth":"1","solution":"2 \times 3",\#(rubric)}"#, []
      ),
      (
        "messages",
        #"{"id":"p","problem":"1?","ground_truth":"1","messages":[{"role":"user","content":"\binom21"}],\#(rubric)}"#,
        []
      ),
      (
        "answer", ##"{"question":"1?","answer":"It is <<1+1=2>>\frac42.\n#### 2"}"##,
        ["--from", "gsm8k"]
      ),
      (
        "reward_model.ground_truth",
        #"{"prompt":"1?","reward_model":{"ground_truth":"\frac12"},"extra_info":{\#(rubric)}}"#,
        ["--from", "trainer"]
      ),
    ])
  func lostBackslash(field: String, row: String, arguments: [String]) throws {
    let result = try prep(row, arguments)
    #expect(result.status == 65 && result.text.isEmpty, "\(result.text)")
    #expect(
      result.errorText.contains("\"\(field)\" of") && result.errorText.contains(#"write "\\frac""#),
      "\(result.errorText)")
    let lint = try ToolProcess.run("srar-prep", ["lint"] + arguments, input: Data(row.utf8))
    #expect(lint.text.contains("\"\(field)\" has a control character"), "\(lint.text)")
    #expect(lint.errorText.contains("1 lost-backslash"), "\(lint.errorText)")
  }

  @Test("two backslashes, tables and indented lines are no error")
  func soundTexts() throws {
    let row =
      ####"{"id":"p","problem":"x\ty\n\tan apple\nz\tt","ground_truth":"\\frac12","solution":"### Step 1:\n\tone half\n\\boxed{\\frac12}",\####(Self.rubric)}"####
    let result = try prep(row)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(!result.errorText.contains("solutions"), "\(result.errorText)")
  }

  @Test("srar-reward refuses such a reference answer, too")
  func rewarded() throws {
    let record = RecordStreams.judged.replacing(
      #""ground_truth":"3""#, with: #""ground_truth":"\frac31""#)
    let result = try ToolProcess.run("srar-reward", ["--plain"], input: Data(record.utf8))
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(#""ground_truth" of record "p1" has a control character"#),
      "\(result.errorText)")
  }

  @Test(
    "types in lower case are named as they are written",
    arguments: [
      (#"[{"type":"Suggest","text":"a"}]"#, "Suggest"), (#""<suggest> a\n<answer> b""#, "suggest"),
    ])
  func lowerCase(rubric: String, tag: String) throws {
    let row = #"{"id":"p","problem":"1?","ground_truth":"1","rubric":\#(rubric)}"#
    let result = try prep(row)
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"has no item: its first is of the type "\#(tag)"; types are SUGGEST, PITFALL, BONUS and ANSWER, in upper case"#
      ), "\(result.errorText)")
    let lint = try ToolProcess.run("srar-prep", ["lint"], input: Data(row.utf8))
    #expect(lint.text.contains("<ANSWER>; write it in upper case"), "\(lint.text)")
  }

  @Test("solutions without a header, a box or the right answer are counted, by srar-prep and sft")
  func solutions() throws {
    let run = try TinyRun()
    let solutions = [
      ####"### Step 1:\nIt is 4.\n\\boxed{4}"####, ####"It is \\boxed{4}."####,
      ####"### Step 1:\nIt is 4."####,
      ####"### Step 1:\nIt is 5.\n\\boxed{5}"####,
    ]
    let rows = solutions.enumerated().map { index, solution in
      #"{"id":"s\#(index)","problem":"2 + 2?","ground_truth":"4","solution":"\#(solution)",\#(Self.rubric)}"#
    }
    try run.folder.write(rows.joined(separator: "\n") + "\n", to: "rows")
    let result = try run.shell(
      """
      srar-prep rows --metrics metrics --output solved.jsonl.zst
      srar-update sft solved.jsonl.zst --policy policy --output warm
      """)
    #expect(result.status == 0, "\(result.errorText)")
    for line in [
      ####"reference solutions without a step header such as "### Step 1:": 1 of 4, first that of "s1""####,
      #"reference solutions without an answer in \boxed{}: 1 of 4, first that of "s2""#,
      #"reference solutions with another answer in \boxed{} than the reference answer: 1 of 4, first that of "s3""#,
    ] {
      #expect(result.errorText.contains("srar-prep convert: \(line)"), "\(result.errorText)")
      #expect(result.errorText.contains("srar-update sft: \(line)"), "\(result.errorText)")
    }
    #expect(try run.metrics("metrics")["solutions_with_other_answer"] as? Int == 1)
  }
}
