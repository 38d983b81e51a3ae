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
    /// How many equations the step states; a step that states none is taken as right.
    package let equationCount: Int

    package init(number: Int, isCorrect: Bool, equationCount: Int) {
      self.number = number
      self.isCorrect = isCorrect
      self.equationCount = equationCount
    }
  }

  /// Who checked.
  package let judge: String
  package let steps: [StepVerdict]

  package init(judge: String, steps: [StepVerdict]) {
    self.judge = judge
    self.steps = steps
  }

  package init(_ fields: Fields) throws {
    judge = try fields.string("judge")
    steps = try fields.objects("steps").map { step in
      StepVerdict(
        number: try step.integer("number"), isCorrect: try step.boolean("correct"),
        equationCount: try step.integerIfPresent("equations") ?? 0)
    }
  }

  package func write(to json: inout JSONWriter) {
    json.object { check in
      check.member("judge", judge)
      check.member("steps") { list in
        list.array { array in
          for step in steps {
            array.object { object in
              object.member("number", step.number)
              object.member("correct", step.isCorrect)
              object.member("equations", step.equationCount)
            }
          }
        }
      }
    }
  }

  /// The check by exact arithmetic: a step is right when none of the equations that it states is wrong.
  ///
  /// It sees arithmetic only: a step that adds where it should have subtracted, and adds correctly, passes. With a problem's
  /// rubric, `pitfalls` closes that gap: a step that states a calculation that the rubric calls a mistake is wrong.
  ///
  /// - Parameter pitfalls: the numbers of steps where the judge saw a PITFALL.
  package static func byArithmetic(
    response: String, steps: [ResponseStep], pitfalls: Set<Int> = []
  ) -> StepCheck {
    let bytes = Array(response.utf8)
    let verdicts = steps.map { step in
      let equations = bytes[step.bytes.clamped(to: 0..<bytes.count)].withUnsafeBytes {
        statedEquations(in: $0)
      }
      let isWrong = equations.contains { $0.validity == .wrong } || pitfalls.contains(step.number)
      return StepVerdict(
        number: step.number, isCorrect: !isWrong, equationCount: equations.count)
    }
    return StepCheck(judge: "equations", steps: verdicts)
  }
}
