import Judging
import Rubrics
import Steps

/// A request in brief: items as (type, text), and the response's steps.
func request(
  _ items: [(RubricItemType, String)], steps texts: [String], before: String = "",
  problem: String = "How many?"
) -> RubricQuestion {
  var response = before
  var steps: [ResponseStep] = []
  for (index, text) in texts.enumerated() {
    let start = response.utf8.count
    response += "### Step \(index + 1): \(text)\n"
    steps.append(
      ResponseStep(
        number: index + 1, label: String(index + 1), bytes: start..<response.utf8.count))
  }
  let rubric = items.enumerated().map { RubricItem(id: $0 + 1, type: $1.0, text: $1.1) }
  return RubricQuestion(problem: problem, rubric: rubric, response: response, steps: steps)
}

extension EquationJudge {
  /// The verdicts in brief: "1+2" is item 1 satisfied at step 2, "3-(-1)" is item 3 unsatisfied at no step.
  func brief(_ request: RubricQuestion) -> [String] {
    verdicts(on: request).map { verdict in
      let step = verdict.step < 0 ? "(\(verdict.step))" : String(verdict.step)
      return "\(verdict.id)\(verdict.isSatisfied ? "+" : "-")\(step)"
    }
  }
}
