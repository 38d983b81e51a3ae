package import Diagnostics
package import JSONLines

/// What can be wrong with a record that is well-formed JSON.
package enum RecordError: ToolError, Equatable {
  /// A field is absent. `writtenBy` is the tool that would have written it.
  case missingField(String, record: String?, LinePosition, writtenBy: String?)
  /// A reward needs a judgement that is not there.
  case notJudged(record: String?, LinePosition)
  case wrongType(String, expected: String, found: JSONKind, record: String?, LinePosition)
  /// A field has the right type but a value that makes no sense.
  case invalidValue(String, reason: String, record: String?, LinePosition)
  /// A tool computed a number that JSON cannot hold.
  case notFinite(String, record: String?, LinePosition)
  /// Rollouts of one problem are not consecutive.
  case scatteredGroup(record: String, LinePosition)
  /// Two records of a problem hold the same rollout; the first one's place where it is known.
  case repeatedRollout(Int, record: String, LinePosition, first: LinePosition?)
  /// A record has another value of a problem's field than an earlier one of the same id, whose place may be known.
  case differentProblem(String, record: String, LinePosition, first: LinePosition?)

  package var description: String {
    switch self {
    case .missingField(let field, let record, let place, let tool):
      "\(place): \(named(record)) has no \"\(field)\""
        + (tool.map { "; run \($0) first" } ?? "")
    case .notJudged(let record, let place):
      "\(place): \(named(record)) has no \"judge\"; run srar-judge first, or give '--answers-only' for rewards of the "
        + "answers alone (make: REWARD_OPTIONS takes the place of the preset's options, '--answers-only' among them)"
    case .wrongType(let field, let expected, .integer, let record, let place)
    where expected.hasPrefix("an integer"):
      "\(place): \"\(field)\" of \(named(record)) must be \(expected) that fits in 64 bits, but is out of that range"
    case .wrongType(let field, let expected, .number, let record, let place)
    where expected.hasPrefix("a number"):
      "\(place): \"\(field)\" of \(named(record)) must be \(expected) that fits in 64 bits, but is out of that range"
    case .wrongType(let field, let expected, let found, let record, let place):
      "\(place): \"\(field)\" of \(named(record)) must be \(expected), but is "
        + (found == .null ? "null" : "\(found.article) \(found.rawValue)")
    case .invalidValue(let field, let reason, let record, let place):
      "\(place): \"\(field)\" of \(named(record)) \(reason)"
    case .notFinite(let field, let record, let place):
      "\(place): \"\(field)\" of \(named(record)) came out as a number that is not finite"
    case .repeatedRollout(let index, let record, let place, let first):
      "\(place): \(named(record)) has rollout \(index) twice\(first.map { ", first in \($0)" } ?? ""); "
        + "give each file once, and each rollout of a problem an \"index\" of its own"
    case .differentProblem(let field, let record, let place, let first):
      "\(place): \"\(field)\" of \(named(record)) is another one than "
        + (first.map { "in \($0)" } ?? "in earlier records of that id")
        + "; give each problem an \"id\" of its own"
    case .scatteredGroup(let record, let place):
      "\(place): \(named(record)) appears again after other problems; "
        + "the rollouts of a problem must be consecutive, and no two problems may have one name"
    }
  }

  package var exitStatus: ExitStatus {
    if case .notFinite = self { .internalError } else { .badData }
  }

  private func named(_ record: String?) -> String {
    record.map { "record \"\($0)\"" } ?? "the record"
  }
}
