/// Where a source keeps the parts of a problem: column names, or paths such as `extra_info.rubric` into objects.
///
/// A field whose whole name is the path goes before the object that it could lead into.
package struct FieldNames: Equatable, Sendable {
  package var id: String
  package var source: String
  package var problem: String
  package var groundTruth: String
  package var rubric: String
  package var solution: String
  package var messages: String
  /// Whether the last user message stands for a problem's text that is missing.
  package var takesProblemFromMessages = false

  /// Our own records, and tables with columns of the same names.
  package static let records = FieldNames(
    id: "id", source: "source", problem: "problem", groundTruth: "ground_truth", rubric: "rubric",
    solution: "solution", messages: "messages")

  /// The data sets of the authors' trainer, which are verl's.
  ///
  /// Rows that are not ours may have the problem's text in the prompt alone.
  package static let trainer = FieldNames(
    id: "extra_info.id", source: "data_source", problem: "extra_info.problem",
    groundTruth: "reward_model.ground_truth", rubric: "extra_info.rubric",
    solution: "extra_info.solution", messages: "prompt", takesProblemFromMessages: true)

  var all: [String] { [id, source, problem, groundTruth, rubric, solution, messages] }
}

/// The options that name other fields, for messages.
enum FieldOption {
  static let problem = "--problem-field"
  static let groundTruth = "--ground-truth-field"
  static let rubric = "--rubric-field"
}
