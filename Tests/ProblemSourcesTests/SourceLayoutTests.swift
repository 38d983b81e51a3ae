import ProblemSources
import Records
import Rubrics
import Testing

@Suite("Source layouts")
struct SourceLayoutTests {
  private func problem(
    _ json: String, _ names: FieldNames = .records, isTyped: Bool = true
  ) throws -> SourceProblem {
    try SourceLayout.fields(names).problem(in: sourceRow(json, isTyped: isTyped))
  }

  @Test(
    "read numbers as people write them",
    arguments: [
      ("37", "37"), ("37.0", "37"), ("37.50", "37.5"), ("-0.250", "-0.25"), ("100", "100"),
      ("123456789012345678901234567890", "123456789012345678901234567890"),
      ("0.1234567890123456789", "0.1234567890123456789"), ("1e3", "1000"),
      ("\"37.0\"", "37.0"), ("\" 37 \"", "37"), ("\"\\\\frac{1}{2}\"", "\\frac{1}{2}"),
    ])
  func numbers(json: String, expected: String) throws {
    #expect(try problem("{\"ground_truth\":\(json)}").groundTruth == expected)
    // In the trainer's layout the number stands deeper.
    let nested = "{\"reward_model\":{\"ground_truth\":\(json)}}"
    #expect(try problem(nested, .trainer).groundTruth == expected)
  }

  @Test(
    "take a whole number with idle zeros for one where the source has no types",
    arguments: [("37.0", "37"), ("-4.00", "-4"), ("37.50", "37.50"), ("v1.0", "v1.0"), ("7", "7")])
  func untyped(text: String, expected: String) throws {
    let row = "{\"ground_truth\":\"\(text)\"}"
    #expect(try problem(row, isTyped: false).groundTruth == expected)
    #expect(try problem(row).groundTruth == text)
  }

  @Test(
    "read rubrics as text, as texts and as objects",
    arguments: [
      #""<SUGGEST> a\n<ANSWER> b""#, #"["<SUGGEST> a","<ANSWER> b"]"#,
      #"[{"type":"SUGGEST","text":"a"},{"type":"ANSWER","text":" b "}]"#,
      #"[{"id":1,"type":"SUGGEST","text":"a"},{"id":2,"type":"ANSWER","text":"b"}]"#,
    ])
  func rubrics(json: String) throws {
    let rubric = try problem("{\"rubric\":\(json)}").rubric
    #expect(
      rubric?.items == [
        RubricItem(id: 1, type: .suggest, text: "a"), RubricItem(id: 2, type: .answer, text: "b"),
      ])
    #expect(rubric?.unusedLineCount == 0)
  }

  @Test("keep the ids that items have, and lines that make no item")
  func idsAndLines() throws {
    let objects = #"{"rubric":[{"id":3,"type":"BONUS","text":"a"},{"type":"HINT","text":"b"}]}"#
    let rubric = try #require(try problem(objects).rubric)
    #expect(rubric.items == [RubricItem(id: 3, type: .bonus, text: "a")])
    #expect(rubric.lines.map(\.tag) == ["BONUS", "HINT"] && rubric.unusedLineCount == 1)
  }

  @Test("tell no rubric from an empty one, and take blank texts for missing ones")
  func absent() throws {
    #expect(try problem("{}").rubric == nil)
    #expect(try problem(#"{"rubric":" \n "}"#).rubric == nil)
    #expect(try problem(#"{"rubric":null}"#).rubric == nil)
    #expect(try problem(#"{"rubric":[]}"#).rubric?.lines == [])
    #expect(try problem(#"{"problem":" ","id":""}"#) == problem("{}"))
  }

  @Test("find fields by name, by path, and a dotted name before a path")
  func paths() throws {
    var names = FieldNames.records
    names.problem = "a.b"
    #expect(try problem(#"{"a":{"b":"deep"}}"#, names).problem == "deep")
    #expect(try problem(#"{"a":{"b":"deep"},"a.b":"flat"}"#, names).problem == "flat")
    #expect(try problem(#"{"a":{}}"#, names).problem == nil)
    #expect(throws: RecordError.self) { try problem(#"{"a":1}"#, names) }
  }

  @Test("read the trainer's rows, also where the prompt alone has the problem")
  func trainer() throws {
    let row = #"""
      {"data_source":"s","prompt":[{"role":"system","content":"x"},{"role":"user","content":"1+1?"}],
      "reward_model":{"style":"rule","ground_truth":2},"extra_info":{"rubric":"<ANSWER> 2","index":4}}
      """#
    let found = try problem(row.replacing("\n", with: ""), .trainer)
    #expect(found.problem == "1+1?" && found.groundTruth == "2" && found.source == "s")
    #expect(found.messages.map(\.role) == ["system", "user"])
    #expect(found.rubric?.items.map(\.type) == [.answer])
    #expect(try problem(#"{"prompt":"1+1?"}"#, .trainer).problem == "1+1?")
    // Our own layout has a field for the text; a message with an instruction does not stand in for it.
    #expect(try problem(#"{"messages":[{"role":"user","content":"x"}]}"#).problem == nil)
  }

  @Test(
    "name what has the wrong type",
    arguments: [
      (
        #"{"rubric":7}"#,
        #""rubric" of the record must be a text or an array of items, but is an integer"#
      ),
      (#"{"rubric":[{"type":"BONUS"}]}"#, #"the record has no "rubric[0].text""#),
      (#"{"rubric":[1]}"#, #""rubric[0]" of the record must be an object, but is an integer"#),
      (
        #"{"rubric":[{"id":1,"type":"BONUS","text":"a"},{"id":1,"type":"BONUS","text":"b"}]}"#,
        #""rubric[1].id" of the record is 1, which an item before it has already"#
      ),
      (#"{"problem":[]}"#, #""problem" of the record must be a string, but is an array"#),
    ])
  func wrongTypes(json: String, message: String) {
    let error = #expect(throws: RecordError.self) { try problem(json) }
    #expect(error?.description == "rows.jsonl:7: " + message)
  }
}
