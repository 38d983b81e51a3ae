// GSM8K's records (Cobbe et al., 2021): a question, and an answer that is a worked solution line by line, with calculator
// annotations `<<48/2=24>>` and a last line `#### 72`.

import JSONLines
import Records
import Rubrics

/// The worked solution of a GSM8K record, taken apart.
struct GSM8KAnswer: Equatable {
  /// The lines that are not blank, without annotations, each a step.
  let steps: [String]
  /// What the annotations state, in their order.
  let equations: [(left: String, right: String)]
  /// The text behind `####`, thousands separators taken out.
  let answer: String

  /// - Throws: `.noFinalAnswer` or `.noEquation`; record and place are for them.
  init(_ text: String, of record: Record) throws(SourceError) {
    guard let mark = text.ranges(of: "####").last else {
      throw .noFinalAnswer(record: record.id, record.position)
    }
    answer = text[mark.upperBound...].filter { $0 != "," }.trimmed
    guard !answer.isEmpty else { throw .noFinalAnswer(record: record.id, record.position) }
    var steps: [String] = []
    var equations: [(String, String)] = []
    for line in text[..<mark.lowerBound].split(whereSeparator: \.isNewline) {
      var step = ""
      var rest = line[...]
      while let start = rest.firstRange(of: "<<"),
        let end = rest[start.upperBound...].firstRange(of: ">>")
      {
        let annotation = rest[start.upperBound..<end.lowerBound]
        guard let sign = annotation.firstIndex(of: "=") else {
          throw .noEquation(String(annotation), record: record.id, record.position)
        }
        equations.append(
          (String(annotation[..<sign]).trimmed, String(annotation[sign...].dropFirst()).trimmed))
        step += rest[..<start.lowerBound]
        rest = rest[end.upperBound...]
      }
      step = (step + rest).trimmed
      if !step.isEmpty { steps.append(step) }
    }
    self.steps = steps
    self.equations = equations
  }

  static func == (one: GSM8KAnswer, other: GSM8KAnswer) -> Bool {
    one.steps == other.steps && one.answer == other.answer
      && one.equations.elementsEqual(other.equations, by: ==)
  }

  /// A SUGGEST item per annotation, then the ANSWER item.
  var rubric: [RubricItem] {
    var items = equations.enumerated().map { index, equation in
      RubricItem(id: index + 1, type: .suggest, text: suggestion(equation.left, equation.right))
    }
    items.append(
      RubricItem(
        id: items.count + 1, type: .answer, text: "States \(answer) as the final answer."))
    return items
  }

  /// The solution in step format.
  var solution: String {
    let numbered = steps.enumerated().map { "### Step \($0 + 1):\n\($1)\n" }.joined()
    return numbered + "\\boxed{\(answer)}"
  }

  /// "6=6" names a number and calculates nothing.
  private func suggestion(_ left: String, _ right: String) -> String {
    let digits = left.drop { $0 == "+" || $0 == "-" }
    let isNumber = digits.allSatisfy { $0.isNumber || $0 == "." || $0 == "," }
    return isNumber ? "Finds the value \(right)." : "Computes \(left) = \(right)."
  }
}

/// A GSM8K record as a problem.
func gsm8kProblem(in record: Record) throws -> SourceProblem {
  let fields = record.fields
  let answer = try GSM8KAnswer(try fields.string("answer"), of: record)
  let items = answer.rubric
  let lines = items.map { RubricLine(number: $0.id, tag: $0.type.rawValue, text: $0.text) }
  let damaged = try ["question", "answer"].filter { field in
    hasLostBackslash(try fields.string(field), hasTabs: true)
  }
  return SourceProblem(
    id: record.id, source: nil, problem: try fields.string("question"),
    groundTruth: answer.answer, rubric: SourceRubric(lines: lines, items: items),
    solution: answer.solution, damagedFields: damaged)
}
