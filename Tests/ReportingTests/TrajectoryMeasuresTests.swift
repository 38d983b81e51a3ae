import Foundation
import Reporting
import TestSupport
import Testing

@Suite("Measures of trajectories")
struct TrajectoryMeasuresTests {
  @Test("agree with the golden vectors, the paper's figures among them")
  func golden() throws {
    let cases = try Fixtures.golden("looping").filter {
      ($0["input"] as? [String: Any])?["kind"] as? String == "metrics"
    }
    #expect(cases.count == 6)
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require(item["expected"] as? [String: Any])
      var measures = TrajectoryMeasures()
      for trajectory in try #require(input["trajectories"] as? [[String: Any]]) {
        measures.add(
          isAnswerCorrect: try #require(trajectory["answer_correct"] as? Bool),
          steps: try #require(trajectory["steps"] as? [Int]).map { $0 == 1 })
      }
      let kinds = [
        "A1S1": measures.faithful, "A1S0": measures.luckyAnswer,
        "A0S1": measures.wrongAnswerOnly, "A0S0": measures.wrong,
      ]
      let counts = try #require(expected["counts"] as? [String: Int])
      let steps = try #require(expected["steps"] as? [String: Int])
      let correct = try #require(expected["correct_steps"] as? [String: Int])
      for (key, kind) in kinds {
        #expect(kind.trajectories == counts[key], "\(name) \(key)")
        #expect(kind.steps == steps[key], "\(name) \(key)")
        #expect(kind.correctSteps == correct[key], "\(name) \(key)")
      }
      #expect(measures.unchecked == counts["uncategorised"], "\(name)")
      #expect(measures.total == expected["total"] as? Int, "\(name)")
      for (key, value) in [
        ("answer_accuracy", measures.answerAccuracy), ("step_accuracy", measures.stepAccuracy),
        ("frr", measures.faithfulReasoningRate), ("mtr", measures.misalignedTrajectoryRate),
        ("wrong_step_share_in_correct", measures.wrongStepShareInCorrect),
        ("correct_step_share_in_incorrect", measures.correctStepShareInIncorrect),
      ] {
        let wanted = expected[key] as? Double
        #expect((value == nil) == (wanted == nil), "\(name) \(key)")
        #expect(abs((value ?? 0) - (wanted ?? 0)) < 1e-9, "\(name) \(key)")
      }
    }
  }
}
