import Judging
import Rubrics
import Testing

@Suite("The code of a reply")
struct ReplyCodeTests {
  private let code = "0123456789abcdef"
  private let verdict = Verdict(id: 1, isSatisfied: true, step: 1)
  private let entry = #"{"id":1,"satisfied":true,"step":1}"#
  private let draft = #"{"id":1,"satisfied":false,"step":9}"#

  private func read(_ reply: String, material: String = "") -> ReadEntries<Verdict> {
    ReadEntries(
      reply: reply.replacing("CODE", with: code).replacing("ENTRY", with: entry)
        .replacing("DRAFT", with: draft),
      ids: [1], code: code, material: material)
  }

  @Test(
    "that is another's makes it no reply to the question",
    arguments: [
      #"{"code":"0000000000000000","verdicts":[ENTRY]}"#, #"{"code":"","verdicts":[ENTRY]}"#,
      #"{"code":null,"verdicts":[ENTRY]}"#, #"{"code":12,"verdicts":[ENTRY]}"#,
      #"{'code':'fedcba9876543210','verdicts':[ENTRY]}"#, #"{"verdicts":[ENTRY],"code":"x"}"#,
      #"{"CODE":"fedcba9876543210","verdicts":[ENTRY]}"#.replacing("CODE", with: "Code"),
      #"[{"code":"fedcba9876543210"},ENTRY]"#, #"{"id":1,"satisfied":true,"step":1,"code":"y"}"#,
      #"Sure {"code" : "0123456789abcde", oops! "verdicts": [ENTRY]"#,
      "<think>{\"code\":\"CODE\"}</think>{\"code\":\"0000000000000000\",\"verdicts\":[ENTRY]}",
    ])
  func foreign(reply: String) {
    let read = read(reply)
    #expect(read.hasForeignCode && read.entries.isEmpty)
    #expect(read.fault(isCutOff: true) == .foreignCode)
  }

  @Test(
    "that is another's and has no name makes it no reply either",
    arguments: [
      "fedcba9876543210 [ENTRY]", "FEDCBA9876543210\n[ENTRY]", "代码：fedcba9876543210\n[ENTRY]",
      "|code|fedcba9876543210|\n[ENTRY]", "Code fedcba98\u{200B}76543210. [ENTRY]",
      "Code 1234567890123456. [ENTRY]",
      "The code is \"fedcba9876543210\".\n[ENTRY]", "<code>fedcba9876543210</code>\n[ENTRY]",
      #"{"marker":"fedcba9876543210","verdicts":[ENTRY]}"#,
      #"{"verdicts":[ENTRY],"id":"fedcba9876543210"}"#,
      "[fedcba9876543210 step 1]: right. [ENTRY]",
      "For request `fedcba9876543210`:\n```json\n[ENTRY]\n```", "[ENTRY] (fedcba9876543210)",
      #"{"request":"fedcba9876543210","verdicts":[ENTRY]}"#,
      #"{"fedcba9876543210":[ENTRY]}"#,
    ])
  func bare(reply: String) {
    #expect(read(reply).fault(isCutOff: false) == .foreignCode)
    // One that the response holds is a quotation, and beside the right one any is.
    let known = [
      "fedcba 98 76543210", "FEDCBA9876543210", "fedcba98\u{200B}76543210", "1234567890123456",
    ]
    let material = known.joined(separator: "; ")
    #expect(read(reply, material: material).entries == [verdict])
    let prompt = ReadEntries<Verdict>(
      reply: reply.replacing("ENTRY", with: entry), ids: [1], code: code,
      prompt: "fedcba9876543210" + material)
    #expect(prompt.entries == [verdict])
    #expect(read("CODE \(reply)").entries == [verdict])
    #expect(read(reply + #"{"code":"CODE","verdicts":[ENTRY]}"#).entries == [verdict])
  }

  @Test(
    "has a form that other words do not have",
    arguments: [
      "0.1234567890123456", "1,234567890123456", "fedcba987654321", "fedcba98765432100",
      "0xfedcba9876543210", "chatcmpl-fedcba9876543210",
      "550e8400-e29b-41d4-a716-446655440000", "fedcba987654321é", "a/fedcba9876543210",
      "d41d8cd98f00b204e9800998ecf8427e",
    ])
  func otherWords(word: String) {
    #expect(read("It is \(word). [ENTRY]").entries == [verdict])
  }

  @Test("parts a broken draft in front of it from the answer")
  func brokenDraft() {
    let draft = #"Draft {"id":1,"satisfied":maybe}. "#
    #expect(!read(draft + #"{"code":"CODE","verdicts":[ENTRY]}"#).hasFragment)
    #expect(read(draft + "[ENTRY]").hasFragment)
  }

  @Test("that the material holds is a quotation however it is spaced")
  func spacedQuotation() {
    let reply = #"It says {"code" : 200}. [ENTRY]"#
    #expect(read(reply, material: #"It is {"code":200}."#).entries == [verdict])
  }

