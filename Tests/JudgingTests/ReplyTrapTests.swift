import Judging
import Rubrics
import Testing

@Suite("Replies that look like answers, and answers that do not")
struct ReplyTrapTests {
  private static let code = "0123456789abcdef"
  private let truth = [
    Verdict(id: 1, isSatisfied: true, step: 1), Verdict(id: 2, isSatisfied: false, step: 2),
  ]

  /// `C` stands for the code, `RIGHT` for the true entries, `WRONG` for others.
  private func read(_ reply: String, material: String = "") -> ReadEntries<Verdict> {
    let right = #"{"id":1,"satisfied":true,"step":1},{"id":2,"satisfied":false,"step":2}"#
    let wrong = #"{"id":1,"satisfied":false,"step":9},{"id":2,"satisfied":true,"step":9}"#
    let text = reply.replacing("RIGHT", with: right).replacing("WRONG", with: wrong)
      .replacing(#""C""#, with: "\"\(Self.code)\"").replacing("=C", with: ": \(Self.code)")
    return ReadEntries(
      reply: text, ids: [1, 2], code: Self.code, material: material,
      examples: [Verdict(id: 1, isSatisfied: true, step: 2)])
  }

  @Test(
    "an answer is read wherever its code stands",
    arguments: [
      #"{"verdicts":[RIGHT],"code":"C"}"#, #"Draft [WRONG] {"verdicts":[RIGHT],"code":"C"}"#,
      #"{"code":"C","verdicts":[WRONG]} {"verdicts":[RIGHT],"code":"C"}"#,
      #"{"draft":[WRONG],"code":"C","verdicts":[RIGHT]}"#,
      #"{"code":["C"],"verdicts":[RIGHT]}"#, #"{"code":{"value":"C"},"verdicts":[RIGHT]}"#,
      #"{"c\u006fde":"C","verdicts":[RIGHT]}"#, "**Code=C\n[RIGHT]", "[WRONG] code=C\n[RIGHT]",
      #"{"code":"C","verdicts":[RIGHT]} {"code":"C"}"#,
      #"{"code":"C","verdicts":[RIGHT],"meta":{"code":"abc"}}"#,
      // On each entry, or on an object for each.
      """
      {"id":1,"satisfied":true,"step":1,"code":"C"}
      {"id":2,"satisfied":false,"step":2,"code":"C"}
      """,
      #"{"code":"C","verdicts":[{"code":"C","id":1,"satisfied":true,"step":1},{"code":"C","id":2,"satisfied":false,"step":2}]}"#,
      #"{"code":"C","verdicts":[{"id":1,"satisfied":true,"step":1}]} {"code":"C","verdicts":[{"id":2,"satisfied":false,"step":2}]}"#,
      #"{"code":"C","verdicts":[WRONG]} {"code":"C","verdicts":[{"id":1,"satisfied":true,"step":1}]} {"code":"C","verdicts":[{"id":2,"satisfied":false,"step":2}]}"#,
      // An entry's own code is one of a program.
      #"{"code":"C","verdicts":[{"id":1,"code":"x = 5","satisfied":true,"step":1},{"id":2,"satisfied":false,"step":2}]}"#,
      #"{"code":"C","verdicts":[{"\u0069d":1,"satisfied":true,"step":1},{"id":2,"satisfied":false,"step":2}]}"#,
    ])
  func codes(reply: String) {
    #expect(read(reply).entries == truth && read(reply).fault(isCutOff: false) == nil)
  }

  @Test(
    "another's code is seen however it is written",
    arguments: [
      #"{"code":["fedcba9876543210"],"verdicts":[WRONG]}"#,
      #"{"code":{"value":"fedcba9876543210"},"verdicts":[WRONG]}"#,
      #"{" code":"fedcba9876543210","verdicts":[WRONG]}"#,
      #"{"c\u006fde":"fedcba9876543210","verdicts":[WRONG]}"#,
      #"{"request_code":"fedcba9876543210","verdicts":[WRONG]}"#,
      "code: fedcba9876543210\n[WRONG]", "**Code:** `fedcba9876543210`\n[WRONG]",
      #"{"code":"fedcba9876543210","verdicts":[{"id":1,"why":"ends with </think> early","satisfied":false,"step":1},{"id":2,"satisfied":true,"step":1}]}"#,
    ])
  func foreignCodes(reply: String) {
    #expect(read(reply).fault(isCutOff: false) == .foreignCode)
  }

  @Test(
    "an object with two codes belongs to nobody",
    arguments: [#""code":"C","code":"0""#, #""code":"fedcba9876543210","code":"C""#])
  func twoCodes(codes: String) {
    #expect(read(#"{\#(codes),"verdicts":[WRONG]}"#).fault(isCutOff: false) == .noEntry)
  }

  @Test(
    "ids that are counted from another number are no answer",
    arguments: [[0, 1], [0, 1, 2], [2, 3], [0]])
  func shifted(ids: [Int]) {
    let list = ids.map { #"{"id":\#($0),"satisfied":true,"step":1}"# }.joined(separator: ",")
    let fault = read(#"{"code":"C","verdicts":[\#(list)]}"#).fault(isCutOff: false)
    #expect(fault == .shiftedIDs && fault?.remark.contains("as they are given") == true)
  }

  @Test(
    "but one that is merely too much, or far away, costs none of the others",
    arguments: [#"RIGHT,{"id":3,"satisfied":true,"step":1}"#])
  func unknownBeside(list: String) {
    #expect(read(#"{"code":"C","verdicts":[\#(list)]}"#).entries == truth)
    let far =
      #"{"code":"C","verdicts":[{"id":1,"satisfied":true,"step":1},{"id":7,"satisfied":true,"step":1}]}"#
    #expect(read(far).entries == [truth[0]] && read(far).fault(isCutOff: false) == nil)
  }

  @Test(
    "the prompt's example is no verdict",
    arguments: [
      #"An entry has the form {"id": 1, "satisfied": true, "step": 2}."#,
      #"I answer with "code": "C" and entries like {"id": 1, "satisfied": true, "step": 2}. First"#,
      "In the form `{'id': 1, 'satisfied': true, 'step': 2}`",
    ])
  func examples(reply: String) {
    #expect(read(reply).entries.isEmpty)
    let behind =
      #"{"code":"C","verdicts":[RIGHT]}"# + "\n" + reply.replacing(#""code": "C" and "#, with: "")
    #expect(read(behind).entries == truth && read(behind).contradicted.isEmpty)
  }

  @Test("an answer that says what the example says is one")
  func likeExample() {
    let same = #"{"id":1,"satisfied":true,"step":2}"#
    for reply in [
      #"{"code":"C","verdicts":[\#(same)]}"#, "[\(same)]", "\(same)\n", "{\"a\":[\(same)]}",
    ] {
      #expect(read(reply).entries == [Verdict(id: 1, isSatisfied: true, step: 2)])
    }
    // Our own prompts show none that could be one.
    let templates = [
      RubricQuestion.template, StepQuestion.template, ValidityQuestion.template,
      ContrastQuestion.template,
    ]
    for template in templates { #expect(template.contains(#": <number>, ""#)) }
    #expect(isEmpty(Verdict.self, templates[0]) && isEmpty(StepVerdict.self, templates[1]))
    #expect(isEmpty(ItemValidity.self, templates[2]) && isEmpty(RubricItem.self, templates[3]))
  }

  /// Whether a prompt read as a reply has no entry, also where its example stands alone.
  private func isEmpty<Entry: JudgementEntry>(_ type: Entry.Type, _ template: String) -> Bool {
    let filled = template.replacing("{{marker}}", with: Self.code)
    let example = filled.firstMatch(of: /\{".*: <.*\}/).map { String($0.output) } ?? ""
    return ["{\"code\":\"\(Self.code)\",\"list\":[\(example)]}", "[\(example)]", filled].allSatisfy
    {
      !example.isEmpty && ReadEntries<Entry>(reply: $0, ids: [1], code: Self.code).entries.isEmpty
    }
  }

  @Test("what the response says in other words is a quotation")
  func paraphrases() {
    let material = #"x {"id":1,"satisfied":false,"step":2}"#
    #expect(
      read("It says {'id':1, 'step':2, 'satisfied':false}", material: material).entries.isEmpty)
    let behind = #"{"code":"C","verdicts":[RIGHT]} PS It says {"id":1,"satisfied":false,"step":2}."#
    #expect(read(behind, material: material).entries == truth)
  }

  @Test(
    "objects inside an entry are its own business",
    arguments: [
      #"{"id":1,"first_guess":{"id":1,"satisfied":false,"step":2},"satisfied":true,"step":1}"#,
      #"{"id":1,"satisfied":true,"step":1,"criterion":{"id":1,"type":"SUGGEST","text":"x"}}"#,
      #"{"old":[{"id":2,"satisfied":true,"step":2}],"id":1,"satisfied":true,"step":1}"#,
    ])
  func nested(entry: String) {
    let reply = #"{"code":"C","verdicts":[\#(entry),{"id":2,"satisfied":false,"step":2}]}"#
    #expect(read(reply).entries == truth && read(reply).dropped == 0)
    let item =
      #"{"rubric":[{"id":1,"type":"SUGGEST","text":"new","old":{"id":1,"type":"SUGGEST","text":"old"}}]}"#
    let rubric = ReadEntries<RubricItem>(reply: item, ids: [1], code: Self.code)
    #expect(rubric.entries.map(\.text) == ["new"])
  }

  @Test("and none of its text where it breaks off, or has a quotation mark too much")
  func fragments() {
    let quoted =
      #"{"code":"C","verdicts":[{"id":1,"why":"says "{"id":1,"satisfied":false,"step":2}" here","satisfied":true,"step":1},{"id":2,"satisfied":false,"step":2}]}"#
    #expect(read(quoted).fault(isCutOff: false) == .contradiction(on: [1]))
    let cut =
      #"{"code":"C","verdicts":[{"id":1,"satisfied":true,"first":{"id":1,"satisfied":false,"step":2},"st"#
    #expect(read(cut).entries.isEmpty)
    let rubric = ReadEntries<RubricItem>(
      reply:
        #"[{"id":1,"type":"SUGGEST","text":"a"},{"id":2,"type":"ANSWER","text":"says "x" here"}]"#,
      ids: [1, 2], code: Self.code)
    #expect(rubric.faultOfWhole(isCutOff: false) == .fragment)
    #expect(read("[RIGHT]").faultOfWhole(isCutOff: true) == .cutOffInside)
    #expect(read("[RIGHT]").faultOfWhole(isCutOff: false) == nil)
  }

  @Test("the same id with a verdict of another type is a contradiction, in either order")
  func mistyped() {
    let loose = #"{"id":1,"satisfied":"false","step":1}"#
    for list in ["RIGHT,\(loose)", "\(loose),RIGHT"] {
      let read = read(#"{"code":"C","verdicts":[\#(list)]}"#)
      #expect(read.contradicted == [1] && read.entries == [truth[1]])
    }
  }

  @Test(
    "marks of thoughts in the text of an entry are text",
    arguments: ["opens with <think>", "ends with </think> early", "[THINK] and [/THINK]"])
  func marksInStrings(why: String) {
    let entry = #"{"id":1,"why":"\#(why)","satisfied":true,"step":1}"#
    let reply = #"{"code":"C","verdicts":[\#(entry),{"id":2,"satisfied":false,"step":2}]}"#
    #expect(read(reply).entries == truth)
    #expect(read("<think>\"\(why.prefix(3)) [WRONG]</think>" + reply).entries == truth)
    #expect(read(String(reply.dropLast(2)) + #",{"id":3,"sa"#).entries == truth)
  }
}
