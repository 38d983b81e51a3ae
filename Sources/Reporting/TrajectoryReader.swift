package import JSONLines
import Records

/// The trajectories of a stream, by runs of rollouts of the same problem. Memory is bounded by the largest of them, and by some bytes
/// for each rollout and problem, which tell whether it was there before.
///
/// A problem that comes again later, as in evaluations put one after the other, is a new group. The same rollout again, or another
/// problem under the same id, is an error.
package final class TrajectoryReader {
  private let reader: RecordReader
  private let advantages: AdvantageStream?
  private var pending: (problem: ProblemText, trajectory: Trajectory)?
  private var seen = SeenRollouts()

  /// - Parameter advantages: a later stream of the same rollouts, in the same order, some perhaps left out by dynamic
  ///   sampling: what it says of advantages is added.
  /// - Parameter zeroBytes: what each of the two is taken for if it has no byte.
  package init(path: String, advantages: String? = nil, zeroBytes: ZeroBytes) {
    reader = RecordReader(
      paths: [path], maximumLineBytes: 64 << 20, faults: .stop, zeroBytes: zeroBytes)
    self.advantages = advantages.map { AdvantageStream(path: $0, zeroBytes: zeroBytes) }
  }

  /// The next group; nil at the end.
  package func next() throws -> TrajectoryGroup? {
    guard let first = try pending ?? read() else { return nil }
    pending = nil
    var group = TrajectoryGroup(problem: first.problem, trajectories: [first.trajectory])
    while let next = try read() {
      guard next.problem == group.problem else {
        pending = next
        break
      }
      group.trajectories.append(next.trajectory)
    }
    return group
  }

  /// How much of the stream was read, from 0 to 1; nil where it cannot be known.
  package var fractionRead: Double? { reader.fractionRead }

  private func read() throws -> (problem: ProblemText, trajectory: Trajectory)? {
    guard let record = try reader.next() else { return nil }
    let id = try record.requiredID()
    var trajectory = try Trajectory(record)
    try seen.add(record, trajectory.rollout)
    if let advantage = try advantages?.advantage(of: trajectory.rollout, id: id) {
      trajectory.advantage = advantage
    }
    let problem = ProblemText(
      id: id, problem: try record.fields.stringIfPresent("problem") ?? "",
      groundTruth: try record.fields.textIfPresent("ground_truth"),
      rubric: try record.fields.rubricIfPresent("rubric") ?? [])
    return (problem, trajectory)
  }
}

/// The advantages of a stream, asked for in the stream's order.
private final class AdvantageStream {
  private let path: String
  private let reader: RecordReader
  private var next: (id: String, index: Int, response: String, advantage: Advantage)?
  private var hasStarted = false

  init(path: String, zeroBytes: ZeroBytes) {
    self.path = path
    reader = RecordReader(
      paths: [path], maximumLineBytes: 64 << 20, faults: .stop, zeroBytes: zeroBytes)
  }

  /// The advantage of a rollout; nil where the stream left it out.
  func advantage(of rollout: Rollout, id: String) throws -> Advantage? {
    if !hasStarted { try advance() }
    guard let found = next, found.id == id, found.index == rollout.index else { return nil }
    guard found.response == rollout.response else {
      throw ReportingError.otherResponse(path, id, index: rollout.index)
    }
    try advance()
    return found.advantage
  }

  private func advance() throws {
    hasStarted = true
    next = nil
    guard let record = try reader.next() else { return }
    let rollout = try record.fields.object("rollout")
    next = (
      try record.requiredID(), try rollout.integer("index"), try rollout.string("response"),
      try record.read(Advantage.self)
    )
  }
}
