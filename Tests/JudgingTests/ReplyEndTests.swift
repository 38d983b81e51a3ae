import Judging
import Rubrics
import Testing

@Suite("What stands behind an answer, and what hides one")
struct ReplyEndTests {
  private static let code = "0123456789abcdef"
  private static let right =
    #"{"id":1,"satisfied":true,"step":1},{"id":2,"satisfied":false,"step":2}"#
  private static let wrong =
    #"{"id":1,"satisfied":false,"step":9},{"id":2,"satisfied":true,"step":9}"#
  private let truth = [
    Verdict(id: 1, isSatisfied: true, step: 1), Verdict(id: 2, isSatisfied: false, step: 2),
  ]

  /// `GOOD` stands for the right answer with the code, `DRAFT` for a wrong one, `RIGHT` and `WRONG` for their entries.
  private func read(_ reply: String) -> ReadEntries<Verdict> {
    let text = reply.replacing("GOOD", with: #"{"code":"CODE","verdicts":[RIGHT]}"#)
      .replacing("DRAFT", with: #"{"code":"CODE","verdicts":[WRONG]}"#)
      .replacing("RIGHT", with: Self.right).replacing("WRONG", with: Self.wrong)
      .replacing("CODE", with: Self.code)
    return ReadEntries(reply: text, ids: [1, 2], code: Self.code)
  }

  @Test(
    "the code anywhere is the code: what is behind its last place is the answer",
    arguments: [
      "[WRONG]\n[CODE]\n[RIGHT]", "[WRONG]\nThe code is CODE.\n[RIGHT]", "# CODE\n[RIGHT]",
      #"{"marker":"CODE","verdicts":[RIGHT]}"#, #"{"verdicts":[RIGHT],"marker":"CODE"}"#,
      #"{"marker":"CODE","verdicts":[WRONG]} {"marker":"CODE","verdicts":[RIGHT]}"#,
      "Draft DRAFT for CODE, now fedcba9876543210: GOOD",
    ])
  func anywhere(reply: String) {
    #expect(read(reply).entries == truth && read(reply).fault(isCutOff: false) == nil)
  }

  @Test(
    "a code that signs the answer, and friendly words, cost nothing",
    arguments: [
      "GOOD\nCODE", "GOOD\n[CODE]", "```json\nGOOD\n```\nCode: CODE.", #"GOOD {"code":"CODE"}"#,
      #"{"verdicts":[RIGHT]}"# + "\n(CODE)",
    ])
  func signOff(reply: String) {
    for isCutOff in [false, true] {
      #expect(read(reply).entries == truth && read(reply).fault(isCutOff: isCutOff) == nil)
    }
    let friendly = read("Here it is: GOOD\n\nI hope that this helps! Step 1 was nice.")
    #expect(friendly.entries == truth && friendly.fault(isCutOff: false) == nil)
  }

  @Test(
    "a draft is no answer where what follows it may be one that cannot be read",
    arguments: [
      #"DRAFT Final: {"code":"CODE","verdicts":{"1":{"satisfied":true,"step":1},"2":{"satisfied":false,"step":2}}}"#,
      #"DRAFT Final: {"code":"CODE","verdicts":"[{}]"}"#,
      #"DRAFT Final: {"code":"CODE","steps":[true,false]}"#,
      "DRAFT Final: {”code”: ”CODE”, ”verdicts”: []}",
      #"DRAFT {"code":"0123456789abcdee","verdicts":[RIGHT]}"#,
      #"DRAFT {"code":"fedcba9876543210","verdicts":[RIGHT]}"#,
      "DRAFT\nFinal: 1 is satisfied at step 1.",
      "DRAFT\nOn reflection item 1 holds.", "DRAFT\n- id: 1\n  satisfied: true",
      "DRAFT\n|id|satisfied|\n|-|-|\n|1|true|",
      "DRAFT\n1 is satisfied, 2 is not.", "DRAFT\nCODE\nNumber one holds.",
      #"DRAFT Final: {"code":"CODE","verdicts":[{"id":1,"sat"#,
      #"DRAFT Final: {"id":1,"satisfied":true,"step":1}"#, #"DRAFT {"code":"CODE","verd"#,
      #"DRAFT Final: [{"id":1,"Satisfied":true,"step":1}]"#,
      "GOOD\nNote (CODE): my first try was [WRONG]",
    ])
  func unsettled(reply: String) {
    let fault = read(reply).fault(isCutOff: false)
    #expect(fault == .unsettled, "\(reply)")
    #expect(fault?.remark.contains("one JSON object with the code") == true)
  }

  @Test(
    "a draft is no answer where the reply breaks off behind it",
    arguments: [
      "First draft: DRAFT\nIt remains", "```json\nDRAFT\n```\n```json\n{", "DRAFT\n{",
      "DRAFT<think>hm",
      "[WRONG]\nItem two is",
    ])
  func cutOff(reply: String) {
    #expect(read(reply).fault(isCutOff: true) != nil, "\(reply)")
    #expect(read("DRAFT\nIt remains").fault(isCutOff: true) == .cutOffBehind)
  }

  @Test(
    "a list that breaks off keeps what it has",
    arguments: [
      #"{"code":"CODE","verdicts":[RIGHT"#, #"{"code":"CODE","verdicts":[RIGHT,{"id":3,"sa"#,
      #"[RIGHT,{"id":3,"sa"#, "Code: CODE\n[RIGHT,\n{\"id\":3,\"sa", "```json\nGOOD\n```",
      "GOOD]}\n</answer>",
    ])
  func cutList(reply: String) {
    for isCutOff in [false, true] {
      #expect(
        read(reply).entries == truth && read(reply).fault(isCutOff: isCutOff) == nil, "\(reply)")
    }
  }

  @Test(
    "a mark of a thought that a sentence speaks of hides no answer",
    arguments: [
      "The solution opens with <think> and reasons well.", "It never closes its [THINK] block.",
      "The text \"<think>\" is odd.", "As in `</think>`, fine.", "As in </think>, fine.",
      "The solution opens with <think>…", "It uses <|channel|>analysis tokens.",
      "A “<reasoning>” mark.",
    ])
  func mentions(sentence: String) {
    for reply in ["\(sentence)\nGOOD", "GOOD\n\(sentence)", "Draft: DRAFT\n\(sentence)\nGOOD"] {
      #expect(read(reply).entries == truth && read(reply).fault(isCutOff: false) == nil, "\(reply)")
    }
  }

  @Test(
    "a thought that never ends and holds an answer makes the reply unusable",
    arguments: [
      "Draft: DRAFT\n<think>\nGOOD", "Draft: DRAFT\n[THINK] GOOD", "DRAFT<draft>GOOD",
      "<think>DRAFT</thinking>GOOD", "DRAFT it opens with <think> and GOOD and ends with </think>",
    ])
  func hidden(reply: String) {
    let fault = read(reply).fault(isCutOff: false)
    #expect(fault == .hiddenAnswer && fault?.remark.contains("<think>") == true, "\(reply)")
    #expect(read("GOOD<think>fine").fault(isCutOff: false) == nil)
  }
}
