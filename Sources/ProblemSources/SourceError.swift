package import Diagnostics

/// What can be wrong with a row of a source that is well-formed as a row.
package enum SourceError: ToolError, Equatable {
  /// A value is not there, or blank. `option` names the field that it was looked for in.
  case missing(String, field: String, option: String?, record: String?, LinePosition)
  /// The rubric has lines or objects, but none of them is of one of the four types; the tag is the first that stands there.
  case rubricWithoutItems(field: String, tag: String?, record: String?, LinePosition)
  /// A text has a control character, as JSON makes of LaTeX whose backslash is not doubled; of a rubric, in that line.
  case lostBackslash(field: String, rubricLine: Int?, record: String?, LinePosition)
  /// A problem's identity was there before.
  case duplicateID(String, LinePosition)
  /// A worked solution of GSM8K without its last line, `#### ` and the answer.
  case noFinalAnswer(record: String?, LinePosition)
  /// A calculator annotation of GSM8K that states no equation.
  case noEquation(String, record: String?, LinePosition)

  package var description: String {
    switch self {
    case .missing(let what, let field, let option, let record, let place):
      "\(place): \(named(record)) has no \(what), which was looked for in \"\(field)\""
        + (option.map { "; name another field with '\($0)'" } ?? "")
        + (option == FieldOption.rubric
          ? ", or give '--mode val' for problems without rubrics" : "")
    case .rubricWithoutItems(let field, let tag?, let record, let place):
      "\(place): \"\(field)\" of \(named(record)) has no item: its first is of the type \"\(tag)\"; "
        + "types are SUGGEST, PITFALL, BONUS and ANSWER, in upper case"
    case .rubricWithoutItems(let field, nil, let record, let place):
      "\(place): \"\(field)\" of \(named(record)) has no line that begins with "
        + "<SUGGEST>, <PITFALL>, <BONUS> or <ANSWER>"
    case .lostBackslash(let field, let line, let record, let place):
      #"\#(place): \#(line.map { "line \($0) of " } ?? "")"\#(field)" of \#(named(record)) has a control character, which JSON makes of LaTeX "#
        + #"such as "\frac"; write "\\frac""#
    case .duplicateID(let id, let place):
      "\(place): the identity \"\(id)\" was used by a problem before; "
        + "the rollouts of a problem are told by it"
    case .noFinalAnswer(let record, let place):
      "\(place): \"answer\" of \(named(record)) has no final answer behind \"####\""
    case .noEquation(let annotation, let record, let place):
      "\(place): \"answer\" of \(named(record)) has the annotation <<\(annotation)>>, "
        + "which is no equation"
    }
  }

  package var exitStatus: ExitStatus { .badData }

  private func named(_ record: String?) -> String {
    record.map { "record \"\($0)\"" } ?? "the record"
  }
}
