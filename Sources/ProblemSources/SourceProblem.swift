package import Records
package import Rubrics

/// What a row says of a problem, before it is checked and given what it lacks.
package struct SourceProblem: Equatable {
  package var id: String?
  package var source: String?
  package var problem: String?
  package var groundTruth: String?
  /// The rubric line by line, faulty lines too; nil where there is none.
  package var rubric: SourceRubric?
  package var solution: String?
  /// Chat messages that the row brings along.
  package var messages: [ChatMessage] = []
  /// What of the row's rubric items and messages is not taken over, such as `"weight" of rubric items`, each as often as it is there.
  package var unused: [String] = []
  /// The names of the fields, the rubric's aside, whose texts have control characters that JSON made of LaTeX with one backslash.
  package var damagedFields: [String] = []
}

/// A rubric as a row has it.
package struct SourceRubric: Equatable {
  package var lines: [RubricLine]
  /// The items, with the ids that the row gives them, else numbered from 1.
  package var items: [RubricItem]

  /// The first word that stands where a type is wanted, such as "Suggest"; nil where no line has one.
  package var firstTag: String? { lines.lazy.compactMap(\.tag).first }

  /// The lines that make no item.
  package var unusedLineCount: Int { lines.count - items.count }
}