  @Test(
    "beside it ids that nobody asked about are dropped, the first one shown, where none is missing")
  func surplus() {
    let more = #"{"id":2,"satisfied":true,"step":1},{"id":3,"satisfied":true,"step":1}"#
    let read = read(#"{"code":"CODE","verdicts":[ENTRY,\#(more)]}"#)
    #expect(read.entries == [verdict] && read.fault(isCutOff: false) == nil)
    #expect(read.dropped == 2)
    #expect(read.firstDropped == #"{"id":2,"satisfied":true,"step":1}"#)
  }

  @Test("and may stand inside an entry, whose business it is")
  func inEntry() {
    let noted = #"{"id":1,"why":"fedcba9876543210","satisfied":true,"step":1}"#
    #expect(read("[\(noted)]").entries == [verdict])
    #expect(read("[\(noted)] fedcba9876543210").hasForeignCode)
    #expect(read("fedcba9876543210 [\(noted)]").hasForeignCode)
  }

  @Test(
    "parts the answer from drafts and quotations: what follows its last place counts",
    arguments: [
      #"First draft: {"code":"CODE","verdicts":[DRAFT]}\nFinal: {"code":"CODE","verdicts":[ENTRY]}"#,
      #"{"code":"CODE","verdicts":[DRAFT]} {"code":"CODE","verdicts":[DRAFT]} {"code":"CODE","verdicts":[ENTRY]}"#,
      #"It quotes {"code":"0000000000000000","verdicts":[DRAFT]}. {"code":"CODE","verdicts":[ENTRY]}"#,
      #"[DRAFT] {"code":"CODE","verdicts":[ENTRY]}"#,
      #"{"code": " CODE ", "verdicts":[ENTRY]}"#,
      #"{"code":"CODE","id":1,"satisfied":true,"step":1}"#,
      #"{"code":"CODE","verdicts":[{"id":1,"why":"\"code\":\"0\" and 'code':'0'","satisfied":true,"step":1}]}"#,
      #""{\"code\":\"CODE\",\"verdicts\":[{\"id\":1,\"satisfied\":true,\"step\":1}]}""#,
      #"[{"type":"text","text":"{\"code\":\"CODE\",\"verdicts\":[{\"id\":1,\"satisfied\":true,\"step\":1}]}"}]"#,
    ])
  func last(reply: String) {
    let read = read(reply)
    #expect(read.entries == [verdict] && read.fault(isCutOff: false) == nil)
  }

  @Test(
    "in a thought is not that of the answer",
    arguments: [
      ("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>"),
      ("<thought>", "</thought>"), ("<seed:think>", "</seed:think>"), ("[THINK]", "[/THINK]"),
      ("◁think▷", "◁/think▷"), ("<|begin_of_thought|>", "<|end_of_thought|>"),
      ("<THINK>", "</THINK>"), ("", "</Think>"),
      (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>"
      ),
    ])
  func thoughts(opening: String, closing: String) {
    let coded = #"{"code":"CODE","verdicts":[DRAFT]}"#
    let answers = [#"{"code":"CODE","verdicts":[ENTRY]}"#, "```json\n[ENTRY]\n```"]
    for answer in answers {
      #expect(read("\(opening)\(coded)\(closing)\n\(answer)").entries == [verdict])
    }
    guard !opening.isEmpty else { return }
    // A thought that never ends is no answer; where it holds one, its mark is to blame.
    #expect(read(opening + coded).fault(isCutOff: false) == .hiddenAnswer)
    #expect(read(opening + coded).fault(isCutOff: true) == .cutOff)
  }

  @Test("of two kinds in the answer without a new code is neither")
  func draftWithoutCode() {
    let read = read(#"Draft {"code":"CODE","verdicts":[DRAFT]} Final: [ENTRY]"#)
    #expect(read.fault(isCutOff: false) == .unsettled && read.contradicted == [1])
  }

  @Test("that the material holds is a quotation")
  func quoted() {
    let material = #"The server says {"code": 200, "status": "ok"}"#
    let reply = #"It says {"code":200,"status":"ok"}. [ENTRY]"#
    #expect(read(reply, material: material).entries == [verdict])
    #expect(read(reply).hasForeignCode)
    let behind = #"{"code":"CODE","verdicts":[{"code":200},ENTRY]}"#
    #expect(read(behind, material: material).entries == [verdict])
  }

  @Test("and what is wrong else is told from each other")
  func faults() {
    #expect(read("All criteria are met.").fault(isCutOff: false) == .noEntry)
    #expect(read(#"{"code":"CODE","verdi"#).fault(isCutOff: true) == .cutOff)
    #expect(read(#"[{"id":9,"satisfied":true,"step":1}]"#).fault(isCutOff: false) == .unknownIDs)
    let long = String(repeating: "so ", count: 100_000)
    #expect(read(long + "[ENTRY]").fault(isCutOff: false) == .tooLong)
    #expect(read("<think>\(long)</think>[ENTRY]").entries == [verdict])
  }
}
