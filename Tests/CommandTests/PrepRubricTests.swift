import Foundation
import TestSupport
import Testing

@Suite("srar-prep stats and lint")
struct PrepRubricTests {
  private static let rubrics = """
    {"id":"a","rubric":"<SUGGEST> one two\\n<ANSWER> 3"}
    {"id":"b","rubric":"<SUGGEST> x\\n<HINT> y\\n- z\\n<SUGGEST> X."}
    {"id":"c"}

    """

  @Test("stats prints a table, or JSON")
  func stats() throws {
    let table = try ToolProcess.run("srar-prep", ["stats"], input: Data(Self.rubrics.utf8))
    #expect(table.status == 0)
    #expect(
      table.text == """
        per rubric       mean ± sd  range     none
        SUGGEST        1.50 ± 0.71    1–2    0.0 %
        PITFALL        0.00 ± 0.00    0–0  100.0 %
        BONUS          0.00 ± 0.00    0–0  100.0 %
        ANSWER         0.50 ± 0.71    0–1   50.0 %
        items          2.00 ± 0.00    2–2    0.0 %
        words an item  1.25 ± 0.50    1–2

        """)
    #expect(
      table.errorText == "srar-prep stats: 2 rubrics\nsrar-prep stats: 1 problem without a rubric\n"
    )
    let json = try ToolProcess.run(
      "srar-prep", ["stats", "--json", "-q"], input: Data(Self.rubrics.utf8))
    #expect(json.errorText.isEmpty)
    let object = try #require(
      try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
    #expect(object["rubrics"] as? Int == 2)
    let suggest = try #require(object["suggest"] as? [String: Double])
    #expect(
      suggest == ["mean": 1.5, "sd": 0.5.squareRoot(), "min": 1, "max": 2, "sum": 3, "none": 0])
  }

  @Test("lint prints a line per fault, and fails where asked to")
  func lint() throws {
    let found = try ToolProcess.run("srar-prep", ["lint"], input: Data(Self.rubrics.utf8))
    #expect(found.status == 0)
    #expect(
      found.text == """
        <stdin>:2: record "b": no ANSWER item
        <stdin>:2: record "b": line 2: the tag <HINT> is none of <SUGGEST>, <PITFALL>, <BONUS>, <ANSWER>
        <stdin>:2: record "b": line 3 begins with no tag, so that it is no item
        <stdin>:2: record "b": line 4 says the same as line 1
        <stdin>:3: record "c": the rubric has no item

        """)
    #expect(
      found.errorText
        == "srar-prep lint: 2 of 3 rubrics have faults: 1 empty, 1 no-answer, 1 unknown-tag, 1 no-tag, 1 duplicate\n"
    )
    let strict = try ToolProcess.run(
      "srar-prep", ["lint", "--strict", "--json", "--quiet"], input: Data(Self.rubrics.utf8))
    #expect(strict.status == 65)
    #expect(strict.errorText == "srar-prep: 2 rubrics have faults\n")
    #expect(
      strict.text.split(separator: "\n")[1]
        == #"{"file":"<stdin>","line":2,"id":"b","finding":"unknown-tag","rubric_line":2,"#
        + #""text":"line 2: the tag <HINT> is none of <SUGGEST>, <PITFALL>, <BONUS>, <ANSWER>"}"#)
    let sound = try ToolProcess.run(
      "srar-prep", ["lint", "--strict"],
      input: Data(#"{"rubric":"<SUGGEST> a\n<ANSWER> b"}"#.utf8))
    #expect(sound.status == 0 && sound.output.isEmpty)
  }

  @Test("a full device is status 74", arguments: ["stats", "lint"])
  func fullDevice(command: String) throws {
    let folder = try TemporaryFolder()
    let input = try folder.write(Self.rubrics, to: "in")
    let result = try ToolProcess.shell("srar-prep \(command) \(input) > /dev/full")
    #expect(result.status == 74)
    #expect(result.errorText.contains("<stdout>: cannot write: No space left on device"))
  }
}
