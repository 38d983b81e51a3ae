import Filters
import JSONLines
import Judging
import Records
import Rubrics

/// The stage itself: a rollout in, the same rollout with verdicts out.
struct RubricJudgeStage {
  private let judge: any Judge
  private let log: JudgeLogWriter?
  private let replay: JudgeReplay?
  private let asksForMissing: Bool
  private var counts = Counts()

  /// What the summary and the metrics tell.
  private struct Counts {
    var ok = 0
    var failed = 0
    var skipped = 0
    var undecidable = 0
    var items = 0
    var verdicts = 0
    var satisfied = 0
    var replayed = 0
  }

  init(options: JudgeOptions, maximumLineBytes: Int) throws {
    switch options.judge {
    case .equations: judge = EquationJudge(unattempted: options.unattempted)
    }
    replay =
      options.replay.isEmpty
      ? nil : try JudgeReplay(paths: options.replay, maximumLineBytes: maximumLineBytes)
    asksForMissing = options.replayMissing == .live
    log = try options.log.map { try JudgeLogWriter(path: $0) }
  }

  mutating func process(_ record: Record, into writer: RecordWriter) throws {
    let problem = try Problem(record)
    let rollout = try record.read(Rollout.self)
    let request = JudgeRequest(
      problem: problem.problem, rubric: problem.rubric ?? [], response: rollout.response,
      steps: rollout.steps)
    guard !request.items.isEmpty else {
      counts.skipped += 1
      return try writer.write(
        record,
        setting: Judgement(
          status: .skipped, verdicts: [], model: judge.name, attempts: 0,
          error: problem.rubric == nil
            ? "the record has no rubric" : "the rubric has no items to judge"))
    }
    let entry = try answer(to: request, record: record, problem: problem, rollout: rollout)
    try writer.write(record, setting: judgement(entry, items: request.items.count))
  }

  /// The verdicts on a rollout, from a log where there is one, else from the judge.
  private mutating func answer(
    to request: JudgeRequest, record: Record, problem: Problem, rollout: Rollout
  ) throws -> JudgeLogEntry {
    let fingerprint = request.fingerprint(judge: judge.name)
    if let replay {
      if let entry = replay.entry(for: fingerprint) {
        counts.replayed += 1
        return entry
      }
      guard asksForMissing else {
        throw JudgingError.notInLog(
          record: problem.id, index: rollout.index, judge: judge.name, record.position)
      }
    }
    let judge = judge
    let entry = JudgeLogEntry(
      request: fingerprint, record: problem.id, index: rollout.index, judge: judge.name,
      reply: try waiting { try await judge.reply(to: request) })
    try log?.append(entry)
    return entry
  }

  private mutating func judgement(_ entry: JudgeLogEntry, items: Int) -> Judgement {
    let reply = entry.reply
    var judgement = Judgement(
      status: .ok, verdicts: [], model: entry.judge, attempts: reply.attempts,
      latencyMilliseconds: reply.latencyMilliseconds)
    switch reply.outcome {
    case .verdicts(let verdicts) where verdicts.isEmpty:
      counts.undecidable += 1
      judgement.status = .skipped
      judgement.error = "the judge could decide none of the rubric's items"
    case .verdicts(let verdicts):
      counts.ok += 1
      counts.items += items
      counts.verdicts += verdicts.count
      counts.satisfied += verdicts.count { $0.isSatisfied }
      judgement.verdicts = verdicts
    case .failure(let reason):
      counts.failed += 1
      judgement.status = .failed
      judgement.error = reason
    }
    return judgement
  }

  /// Says what was done.
  func report(to run: ToolRun) {
    run.metrics["judge"] = judge.name
    run.metrics["judged"] = counts.ok
    run.metrics["failed"] = counts.failed
    run.metrics["skipped"] = counts.skipped + counts.undecidable
    run.metrics["replayed"] = counts.replayed
    run.metrics["items"] = counts.items
    run.metrics["verdicts"] = counts.verdicts
    run.metrics["satisfied"] = counts.satisfied
    var line = "\(counts.ok) rollouts judged by \(judge.name)"
    if let unreadable = replay?.unreadable, let first = unreadable.first {
      let lines = unreadable.count == 1 ? "1 line" : "\(unreadable.count) lines"
      run.summarize(
        "\(lines) of the log cannot be read and \(unreadable.count == 1 ? "was" : "were") passed over: \(first)"
      )
    }
    if counts.replayed > 0 { line += " (\(counts.replayed) from the log)" }
    line += ", \(counts.satisfied) of \(counts.verdicts) verdicts satisfied"
    run.summarize(line)
    let undecided = counts.items - counts.verdicts
    if undecided > 0 {
      run.summarize("\(undecided) items got no verdict: they state no calculation")
    }
    if counts.undecidable > 0 {
      run.summarize("\(counts.undecidable) rollouts have a rubric that states no calculation")
    }
    if counts.skipped > 0 { run.summarize("\(counts.skipped) rollouts have no rubric to judge by") }
    if counts.failed > 0 { run.summarize("\(counts.failed) rollouts could not be judged") }
  }
}
