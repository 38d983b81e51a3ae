import Diagnostics
import Foundation
import ProblemSources
import Testing

@Suite("Conversion of problems")
struct ProblemConverterTests {
  private let train = ProblemConverter.Options(mode: .train, layout: .fields(.records))
  private let val = ProblemConverter.Options(mode: .val, layout: .fields(.records))
  private let place = LinePosition(source: "rows.jsonl", line: 7)

  @Test("gives problems an identity, a source and messages, and keeps other fields in order")
  func whatIsAdded() throws {
    let rows = [
      #"{"z":1.50,"problem":"1+1?","ground_truth":2.0,"rubric":"<ANSWER> 2","a":{"b": [1]}}"#
    ]
    var options = train
    options.instruction = "Go."
    #expect(
      try converted(rows, options) == [
        #"{"id":"rows-train-00001","source":"rows","problem":"1+1?","ground_truth":"2","#
          + #""rubric":[{"id":1,"type":"ANSWER","text":"2"}],"#
          + #""messages":[{"role":"user","content":"1+1?\n\nGo."}],"z":1.50,"a":{"b": [1]}}"#
      ])
    options.instruction = ""
    #expect(try converted(rows, options)[0].contains(#""content":"1+1?"}"#))
    #expect(ProblemConverter.standardInstruction.contains("### Step 1:"))
    #expect(ProblemConverter.standardInstruction.contains(#"\boxed{}"#))
  }

  @Test("numbers the problems of each source, and leaves the identity that a row has")
  func identity() throws {
    let rows = [
      #"{"problem":"a","ground_truth":1,"source":"x"}"#,
      #"{"problem":"b","ground_truth":1,"source":"y"}"#,
      #"{"problem":"c","ground_truth":1,"source":"x"}"#,
      #"{"problem":"d","ground_truth":1,"id":17}"#,
    ]
    let ids = try converted(rows, val).map { $0.prefix { $0 != "," } }
    #expect(
      ids == [
        #"{"id":"x-val-00001""#, #"{"id":"y-val-00001""#, #"{"id":"x-val-00002""#, #"{"id":"17""#,
      ])
  }

  @Test("keeps the messages that a row brings, unless an instruction is given")
  func messages() throws {
    let rows = [
      #"{"problem":"a","ground_truth":1,"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}]}"#
    ]
    #expect(try converted(rows, val)[0].contains(#"{"role":"system","content":"s"}"#))
    var options = val
    options.instruction = "Go."
    #expect(
      try converted(rows, options)[0].hasSuffix(
        #""messages":[{"role":"user","content":"a\n\nGo."}]}"#))
  }

  @Test(
    "refuses rubrics whose LaTeX lost its backslashes",
    arguments: [
      #""<SUGGEST> \frac{1}{2}\n<ANSWER> 1""#, #"["<SUGGEST> a \frac{1}{2}","<ANSWER> 1"]"#,
      #"[{"type":"SUGGEST","text":"\frac{1}{2}"}]"#, #""<SUGGEST> 2 \times 3""#,
      #""<SUGGEST> \u0007lpha""#,
    ])
  func lostBackslash(rubric: String) {
    let row = #"{"id":"p","problem":"a","ground_truth":1,"rubric":\#(rubric)}"#
    let error = #expect(throws: SourceError.self) { _ = try converted([row], train) }
    #expect(error?.description.contains("line 1 of \"rubric\" of record \"p\"") == true)
    let escaped = row.replacing(#"\"#, with: #"\\"#).replacing(#"\\n"#, with: #"\n"#)
    #expect(throws: Never.self) { _ = try converted([escaped], train) }
  }

  @Test("changes nothing when it is run on its own output")
  func idempotent() throws {
    let rows = [
      #"{"problem":"1+1?","ground_truth":2,"rubric":"<SUGGEST> a\n<ANSWER> 2","solution":"s","more":[1,2]}"#
    ]
    let once = try converted(rows, train)
    #expect(try converted(once, train) == once)
  }

  @Test("wants what the mode wants")
  func missing() throws {
    func error(_ row: String, _ options: ProblemConverter.Options) -> SourceError? {
      #expect(throws: SourceError.self) { try converted([row], options) }
    }
    #expect(
      error(#"{"ground_truth":1,"id":"p"}"#, train)
        == .missing("problem", field: "problem", option: "--problem-field", record: "p", place))
    #expect(
      error(#"{"problem":"a","ground_truth":" "}"#, val)
        == .missing(
          "reference answer", field: "ground_truth", option: "--ground-truth-field", record: nil,
          place))
    #expect(
      error(#"{"problem":"a","ground_truth":1}"#, train)
        == .missing("rubric", field: "rubric", option: "--rubric-field", record: nil, place))
    #expect(try converted([#"{"problem":"a","ground_truth":1}"#], val).count == 1)
    let untagged = #"{"problem":"a","ground_truth":1,"rubric":"be nice"}"#
    for options in [train, val] {
      #expect(
        error(untagged, options)?.description
          == #"rows.jsonl:7: "rubric" of the record has no line that begins with <SUGGEST>, <PITFALL>, <BONUS> or <ANSWER>"#
      )
    }
  }

  @Test("refuses an identity that was there before")
  func duplicates() throws {
    let row = #"{"problem":"a","ground_truth":1,"id":"p"}"#
    #expect(throws: SourceError.duplicateID("p", place)) { try converted([row, row], val) }
  }

  @Test("counts what it meets")
  func counts() throws {
    var converter = ProblemConverter(val)
    for row in [
      #"{"problem":"a","ground_truth":1}"#,
      #"{"problem":"b","ground_truth":1,"rubric":"<ANSWER> 1\nand so on\n<HINT> x"}"#,
      #"{"problem":"c","ground_truth":1,"rubric":"<SUGGEST> s\n<ANSWER> 1"}"#,
    ] { _ = try converter.problem(from: sourceRow(row)) }
    #expect(converter.counts.problems == 3 && converter.counts.items == 3)
    #expect(converter.counts.withoutRubric == 1 && converter.counts.withoutSuggest == 1)
    #expect(converter.counts.unusedLines == 2)
  }
}

