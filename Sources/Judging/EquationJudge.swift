import Arithmetic
package import Rubrics
import Steps

/// A judge by exact arithmetic: deterministic, and without a network.
///
/// A rubric item is satisfied when every calculation that its text states is found in the response's steps: the same
/// operation up to the order of terms and factors, with the same result. It is tied to the step where the (last)
/// calculation is first found. An item that states no calculation gets no verdict.
///
/// An unsatisfied item still belongs to the step that is about it, since a step's score is normalised over all rollouts
/// that were judged on it (G_k); without that, a step that some rollouts got wrong would teach nothing. It is tied to
///
/// 1. the first step that states the same operation with another result, else
/// 2. the first step that states the same result by another calculation, else
/// 3. for a SUGGEST item, the step whose number is the item's place among the SUGGEST items, where the response has one
///    (`Unattempted.order`); a PITFALL or BONUS item follows the SUGGEST item that shares the most numbers with it, since that
///    is the step where the mistake would have been made or the shortcut taken; else
/// 4. no step, −1.
package struct EquationJudge: Judge {
  /// What an item is tied to when no step attempts it.
  package enum Unattempted: String, CaseIterable, Sendable {
    /// The step at its place in the order of the rubric.
    case order
    /// No step.
    case none
  }

  package let unattempted: Unattempted

  package init(unattempted: Unattempted) { self.unattempted = unattempted }

  package var name: String {
    unattempted == .order ? "equations" : "equations, unattempted \(unattempted.rawValue)"
  }

  package func judge(_ request: JudgeRequest) -> JudgeOutcome {
    .verdicts(verdicts(on: request))
  }

  /// The verdicts, in the order of the rubric.
  package func verdicts(on request: JudgeRequest) -> [Verdict] {
    let steps = StatedSteps(request)
    let stated = request.items.map { item in
      (item: item, equations: statedEquations(in: item.text).map(StatedCalculation.init))
    }
    let suggested = suggestVerdicts(stated.filter { $0.item.type == .suggest }, in: steps)
    return stated.compactMap { item, equations in
      guard !equations.isEmpty else { return nil }
      if let verdict = suggested.first(where: { $0.verdict.id == item.id }) {
        return verdict.verdict
      }
      if let step = steps.step(stating: equations) {
        return Verdict(id: item.id, isSatisfied: true, step: step)
      }
      let step =
        steps.step(attempting: equations, sharingResults: false)
        ?? related(equations, suggested) ?? -1
      return Verdict(id: item.id, isSatisfied: false, step: step)
    }
  }

  private typealias Suggested = (verdict: Verdict, equations: [StatedCalculation])

  private func suggestVerdicts(
    _ items: [(item: RubricItem, equations: [StatedCalculation])], in steps: StatedSteps
  ) -> [Suggested] {
    var result: [Suggested] = []
    for (index, (item, equations)) in items.enumerated() where !equations.isEmpty {
      let found = steps.step(stating: equations)
      let step =
        found ?? steps.step(attempting: equations, sharingResults: true)
        ?? (unattempted == .order && index < steps.count ? index + 1 : -1)
      result.append((Verdict(id: item.id, isSatisfied: found != nil, step: step), equations))
    }
    return result
  }

  /// The step of the SUGGEST item that shares the most numbers with these calculations, the first of equals.
  private func related(_ equations: [StatedCalculation], _ suggested: [Suggested]) -> Int? {
    guard unattempted == .order else { return nil }
    let numbers = Set(equations.flatMap(\.operands))
    var best: (count: Int, step: Int)?
    for (verdict, others) in suggested {
      let count = numbers.intersection(others.flatMap(\.operands)).count
      if count > best?.count ?? 0 { best = (count, verdict.step) }
    }
    return best?.step
  }
}

/// A calculation in the form in which two are compared.
struct StatedCalculation {
  /// The calculating side, in canonical form.
  let form: String
  /// What the other side says that it gives; nil where that cannot be decided.
  let result: Rational?
  /// The canonical forms of the calculations inside it.
  let innerForms: Set<String>
  /// The numbers that it calculates with.
  let operands: [Rational]
  let holds: Bool

  init(_ equation: Equation) {
    let (expression, result) = equation.calculation
    form = expression.canonicalForm
    self.result = result
    innerForms = Set(expression.calculations.dropFirst().map(\.canonicalForm))
    operands = expression.literals.map(\.value)
    holds = equation.holds
  }

  /// Whether it states the other calculation: the same operation and result, or a longer calculation that is right and
  /// contains the operation.
  func states(_ other: StatedCalculation) -> Bool {
    if form == other.form { return result != nil && result == other.result }
    return holds && other.holds && innerForms.contains(other.form)
  }
}

/// What each step of a response states.
private struct StatedSteps {
  private let calculations: [[StatedCalculation]]

  init(_ request: JudgeRequest) {
    let bytes = Array(request.response.utf8)
    calculations = request.steps.map { step in
      bytes[step.bytes.clamped(to: 0..<bytes.count)].withUnsafeBytes { slice in
        statedEquations(in: slice).map(StatedCalculation.init)
      }
    }
  }

  var count: Int { calculations.count }

  /// The number of the step where the last of the calculations is first stated, if all of them are.
  func step(stating wanted: [StatedCalculation]) -> Int? {
    var last = 0
    for calculation in wanted {
      guard let step = firstStep(where: { $0.states(calculation) }) else { return nil }
      last = max(last, step)
    }
    return last
  }

  /// The number of the first step that attempts one of the calculations: the same operation, or else the same result.
  func step(attempting wanted: [StatedCalculation], sharingResults: Bool) -> Int? {
    let forms = Set(wanted.map(\.form))
    if let step = firstStep(where: { forms.contains($0.form) }) { return step }
    guard sharingResults else { return nil }
    let results = Set(wanted.compactMap(\.result))
    return firstStep { $0.result.map(results.contains) ?? false }
  }

  private func firstStep(where matches: (StatedCalculation) -> Bool) -> Int? {
    calculations.firstIndex { $0.contains(where: matches) }.map { $0 + 1 }
  }
}
