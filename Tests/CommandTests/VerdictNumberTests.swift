import Foundation
import TestSupport
import Testing

@Suite("Judges whose numbers are not those of items and steps")
struct VerdictNumberTests {
  /// A judged rollout of three steps with the items 1 to 3, of which the last is an ANSWER.
  private func line(_ index: Int, verdicts: [(id: Int, step: Int)]) -> String {
    let list = verdicts.map { #"{"id":\#($0.id),"satisfied":true,"step":\#($0.step)}"# }
    return
      #"{"id":"p1","problem":"x","ground_truth":"3","rubric":[{"id":1,"type":"SUGGEST","text":"a"},{"id":2,"type":"SUGGEST","text":"b"},{"id":3,"type":"ANSWER","text":"3"}],"#
      + #""rollout":{"index":\#(index),"response":"abc","steps":[{"number":1,"label":"1","bytes":[0,1]},{"number":2,"label":"2","bytes":[1,2]},{"number":3,"label":"3","bytes":[2,3]}]},"#
      + #""judge":{"status":"ok","verdicts":[\#(list.joined(separator: ","))]}}"# + "\n"
  }

  private func reward(_ lines: String...) throws -> (ToolProcess.Result, metrics: String) {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.run(
      "srar-reward", ["--plain", "--metrics", folder.path("metrics")],
      input: Data(lines.joined().utf8))
    return (result, (try? String(contentsOfFile: folder.path("metrics"), encoding: .utf8)) ?? "")
  }

  @Test("steps that count from 0 are told of where no verdict names a last step")
  func stepsFromZero() throws {
    let (result, metrics) = try reward(
      line(0, verdicts: [(1, 0), (2, 1)]), line(1, verdicts: [(1, 2), (2, 0)]))
    #expect(result.status == 0)
    #expect(
      result.errorText.contains(
        "2 of 4 verdicts name step 0, the whole solution, and none the last step of its response: does the judge count steps from 0"
      ), "\(result.errorText)")
    #expect(metrics.contains(#""verdicts_on_step_zero":2"#))
  }

  @Test("step 0 beside last steps is the whole solution, and only counted")
  func wholeSolution() throws {
    let (result, metrics) = try reward(line(0, verdicts: [(1, 0), (2, 3)]))
    #expect(result.status == 0 && !result.errorText.contains("step 0"), "\(result.errorText)")
    #expect(metrics.contains(#""verdicts_on_step_zero":1"#))
  }

  @Test("steps in front of -1 are bad data, in verdicts and in rewards")
  func negativeSteps() throws {
    let (result, _) = try reward(line(0, verdicts: [(1, -1), (2, -2)]))
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"<stdin>:1: "judge.verdicts[1].step" of record "p1" is -2: steps count from 1, 0 is the whole solution, and -1 no step at all"#
      ), "\(result.errorText)")
    let rewarded = RecordStreams.rewarded.replacing(
      #""steps":[{"step":1,"delta""#, with: #""steps":[{"step":-2,"delta""#)
    let advantage = try ToolProcess.run("srar-advantage", ["--plain"], input: Data(rewarded.utf8))
    #expect(advantage.status == 65)
    #expect(
      advantage.errorText.contains(#""reward.steps[0].step" of record "p1" is -2"#),
      "\(advantage.errorText)")
  }

  @Test("verdicts on ANSWER items, as of a judge whose numbers are one too high, are told of")
  func answerItems() throws {
    let (result, metrics) = try reward(line(0, verdicts: [(2, 1), (3, 2)]))
    #expect(result.status == 0)
    #expect(
      result.errorText.contains(
        "1 of 2 verdicts names an ANSWER item, about which no judge is asked: are the judge's numbers those of the items?"
      ), "\(result.errorText)")
    #expect(metrics.contains(#""verdicts_on_answer_items":1"#))
  }

  @Test("an empty reference answer is bad data", arguments: ["", " ", #"\t\n"#])
  func emptyAnswer(answer: String) throws {
    let (result, _) = try reward(
      line(0, verdicts: [(1, 1)]).replacing(
        #""ground_truth":"3""#, with: #""ground_truth":"\#(answer)""#))
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(#"<stdin>:1: "ground_truth" of record "p1" is empty"#),
      "\(result.errorText)")
  }
}
