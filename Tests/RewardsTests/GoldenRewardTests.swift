import Answers
import Foundation
import Rewards
import Rubrics
import TestSupport
import Testing

@Suite("Golden vectors of rewards")
struct GoldenRewardTests {
  @Test("answers, format and rewards in both variants")
  func golden() throws {
    let cases = try Fixtures.golden("reward")
    #expect(cases.count == 85)
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require(item["expected"] as? [String: Any])
      let response = try #require(input["response"] as? String)
      let isPaper = item["variant"] as? String == "paper"
      var options: RewardOptions = isPaper ? .paper : .authors
      options.formatWeight = try #require(input["format_weight"] as? Double)
      // The golden paper cases compare answers as the authors' code does.
      options.checker = .normalized
      let reward = outcomeReward(
        response: response, groundTruth: try groundTruth(input, name), options: options)
      let box = Box.last(in: response)
      #expect(box?.content ?? "" == expected["boxed_answer"] as? String, "\(name)")
      #expect((box?.content != nil) == expected["boxed_complete"] as? Bool, "\(name)")
      #expect(reward.accuracy == expected["r_acc"] as? Double, "\(name)")
      #expect(reward.format == expected["r_fmt"] as? Double, "\(name)")
      let base = try #require(expected["r_base"] as? Double)
      #expect(abs(reward.base - base) < 1e-12, "\(name)")
      if let normalized = expected["pred_normalized"] as? String {
        #expect(normalizedAnswer(box?.content ?? "") == normalized, "\(name)")
        let truth = expected["gt_normalized"] as? String
        #expect(normalizedAnswer(try groundTruth(input, name)) == truth, "\(name)")
      }
      if let rubric = input["rubric"] as? String, expected["rubric_total"] != nil {
        try expectRubric(rubric, input, expected, reward, name)
      }
    }
  }

  private func expectRubric(
    _ rubric: String, _ input: [String: Any], _ expected: [String: Any], _ reward: OutcomeReward,
    _ name: String
  ) throws {
    let verdicts = try #require(input["judge_verdicts"] as? [[String: Any]]).map { verdict in
      Verdict(
        id: try #require(verdict["id"] as? Int),
        isSatisfied: try #require(verdict["satisfied"] as? Bool),
        step: try #require(verdict["step"] as? Int))
    }
    let score = rubricScore(
      rubric: rubricItems(ofText: rubric, numbering: .lines), verdicts: verdicts,
      budgets: .standard, repeated: .all)
    let total = try #require(expected["rubric_total"] as? Double)
    #expect(abs(score.total - total) < 1e-9, "\(name)")
    let rar = try #require(expected["rar_reward"] as? Double)
    #expect(abs(reward.base + score.total - rar) < 1e-9, "\(name)")
    for (step, value) in try #require(expected["step_deltas"] as? [String: Double]) {
      let found = score.steps.first { String($0.step) == step }
      #expect(abs((found?.delta ?? .nan) - value) < 1e-9, "\(name) step \(step)")
    }
  }

  /// The truth as text. Foundation reads 4.0 as 4, so the case that is about 4.0 is spelled out.
  private func groundTruth(_ input: [String: Any], _ name: String) throws -> String {
    if name == "gt-float/official" { return "4.0" }
    if let text = input["ground_truth"] as? String { return text }
    return String(try #require(input["ground_truth"] as? Int))
  }
}
