package import Diagnostics
import JSONLines
import Judging
import Records

/// A problem with what a policy made of it.
package struct EvaluatedProblem: Equatable, Sendable {
  package let id: String
  package let source: String?
  package let problem: String?
  package let groundTruth: String?
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
      if positions[id] == nil {
        positions[id] = entries.count
        entries.append(try Entry(id: id, record))
      }
      guard let position = positions[id] else { continue }
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
  var recorded: ProblemResult?
  var votes = AnswerVotes()
  var checked = 0
  var faithful = 0

  init(id: String, _ record: Record) throws {
    self.id = id
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
    votes.add(reward.answer, isCorrect: reward.isCorrect)
    guard let check = try record.readIfPresent(StepCheck.self), check.error == nil else { return }
    checked += 1
    let allRight = !check.steps.isEmpty && check.steps.allSatisfy(\.isCorrect)
    faithful += reward.isCorrect && allRight ? 1 : 0
  }

  func evaluated(ks: [Int]?) -> EvaluatedProblem {
    let result =
      recorded
      ?? ProblemResult(
        votes: votes, checked: checked, faithful: faithful,
        ks: ks ?? powersOfTwo(below: votes.samples))
    return EvaluatedProblem(
      id: id, source: source, problem: problem, groundTruth: groundTruth, result: result)
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
  case noProblems(String)
  /// Two evaluations without a problem in common.
  case nothingInCommon(String, String)

  package var description: String {
    switch self {
    case .repeatedProblem(let id, let place):
      "\(place): results of problem \"\(id)\" were there before; give one evaluation at a time"
    case .noProblems(let path): "\(path): holds no rollouts to evaluate"
    case .nothingInCommon(let first, let second):
      "\(first) and \(second) have no problem in common; compare two policies on the same set"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}
