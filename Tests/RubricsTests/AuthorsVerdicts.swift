// A judge's reply as the authors' published code reads and scores it, types as loose as there: the oracle of golden vectors.

import Diagnostics
import Rubrics

/// The verdicts in a judge's reply.
///
/// The text from the first `[` to the last `]` must be a JSON list of objects. In every other situation – no reply, no
/// list, one entry that is no object – the whole reply is discarded and every item counts as unsatisfied on step 0.
///
/// - Parameters:
///   - reply: the raw reply; nil where the call failed or came back empty.
///   - rubric: its items, ANSWER items included, numbered by lines.
func authorsVerdicts(reply: String?, rubric: [RubricItem]) -> [LooseValue] {
  if let reply, let list = verdictList(in: reply) { return list }
  return rubric.map { item in
    .object([
      .init(key: "id", value: .integer(item.id)), .init(key: "satisfied", value: .boolean(false)),
      .init(key: "step", value: .integer(0)),
    ])
  }
}

private func verdictList(in reply: String) -> [LooseValue]? {
  let bytes = Array(reply.utf8)
  guard let start = bytes.firstIndex(of: UInt8(ascii: "[")),
    let end = bytes.lastIndex(of: UInt8(ascii: "]")), start < end,
    case .list(let entries)? = LooseValue(json: bytes[start...end])
  else { return nil }
  let areObjects = entries.allSatisfy { entry in
    if case .object = entry { true } else { false }
  }
  return areObjects ? entries : nil
}

/// What the authors' code makes of a list of verdicts.
struct AuthorsScore: Equatable, Sendable {
  /// The score of one step, under whatever the verdict called it.
  struct Step: Equatable, Sendable {
    /// The step as text: "1", but also "0", "-1", "99", "1.0" or "None".
    let key: String
    var delta: Double
  }

  /// The steps that a satisfied item names, in the order in which they were first named.
  fileprivate(set) var steps: [Step] = []
  fileprivate(set) var suggest = 0.0
  fileprivate(set) var pitfall = 0.0
  fileprivate(set) var bonus = 0.0
  /// RaR's Σδ. Repeated verdicts all count, so that it has no bound.
  var total: Double { suggest + pitfall + bonus }
}

/// What in a verdict the authors' code cannot work with.
enum AuthorsVerdictError: ToolError, Equatable {
  /// The member of the n-th verdict (from 1) is a list or an object, which cannot be the key of a mapping.
  case unhashable(member: String, verdict: Int)

  var description: String {
    switch self {
    case .unhashable(let member, let verdict):
      "verdict \(verdict): \"\(member)\" must be a number or a text, but is a list or an object"
    }
  }

  var exitStatus: ExitStatus { .badData }
}

/// The score of a list of verdicts, entry by entry: every satisfied one counts, repeats included, whatever its step.
///
/// - Parameters:
///   - rubric: its items, numbered by lines.
///   - verdicts: entries that are no objects are passed over here.
/// - Departs from the paper in all that `rubricScore` does not do: repeats, loose truth, steps that are not numbers.
func authorsScore(
  rubric: [RubricItem], verdicts: [LooseValue], budgets: RubricBudgets
) throws(AuthorsVerdictError) -> AuthorsScore {
  var score = AuthorsScore()
  var steps: [(key: LooseValue, delta: Double)] = []
  for (index, verdict) in verdicts.enumerated() {
    guard case .object = verdict else { continue }
    let id = verdict["id"] ?? .null
    guard id.isHashable else { throw .unhashable(member: "id", verdict: index + 1) }
    guard let item = rubric.first(where: { id.isSameKey(as: .integer($0.id)) }),
      item.type != .answer, verdict["satisfied"]?.isTrue ?? false
    else { continue }
    let step = verdict["step"] ?? .integer(0)
    guard step.isHashable else { throw .unhashable(member: "step", verdict: index + 1) }
    let delta = rubricDelta(of: item.type, rubric: rubric, budgets: budgets)
    score.add(delta, of: item.type)
    if let known = steps.firstIndex(where: { $0.key.isSameKey(as: step) }) {
      steps[known].delta += delta
    } else {
      steps.append((step, delta))
    }
  }
  score.steps = storedSteps(steps)
  return score
}

/// The steps under their keys as text. Keys that only then become equal (1 and "1") overwrite: the later one wins.
private func storedSteps(_ steps: [(key: LooseValue, delta: Double)]) -> [AuthorsScore.Step] {
  var stored: [AuthorsScore.Step] = []
  for (key, delta) in steps {
    if let index = stored.firstIndex(where: { $0.key == key.keyText }) {
      stored[index].delta = delta
    } else {
      stored.append(AuthorsScore.Step(key: key.keyText, delta: delta))
    }
  }
  return stored
}

extension AuthorsScore {
  fileprivate mutating func add(_ delta: Double, of type: RubricItemType) {
    switch type {
    case .suggest: suggest += delta
    case .pitfall: pitfall += delta
    case .bonus: bonus += delta
    case .answer: break
    }
  }
}
