// A problem's rubric and what a judge says of it: the values that every stage of the method speaks in.

/// What a rubric item is about, and with it which budget its step reward comes from.
package enum RubricItemType: String, CaseIterable, Sendable, Equatable {
  /// A key step of a standard solution.
  case suggest = "SUGGEST"
  /// A mistake; *satisfied* means that the solution made it.
  case pitfall = "PITFALL"
  /// A clever or optional move.
  case bonus = "BONUS"
  /// States the final answer; never enters the step reward, since the outcome reward covers it.
  case answer = "ANSWER"
}

/// One line of a rubric.
package struct RubricItem: Sendable, Equatable {
  /// The item's number in its rubric, from 1.
  package let id: Int
  package let type: RubricItemType
  package let text: String

  package init(id: Int, type: RubricItemType, text: String) {
    self.id = id
    self.type = type
    self.text = text
  }
}

/// A judge's word on one rubric item in one response.
package struct Verdict: Sendable, Equatable {
  /// The item's `RubricItem.id`.
  package let id: Int
  package let isSatisfied: Bool
  /// The step that the item is about, by order of appearance from 1; 0 is the whole solution, −1 no step.
  package let step: Int

  package init(id: Int, isSatisfied: Bool, step: Int) {
    self.id = id
    self.isSatisfied = isSatisfied
    self.step = step
  }
}
