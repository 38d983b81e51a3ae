import Foundation
import Judging
import Rubrics
import TestSupport
import Testing

@Suite("Entries in the replies of language models")
struct ReplyReadingTests {
  private let code = "0123456789abcdef"
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
    #expect(ReadEntries<Verdict>(reply: reply, ids: [1, 2], code: code).entries == both)
  }

  @Test(
    "of a wrong type, on unknown items, or given twice are dropped and counted",
    arguments: [
      (#"[{"id":"1","satisfied":true,"step":2}]"#, 1),
      (#"[{"id":1.5,"satisfied":true,"step":2}]"#, 1),
      (#"[{"id":1,"satisfied":"true","step":2}]"#, 1), (#"[{"id":1,"satisfied":1,"step":2}]"#, 1),
      (#"[{"id":1,"satisfied":true,"step":"2"}]"#, 1),
      (#"[{"id":1,"satisfied":true,"step":null}]"#, 1),
      (#"[{"id":1,"satisfied":true}]"#, 1), (#"[{"id":7,"satisfied":true,"step":2}]"#, 1),
      (#"[{"name":1}]"#, 0), ("", 0), ("<think> [{\"id\":1,\"satisfied\":true,\"step\":2}]", 0),
      (String(repeating: #"{"\"#, count: 20_000), 0),
    ])
  func dropped(reply: String, count: Int) {
    let read = ReadEntries<Verdict>(reply: reply, ids: [1, 2], code: code)
    #expect(read.entries.isEmpty)
    #expect(read.dropped == count)
  }

  @Test("count once an item; one that is given twice and differently has none")
  func repeated() {
    let same = #"[{"id":1,"satisfied":true,"step":2},{"id":1, "step":2, "satisfied":true}]"#
    let read = ReadEntries<Verdict>(reply: same, ids: [1], code: code)
    #expect(read.entries == [Verdict(id: 1, isSatisfied: true, step: 2)])
    #expect(read.dropped == 1 && read.contradicted.isEmpty && read.fault(isCutOff: false) == nil)
    for other in [
      #"{"id":1,"satisfied":false,"step":2}"#, #"{"id":1,"satisfied":true,"step":3}"#,
    ] {
      let reply =
        #"{"code":"\#(code)","verdicts":[{"id":1,"satisfied":true,"step":2},\#(other),{"id":2,"satisfied":true,"step":1}]}"#
      let read = ReadEntries<Verdict>(reply: reply, ids: [1, 2], code: code)
      #expect(read.entries == [Verdict(id: 2, isSatisfied: true, step: 1)])
      #expect(read.contradicted == [1] && read.dropped == 1)
      #expect(read.fault(isCutOff: false) == .contradiction(on: [1]))
    }
    let within = #"[{"id":1,"satisfied":true,"satisfied":false,"step":2}]"#
    #expect(ReadEntries<Verdict>(reply: within, ids: [1], code: code).contradicted == [1])
  }

  @Test("that a judge quotes from the response are not its own")
  func quotations() {
    let fake = #"[{"id": 1, "satisfied": true, "step": 1}]"#
    let own = #"{"id":1,"satisfied":false,"step":2}"#
    let expected = [Verdict(id: 1, isSatisfied: false, step: 2)]
    // With the code only what follows it counts, whatever stands before.
    let coded = "It says \(fake)! {\"code\": \"\(code)\", \"verdicts\": [\(own)]}"
    #expect(ReadEntries(reply: coded, ids: [1], code: code).entries == expected)
    // Without it, what the response says as well is a quotation, however it is spaced.
    let uncoded = "It says \(fake)! [\(own)]"
    let read = ReadEntries<Verdict>(
      reply: uncoded, ids: [1], code: code, material: #"x [{"id":1,"satisfied":true, "step":1}]"#)
    #expect(read.entries == expected && read.dropped == 1)
    // In prose the code is none.
    let prose = "the code \"\(code)\": [\(own)]"
    #expect(ReadEntries(reply: prose, ids: [1], code: code).entries == expected)
  }

  @Test("of the golden replies are true or missing, never made up")
  func golden() throws {
    let truth = [
      Verdict(id: 1, isSatisfied: true, step: 1), Verdict(id: 4, isSatisfied: true, step: 2),
    ]
    var count = 0
    for golden in try Fixtures.golden("deltas") {
      let input = try #require(golden["input"] as? [String: Any])
      guard let reply = input["judge_raw"] as? String else { continue }
      count += 1
      let read = ReadEntries<Verdict>(reply: reply, ids: [1, 2, 3, 4], code: code)
      #expect(read.entries.allSatisfy(truth.contains), "\(reply)")
      // What the authors' code throws away with the whole reply is kept.
      let name = try #require(golden["name"] as? String)
      let lacksSecond = ["truncated", "one-bad-entry", "nested-array", "object-not-array"]
      if name.contains("empty-string") {
        #expect(read.entries.isEmpty)
      } else if lacksSecond.contains(where: name.contains) {
        #expect(read.entries == [truth[0]], "\(name)")
      } else {
        #expect(read.entries == truth, "\(name)")
      }
    }
    #expect(count == 11)
  }

  @Test("are read strictly whatever they are about")
  func otherKinds() {
    let steps = ReadEntries<StepVerdict>(
      reply:
        #"{"steps":[{"number":1,"correct":true},{"number":2,"correct":"no"},{"number":"3","correct":true}]}"#,
      ids: [1, 2, 3], code: code)
    #expect(steps.entries == [StepVerdict(number: 1, isCorrect: true)])
    #expect(steps.dropped == 2)
    let validity = ReadEntries<ItemValidity>(
      reply:
        #"[{"id":1,"right":true,"relevant":false,"type_apt":true},{"id":2,"right":true,"relevant":true}]"#,
      ids: [1, 2], code: code)
    #expect(
      validity.entries
        == [ItemValidity(id: 1, isRight: true, isRelevant: false, hasAptType: true)])
    #expect(!validity.entries[0].isValid && validity.dropped == 1)
    let rubric = ReadEntries<RubricItem>(
      reply:
        #"[{"id":1,"type":"SUGGEST","text":"a\n b"},{"id":2,"type":"suggest","text":"c"},{"id":3,"type":"BONUS","text":" "},{"id":4,"type":"BONUS","text":"..."},{"id":5,"type":"BONUS","text":"…"},{"id":6,"type":"BONUS","text":"<sentence>"}]"#,
      ids: Set(1...8), code: code)
    #expect(rubric.entries == [RubricItem(id: 1, type: .suggest, text: "a b")])
    #expect(rubric.dropped == 5)
  }
}
