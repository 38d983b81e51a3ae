import Arithmetic
package import JSONLines
package import Records
package import Steps

/// Whether each step of a response is right: the object under `step_check`.
package struct StepCheck: RecordObject, Equatable, Sendable {
  package static let key = "step_check"
  package static let tool = "srar-judge steps"

  /// The check of one step.
  package struct StepVerdict: Equatable, Sendable {
    /// Order of appearance, from 1.
    package let number: Int
    package let isCorrect: Bool
    /// How many equations the step states, where arithmetic checked it; a step that states none is then taken as right.
    package let equationCount: Int?

    package init(number: Int, isCorrect: Bool, equationCount: Int? = nil) {
      self.number = number
      self.isCorrect = isCorrect
      self.equationCount = equationCount
    }
  }

  /// Who checked.
  package let judge: String
  /// Every step of the response, in order; none where the check failed.
  package let steps: [StepVerdict]
  /// Why the check failed, which says nothing about the steps; nil where it did not.
  package let error: String?
  package let panel: PanelRecord?

  package init(
    judge: String, steps: [StepVerdict], error: String? = nil, panel: PanelRecord? = nil
  ) {
    self.judge = judge
    self.steps = steps
    self.error = error
    self.panel = panel
  }

  package init(_ fields: Fields) throws {
    judge = try fields.string("judge")
    steps = try fields.objects("steps").map(StepVerdict.init)
    error = try fields.stringIfPresent("error")
    panel = try PanelRecord(fields)
  }

  package func write(to json: inout JSONWriter) {
    json.object { check in
      check.member("judge", judge)
      check.member("steps", steps)
      panel?.writeMembers(to: &check)
      check.member(ifPresent: "error", error)
    }
  }

  /// The check by exact arithmetic: a step is right when none of the equations that it states is wrong.
  ///
  /// It sees arithmetic only: a step that adds where it should have subtracted, and adds correctly, passes. With a problem's
  /// rubric, `calling(wrong:)` closes that gap: a step that states a calculation that the rubric calls a mistake is wrong.
  package static func byArithmetic(response: String, steps: [ResponseStep]) -> StepCheck {
    let bytes = Array(response.utf8)
    let verdicts = steps.map { step in
      let equations = bytes[step.bytes.clamped(to: 0..<bytes.count)].withUnsafeBytes {
        statedEquations(in: $0)
      }
      return StepVerdict(
        number: step.number, isCorrect: !equations.contains { $0.validity == .wrong },
        equationCount: equations.count)
    }
    return StepCheck(judge: "equations", steps: verdicts)
  }

  /// The same check, in which some steps are wrong for other reasons, too.
  ///
  /// - Parameter numbers: such as those of the steps where the judge saw a PITFALL.
  package func calling(wrong numbers: Set<Int>) -> StepCheck {
    let steps = steps.map { step in
      StepVerdict(
        number: step.number, isCorrect: step.isCorrect && !numbers.contains(step.number),
        equationCount: step.equationCount)
    }
    return StepCheck(judge: judge, steps: steps, error: error, panel: panel)
  }
}

extension StepCheck.StepVerdict {
  package init(_ fields: Fields) throws {
    self.init(
      number: try fields.integer("number"), isCorrect: try fields.boolean("correct"),
      equationCount: try fields.integerIfPresent("equations"))
  }

  package func write(to json: inout JSONWriter) {
    json.object { step in
      step.member("number", number)
      step.member("correct", isCorrect)
      step.member(ifPresent: "equations", equationCount)
    }
  }
}
