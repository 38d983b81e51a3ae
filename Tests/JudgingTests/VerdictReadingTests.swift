import Judging
import Rubrics
import Testing

@Suite("Verdicts in the replies of language models")
struct VerdictReadingTests {
  private let both = [
    Verdict(id: 1, isSatisfied: true, step: 2), Verdict(id: 2, isSatisfied: false, step: -1),
  ]

  @Test(
    "are found whatever stands around them",
    arguments: [
      #"[{"id":1,"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]"#,
      #"{"verdicts":[{"id":1,"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]}"#,
      "Sure, {here} you are:\n```json\n[{\"id\": 1, \"satisfied\": true, \"step\": 2},\n"
        + "{\"id\": 2, \"satisfied\": false, \"step\": -1}]\n``` Bye [1].",
      #"[{"id":1,"satisfied":true,"step":2}] and then [{"id":2,"satisfied":false,"step":-1}]"#,
      #"<think>[{"id":1,"satisfied":false,"step":1}]</think>[{"id":1,"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]"#,
      #"I thought {"id":1,"satisfied":false,"step":1}</think>{"id":1,"satisfied":true,"step":2}{"id":2,"satisfied":false,"step":-1}"#,
      #"[{"id":1,"satisfied":true,"step":2,"why":"a } and a { \" in it"},{"id":2,"satisfied":false,"step":-1},{"id":3,"sat"#,
    ])
  func wrapped(reply: String) {
    #expect(ReadVerdicts(reply: reply, ids: [1, 2]).verdicts == both)
  }

  @Test(
    "of a wrong type, on unknown items, or given twice are dropped and counted",
    arguments: [
      (#"[{"id":"1","satisfied":true,"step":2}]"#, 1),
      (#"[{"id":1.0,"satisfied":true,"step":2}]"#, 1),
      (#"[{"id":1,"satisfied":"true","step":2}]"#, 1), (#"[{"id":1,"satisfied":1,"step":2}]"#, 1),
      (#"[{"id":1,"satisfied":true,"step":"2"}]"#, 1),
      (#"[{"id":1,"satisfied":true,"step":null}]"#, 1),
      (#"[{"id":1,"satisfied":true}]"#, 1), (#"[{"id":7,"satisfied":true,"step":2}]"#, 1),
      (#"[{"name":1}]"#, 0), ("", 0), ("<think> [{\"id\":1,\"satisfied\":true,\"step\":2}]", 0),
      (String(repeating: #"{"\"#, count: 20_000), 0),
    ])
  func dropped(reply: String, count: Int) {
    let read = ReadVerdicts(reply: reply, ids: [1, 2])
    #expect(read.verdicts.isEmpty)
    #expect(read.dropped == count)
  }

  @Test("count once an item: the first one")
  func first() {
    let reply = #"[{"id":1,"satisfied":true,"step":2},{"id":1,"satisfied":false,"step":3}]"#
    let read = ReadVerdicts(reply: reply, ids: [1])
    #expect(read.verdicts == [Verdict(id: 1, isSatisfied: true, step: 2)])
    #expect(read.dropped == 1)
  }
}
