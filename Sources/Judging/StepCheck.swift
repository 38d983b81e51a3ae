import Arithmetic
package import JSONLines
package import Records
package import Steps
import Thoughts

/// The check of one step.
package struct StepVerdict: Equatable, Sendable {
  /// Order of appearance, from 1.
  package let number: Int
  package let isCorrect: Bool
  /// How many equations of the step arithmetic could decide, where arithmetic checked it; a step without one is then taken as right.
  package let equationCount: Int?

  package init(number: Int, isCorrect: Bool, equationCount: Int? = nil) {
    self.number = number
    self.isCorrect = isCorrect
    self.equationCount = equationCount
  }

  /// Whether something in the step was checked: a step without an equation is called right because nothing contradicts it.
  package var isChecked: Bool { !isCorrect || equationCount != 0 }
}

/// Whether each step of a response is right: the object under `step_check`.
package typealias StepCheck = RecordCheck<StepVerdict>

extension StepVerdict: CheckedEntry {
  package static let checkKey = "step_check"
  package static let checkTool = "srar-judge steps"
  package static let listKey = "steps"
}

extension StepCheck {
  /// Every step of the response, in order.
  package var steps: [StepVerdict] { entries }

  /// The check by exact arithmetic: a step is right when none of the equations that it states is wrong.
  ///
  /// It sees arithmetic only: a step that adds where it should have subtracted, and adds correctly, passes. With a problem's
  /// rubric, `calling(wrong:)` closes that gap: a step that states a calculation that the rubric calls a mistake is wrong.
  package static func byArithmetic(response: String, steps: [ResponseStep]) -> StepCheck {
    let bytes = blankingThoughts(Array(response.utf8))
    let verdicts = steps.map { step in
      let equations = bytes[step.bytes.clamped(to: 0..<bytes.count)].withUnsafeBytes {
        statedEquations(in: $0)
      }
      return StepVerdict(
        number: step.number, isCorrect: !equations.contains { $0.validity == .wrong },
        equationCount: equations.count { $0.validity != .undecided })
    }
    return StepCheck(judge: "equations", verdicts)
  }

  /// Records of other tools may hold a check and no steps; then only the first number is known.
  ///
  /// - Throws: where the check is of a step that the response lacks, as if steps counted from 0.
  package func checkNumbers(stepCount: Int, of record: Record) throws(RecordError) {
    let last = stepCount == 0 ? Int.max : stepCount
    for (index, step) in steps.enumerated() where !(1...last).contains(step.number) {
      throw .invalidValue(
        "step_check.steps[\(index)].number",
        reason: "is \(step.number), but "
          + (stepCount == 0
            ? "steps count from 1" : "the response has the steps 1 to \(stepCount)"),
        record: record.id, record.position)
    }
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
    return StepCheck(judge: judge, steps, error: error, panel: panel)
  }
}

extension StepVerdict {
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
