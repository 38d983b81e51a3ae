import Arithmetic
import JSONLines
package import ModelServers
import Records
package import Rubrics

/// A judge by exact arithmetic: deterministic, and without a network.
///
/// A rubric item is satisfied when every calculation that its text states is found in the response: the same operation up to
/// the order of terms and factors and the writing of numbers, with the same result; of a chain a = b = c one link is enough.
/// A right calculation may also be part of a longer right one: (60 − 15) · 2 = 90 states 60 − 15 = 45. SUGGEST and BONUS items
/// need not be written out: it states 45 · 2 = 90 too, and 52 − 36 = 16 behind 8 + 28 = 36 states 52 − 8 − 28 = 16. The item is tied to the step where its (last) calculation is
/// first found; outside of all steps that is step 0. An item that states no calculation gets no verdict.
///
/// An unsatisfied item still belongs to the step that is about it, since a step's score is normalised over all rollouts
/// that were judged on it (G_k); without that, a step that some rollouts got wrong would teach nothing. It is tied to
///
/// 1. the first step that states the same operation with another result, else
/// 2. the first step that states another operation on the same two or more numbers, else
/// 3. for a SUGGEST item, the first step that comes to the same result by another calculation, else
/// 4. for a SUGGEST item, the step whose number is the item's place among the SUGGEST items, where the response has one
///    (`Unattempted.order`); for a PITFALL or BONUS item, the step of the SUGGEST item with which it shares most numbers,
///    since there the mistake would have been made or the shortcut taken; else
/// 5. no step, −1.
///
/// In 2 and 3 the calculations that satisfy another SUGGEST or BONUS item are passed over, except for PITFALL items: the step
/// that does the right thing with the same numbers is the one that avoided the mistake.
package struct EquationJudge: Judge {
  /// What a SUGGEST item is tied to when no step attempts it.
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

  package func reply(
    to question: RubricQuestion, fingerprint: String,
    noteFault: @escaping @Sendable (CallFault) -> Void = { _ in }
  ) -> JudgeReply<Verdict> {
    let verdicts = verdicts(on: question)
    var json = JSONWriter()
    verdicts.write(to: &json)
    return JudgeReply(
      outcome: .entries(verdicts), text: String(decoding: json.bytes, as: UTF8.self), attempts: 1)
  }

  /// The verdicts, in the order of the rubric.
  package func verdicts(on request: RubricQuestion) -> [Verdict] {
    let items = request.items.map(RubricCalculations.init)
    guard items.contains(where: { !$0.chains.isEmpty }) else { return [] }
    let steps = StatedSteps(response: request.response, steps: request.steps)
    let found = items.map { places(of: $0, in: steps) }
    var attribution = Attribution(steps: steps, unattempted: unattempted)
    for (item, places) in zip(items, found) where item.item.type != .pitfall {
      attribution.claimed.formUnion(places ?? [])
    }
    var suggestions: [(item: RubricCalculations, step: Int)] = []
    for (item, places) in zip(items, found) where item.item.type == .suggest {
      let position = suggestions.count + 1
      let step =
        places.map(lastStep) ?? attribution.step(ofSuggestion: item, position: position)
      suggestions.append((item, step))
    }
    return zip(items, found).compactMap { item, places in
      guard !item.chains.isEmpty else { return nil }
      let step =
        places.map(lastStep) ?? suggestions.first { $0.item.item.id == item.item.id }?.step
        ?? attribution.step(of: item, beside: suggestions)
      return Verdict(id: item.item.id, isSatisfied: places != nil, step: step)
    }
  }

  /// Where the item's calculations are first stated; nil unless all of them are.
  private func places(
    of item: RubricCalculations, in steps: StatedSteps
  ) -> [StatedSteps.Place]? {
    guard !item.chains.isEmpty else { return nil }
    let reading: StatedCalculation.Reading = item.item.type == .pitfall ? .written : .evaluated
    var places: [StatedSteps.Place] = []
    for chain in item.chains {
      let place = steps.first(includingOutside: true) { calculation, _ in
        chain.calculations.contains { calculation.states($0, reading) }
      }
      guard let place else { return nil }
      places.append(place)
    }
    return places
  }

  private func lastStep(_ places: [StatedSteps.Place]) -> Int {
    places.reduce(0) { max($0, $1.step) }
  }
}

/// Which step an unsatisfied item is about: the rule that `EquationJudge` states.
private struct Attribution {
  let steps: StatedSteps
  let unattempted: EquationJudge.Unattempted
  /// The calculations that satisfy a SUGGEST or BONUS item.
  var claimed: Set<StatedSteps.Place> = []

  func step(ofSuggestion item: RubricCalculations, position: Int) -> Int {
    if let step = attempt(at: item, mayBeClaimed: false) { return step }
    let results = item.calculations.compactMap(\.result)
    let sameResult = steps.first { calculation, place in
      !claimed.contains(place) && calculation.result.map(results.contains) ?? false
    }
    if let sameResult { return sameResult.step }
    return unattempted == .order && position <= steps.count ? position : -1
  }

  func step(
    of item: RubricCalculations, beside suggestions: [(item: RubricCalculations, step: Int)]
  ) -> Int {
    if let step = attempt(at: item, mayBeClaimed: item.item.type == .pitfall) { return step }
    var best = (count: 0, step: -1)
    for (other, step) in suggestions {
      let count = sharedCount(item.operands, other.operands)
      if count > best.count { best = (count, step) }
    }
    return best.step
  }

  /// The first step that states the same operation with another result, else another operation on the same numbers.
  private func attempt(at item: RubricCalculations, mayBeClaimed: Bool) -> Int? {
    let wanted = item.calculations
    if let place = steps.first(where: { calculation, _ in
      wanted.contains { $0.form == calculation.form }
    }) {
      return place.step
    }
    let place = steps.first { calculation, place in
      (mayBeClaimed || !claimed.contains(place))
        && wanted.contains { $0.operands.count > 1 && $0.operands == calculation.operands }
    }
    return place?.step
  }

  /// How many numbers two lists have in common, counting repeated ones as often as both have them.
  private func sharedCount(_ one: [Rational], _ other: [Rational]) -> Int {
    var rest = other
    return one.count { number in
      guard let index = rest.firstIndex(of: number) else { return false }
      rest.remove(at: index)
      return true
    }
  }
}