@Suite("The trainer's layout")
struct TrainerLayoutTests {
  private let fromTrainer = ProblemConverter.Options(mode: .train, layout: .fields(.trainer))

  /// A row as another program writes it, with fields of its own at every level.
  private let row =
    #"{"data_source":"s","prompt":[{"role":"user","content":"1+1? Think."}],"ability":"math","#
    + #""reward_model":{"ground_truth":"2","style":"rule","k":1},"#
    + #""extra_info":{"rubric":"<SUGGEST> a\n<ANSWER> 2","index":9,"split":"test"},"more":1.0}"#

  @Test("comes back the same, fields of others included, through our records")
  func roundTrip() throws {
    let records = try converted([row], fromTrainer)
    #expect(
      records == [
        #"{"id":"s-train-00001","source":"s","problem":"1+1? Think.","ground_truth":"2","#
          + #""rubric":[{"id":1,"type":"SUGGEST","text":"a"},{"id":2,"type":"ANSWER","text":"2"}],"#
          + #""messages":[{"role":"user","content":"1+1? Think."}],"ability":"math","#
          + #""reward_model":{"style":"rule","k":1},"extra_info":{"index":9,"split":"test"},"more":1.0}"#
      ])
    let options = ProblemConverter.Options(mode: .train, layout: .fields(.records))
    let trainer = try converted(records, options, to: .trainer)
    #expect(
      trainer == [
        #"{"data_source":"s","prompt":[{"role":"user","content":"1+1? Think."}],"#
          + #""reward_model":{"ground_truth":"2","style":"rule","k":1},"#
          + #""extra_info":{"id":"s-train-00001","problem":"1+1? Think.","#
          + #""rubric":"<SUGGEST> a\n<ANSWER> 2","index":9,"split":"test"},"ability":"math","more":1.0}"#
      ])
    // Fields of others stand behind ours, so that their order may differ; nothing else does.
    #expect(try parsed(converted(trainer, fromTrainer)[0]) == parsed(records[0]))
    #expect(try converted(trainer, fromTrainer, to: .trainer) == trainer)
  }

  private func parsed(_ json: String) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSDictionary)
  }

  @Test("has what verl wants where the row does not")
  func additions() throws {
    let options = ProblemConverter.Options(
      mode: .val, layout: .fields(.records), instruction: "", source: "set")
    #expect(
      try converted([#"{"problem":"a","ground_truth":1,"solution":"s"}"#], options, to: .trainer)
        == [
          #"{"data_source":"set","prompt":[{"role":"user","content":"a"}],"#
            + #""reward_model":{"style":"rule","ground_truth":"1"},"#
            + #""extra_info":{"id":"set-val-00001","index":0,"split":"val","problem":"a","solution":"s"}}"#
        ])
  }
}
