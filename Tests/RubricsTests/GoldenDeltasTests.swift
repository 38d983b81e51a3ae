import Foundation
import Rubrics
import TestSupport
import Testing

@Suite("Golden vectors of deltas")
struct GoldenDeltasTests {
  @Test("the paper's reading: items, step scores, sums and bounds")
  func paper() throws {
    let cases = try goldenCases("paper")
    #expect(cases.count == 27)
    for item in cases {
      let rubric = rubricItems(ofText: item.rubricText)
      try item.expectItems(rubric)
      let verdicts = try #require(item.input["judge_verdicts"] as? [[String: Any]])
        .map { verdict in
          Verdict(
            id: try #require(verdict["id"] as? Int),
            isSatisfied: try #require(verdict["satisfied"] as? Bool),
            step: try #require(verdict["step"] as? Int))
        }
      // The vectors take the first of contradictory verdicts, where we take none: see `RubricScoreTests`.
      var judged: Set<Int> = []
      let firstOnes = verdicts.filter { judged.insert($0.id).inserted }
      let score = rubricScore(
        rubric: rubric, verdicts: firstOnes, budgets: item.budgets, repeated: .equal)
      // The paper's G_k has the steps 1 … K; the score keeps every step that a verdict names.
      let stepCount = try #require(item.input["num_steps"] as? Int)
      let steps = score.steps.filter { (1...stepCount).contains($0.step) }
      #expect(steps.map(\.step) == item.expected["attributed_steps"] as? [Int], "\(item.name)")
      try item.expectSteps(steps.map { (String($0.step), $0.delta) })
      try item.expectSums(score.suggest, score.pitfall, score.bonus, score.total)
      let bounds = try #require(item.expected["bounds"] as? [Double])
      let range = item.budgets.bounds(for: rubric)
      #expect(range.lowerBound == bounds[0] && range.upperBound == bounds[1], "\(item.name)")
      #expect(range.lowerBound - 1e-9 <= score.total && score.total <= range.upperBound + 1e-9)
      #expect(item.expected["within_bounds"] as? Bool == true)
    }
  }

  @Test("the authors' reading: raw replies, loose types, repeats, odd steps")
  func authors() throws {
    let cases = try goldenCases("official")
    #expect(cases.count == 55)
    for item in cases {
      let rubric = rubricItems(ofText: item.rubricText, numbering: .lines)
      try item.expectItems(rubric)
      let verdicts = try item.looseVerdicts(rubric)
      if let expected = item.rawCase["expected"]?["verdicts"] {
        #expect(.list(verdicts) == expected, "\(item.name)")
      }
      guard item.expected["error"] == nil else {
        #expect(item.expected["error"] as? String == "TypeError")
        #expect(throws: AuthorsVerdictError.self, "\(item.name)") {
          try authorsScore(rubric: rubric, verdicts: verdicts, budgets: item.budgets)
        }
        continue
      }
      let score = try authorsScore(rubric: rubric, verdicts: verdicts, budgets: item.budgets)
      try item.expectSteps(score.steps.map { ($0.key, $0.delta) })
      try item.expectSums(score.suggest, score.pitfall, score.bonus, score.total)
    }
  }
}

/// One case of `deltas.jsonl`. Foundation cannot tell 1 from 1.0 and true, so that the loose values are read by
/// the reader under test from the line itself.
private struct GoldenCase {
  let name: String
  let input: [String: Any]
  let expected: [String: Any]
  let rawCase: LooseValue
  let rubricText: String
  let budgets: RubricBudgets

  init(_ object: [String: Any], line: Substring) throws {
    name = try #require(object["name"] as? String)
    input = try #require(object["input"] as? [String: Any])
    expected = try #require(object["expected"] as? [String: Any])
    rawCase = try #require(LooseValue(json: Array(line.utf8)), "\(name)")
    rubricText = try #require(input["rubric_text"] as? String)
    let budget = try #require(input["budgets"] as? [String: Double])
    budgets = RubricBudgets(
      suggest: try #require(budget["suggest"]), pitfall: try #require(budget["pitfall"]),
      bonus: try #require(budget["bonus"]))
  }

  func looseVerdicts(_ rubric: [RubricItem]) throws -> [LooseValue] {
    let input = try #require(rawCase["input"])
    if case .list(let verdicts)? = input["judge_verdicts"] { return verdicts }
    if case .text(let reply)? = input["judge_raw"] {
      return authorsVerdicts(reply: reply, rubric: rubric)
    }
    return authorsVerdicts(reply: nil, rubric: rubric)
  }

  func expectItems(_ rubric: [RubricItem]) throws {
    let items = try (expected["items"] as? [[String: Any]])?.map { item in
      RubricItem(
        id: try #require(item["id"] as? Int),
        type: try #require((item["type"] as? String).flatMap(RubricItemType.init(rawValue:))),
        text: try #require(item["text"] as? String))
    }
    // A case that ends in an error lists no items.
    if let items { #expect(rubric == items, "\(name)") }
    #expect(items != nil || expected["error"] != nil, "\(name)")
  }

  func expectSteps(_ steps: [(String, Double)]) throws {
    let wanted = try #require(expected["step_deltas"] as? [String: Double], "\(name)")
    #expect(steps.map(\.0).sorted() == wanted.keys.sorted(), "\(name)")
    for (step, delta) in steps { #expect(isClose(delta, wanted[step]), "\(name) step \(step)") }
  }

  func expectSums(_ suggest: Double, _ pitfall: Double, _ bonus: Double, _ total: Double) throws {
    let wanted = try #require(expected["type_scores"] as? [String: Double], "\(name)")
    #expect(isClose(suggest, wanted["suggest_score"]), "\(name)")
    #expect(isClose(pitfall, wanted["pitfall_score"]), "\(name)")
    #expect(isClose(bonus, wanted["bonus_score"]), "\(name)")
    #expect(isClose(total, expected["rubric_total"] as? Double), "\(name)")
  }

  private func isClose(_ value: Double, _ wanted: Double?) -> Bool {
    guard let wanted else { return false }
    return abs(value - wanted) <= 1e-9 * max(1, abs(wanted))
  }
}

private func goldenCases(_ variant: String) throws -> [GoldenCase] {
  let text = try String(contentsOf: Fixtures.url("golden/deltas.jsonl"), encoding: .utf8)
  return try zip(Fixtures.golden("deltas"), text.split(separator: "\n"))
    .filter { $0.0["variant"] as? String == variant }
    .map { try GoldenCase($0.0, line: $0.1) }
}
