package import Diagnostics
import JSONLines
import Judging
package import Records

/// A problem with what a policy made of it.
package struct EvaluatedProblem: Equatable, Sendable {
  package let id: String
  package let source: String?
  package let problem: String?
  package let groundTruth: String?
  /// By which the same problem is known in another evaluation.
  package let content: RecordContent
  package let result: ProblemResult
}

/// Reads per-problem results: as they were recorded, or out of a stream of rewarded rollouts.
package struct EvaluationReading {
  /// The numbers k; nil for 1, 2, 4, … and the number of samples.
  private let ks: [Int]?

  package init(ks: [Int]?) { self.ks = ks }

  /// The problems of a stream, in its order. Rollouts of a problem that stand apart are put together.
  ///
  /// - Parameter progress: is told how much is read, and how many problems there are.
  package func read(
    _ path: String, progress: (Double?, Int) -> Void
  ) throws -> [EvaluatedProblem] {
    let reader = RecordReader(paths: [path], maximumLineBytes: 64 << 20, faults: .stop)
    var entries: [Entry] = []
    var positions: [String: Int] = [:]
    while let record = try reader.next() {
      let id = try record.requiredID()
      let content = try RecordContent(record, [.problem, .groundTruth])
      let position = positions[id] ?? entries.count
      if position == entries.count {
        positions[id] = position
        entries.append(try Entry(id: id, content: content, record))
      }
      if let member = content.difference(from: entries[position].content) {
        throw EvaluationError.otherProblem(id, member, record.position)
      }
      try entries[position].add(record)
      progress(reader.fractionRead, entries.count)
    }
    return entries.map { $0.evaluated(ks: ks) }
  }
}

/// One problem while its rollouts are read.
private struct Entry {
  let id: String
  let source: String?
  let problem: String?
  let groundTruth: String?
  let content: RecordContent
  var recorded: ProblemResult?
  var votes = AnswerVotes()
  /// The index and response of every rollout so far.
  private var seen: Set<RolloutIdentity> = []
  var checked = 0
  var faithful = 0
  var sampling = SamplingSettings()

  init(id: String, content: RecordContent, _ record: Record) throws {
    self.id = id
    self.content = content
    source = try record.fields.stringIfPresent("source")
    problem = try record.fields.stringIfPresent("problem")
    groundTruth = try record.fields.textIfPresent("ground_truth")
  }

  mutating func add(_ record: Record) throws {
    if let result = try record.readIfPresent(ProblemResult.self) {
      guard recorded == nil, votes.samples == 0 else {
        throw EvaluationError.repeatedProblem(id, record.position)
      }
      recorded = result
      return
    }
    let reward = try record.read(Reward.self)
    guard recorded == nil else { throw EvaluationError.repeatedProblem(id, record.position) }
    if let identity = try RolloutIdentity(record), !seen.insert(identity).inserted {
      throw EvaluationError.repeatedRollout(id, index: identity.index, record.position)
    }
    if record.fields.has(Rollout.key) { try sampling.add(record.fields.object(Rollout.key)) }
    votes.add(reward.answer, isCorrect: reward.isCorrect)
    guard let check = try record.readIfPresent(StepCheck.self), check.error == nil else { return }
    if record.fields.has("rollout") {
      let steps = try record.fields.object("rollout").objectsIfPresent("steps") ?? []
      try check.checkNumbers(stepCount: steps.count, of: record)
    }
    checked += 1
    let allRight = !check.steps.isEmpty && check.steps.allSatisfy(\.isCorrect)
    faithful += reward.isCorrect && allRight ? 1 : 0
  }

  func evaluated(ks: [Int]?) -> EvaluatedProblem {
    let result =
      recorded
      ?? ProblemResult(
        votes: votes, checked: checked, faithful: faithful,
        ks: ks ?? powersOfTwo(below: votes.samples), sampling: sampling)
    return EvaluatedProblem(
      id: id, source: source, problem: problem, groundTruth: groundTruth, content: content,
      result: result)
  }
}

/// What tells the rollouts of a problem apart. Evaluations put one after the other may repeat an index with another response;
/// the same response under the same index is the same rollout.
private struct RolloutIdentity: Hashable {
  let index: Int
  let content: RecordContent

  /// nil for a record without a rollout.
  init?(_ record: Record) throws {
    guard record.fields.has("rollout") else { return nil }
    index = try record.fields.object("rollout").integer("index")
    content = try RecordContent(record, [.response])
  }
}

/// 1, 2, 4, … below a number, and the number itself.
private func powersOfTwo(below count: Int) -> [Int] {
  var result: [Int] = []
  var power = 1
  while power < count {
    result.append(power)
    power *= 2
  }
  return result + [count]
}

/// What can be wrong with streams that are evaluated.
package enum EvaluationError: ToolError, Equatable {
  /// Recorded results of one problem come twice, or beside rollouts of it.
  case repeatedProblem(String, LinePosition)
  /// Records under one id that are about different problems.
  case otherProblem(String, RecordContent.Member, LinePosition)
  /// The same rollout comes twice: it would count twice.
  case repeatedRollout(String, index: Int, LinePosition)
  case noProblems(String)
  /// Two evaluations without a problem in common.
  case nothingInCommon(String, String)
  /// Two evaluations that use the same ids for different problems.
  case otherProblems(String, String, OtherProblems)

  package var description: String {
    switch self {
    case .repeatedProblem(let id, let place):
      "\(place): results of problem \"\(id)\" were there before; give one evaluation at a time"
    case .otherProblem(let id, let member, let place):
      "\(place): \"\(member.rawValue)\" of problem \"\(id)\" is not the one of earlier records of that "
        + "id; give problems ids of their own"
    case .repeatedRollout(let id, let index, let place):
      "\(place): rollout \(index) of problem \"\(id)\" was there before, with the same response; "
        + "give every rollout once"
    case .noProblems(let path): "\(path): holds no rollouts to evaluate"
    case .nothingInCommon(let first, let second):
      "\(first) and \(second) have no problem in common; compare two policies on the same set"
    case .otherProblems(let first, let second, let others):
      "\(first) and \(second): \"\(others.member.rawValue)\" of problem \"\(others.example)\" differs; "
        + "\(others.count) of the \(others.common) problems with an id in both are not the same ones; "
        + "compare two policies on the same set"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}
