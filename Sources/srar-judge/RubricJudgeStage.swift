import Filters
import Foundation
import JSONLines
import Judging
import Records
import Rubrics

/// The stage itself: a rollout in, the same rollout with verdicts out.
struct RubricJudgeStage {
  private let judge: any Judge
  private let log: JudgeLogWriter?
  private let replay: JudgeReplay?
  /// What the log holds already, of a judge that is dear to ask.
  private let kept: JudgeReplay
  private let asksForMissing: Bool
  private let maximumFailures: Double
  /// Rollouts whose verdicts are under way, in the order of the input.
  private var asked: [Asked] = []
  private var counts = Counts()
  private var lastFailure = ""

  /// A rollout whose verdicts are known or under way.
  private struct Asked {
    let record: Record
    let answer: Answer
  }

  private enum Answer {
    /// There is nothing to ask.
    case settled(Judgement)
    case known(JudgeLogEntry, items: Int)
    case pending(PendingReply, items: Int)
  }

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
    var dropped = 0
    var calls = 0
  }

  init(_ options: JudgeOptions, _ chat: ChatArguments, maximumLineBytes: Int) throws {
    replay =
      options.replay.isEmpty
      ? nil : try JudgeReplay(paths: options.replay, maximumLineBytes: maximumLineBytes)
    asksForMissing = replay == nil || options.replayMissing == .live
    switch options.judge ?? (chat.url.isEmpty ? .equations : .chat) {
    case .equations: judge = EquationJudge(unattempted: options.unattempted)
    case .chat: judge = try chat.judge(asks: asksForMissing)
    }
    if let path = options.log, judge.keepsReplies, FileManager.default.fileExists(atPath: path) {
      kept = try JudgeReplay(paths: [path], maximumLineBytes: maximumLineBytes)
    } else {
      kept = JudgeReplay()
    }
    log = try options.log.map { try JudgeLogWriter(path: $0) }
    maximumFailures = options.maxFailures
  }

  /// Asks about a rollout, and writes those whose turn it is.
  mutating func process(_ record: Record, into writer: RecordWriter) throws {
    asked.append(Asked(record: record, answer: try answer(record)))
    // Enough under way that one slow reply does not idle the judge; few enough for bounded memory.
    let window = judge.concurrency == 1 ? 0 : judge.concurrency * 4
    while asked.count > window { try writeFirst(into: writer) }
  }

  /// Waits for everything that is under way, and writes it.
  mutating func finish(into writer: RecordWriter) throws {
    while !asked.isEmpty { try writeFirst(into: writer) }
    let judged = counts.ok + counts.failed
    if Double(counts.failed) > maximumFailures * Double(judged) {
      throw JudgingError.tooManyFailures(
        failed: counts.failed, judged: judged, last: lastFailure)
    }
  }

  private func answer(_ record: Record) throws -> Answer {
    let problem = try Problem(record)
    let rollout = try record.read(Rollout.self)
    let request = JudgeRequest(
      problem: problem.problem, rubric: problem.rubric ?? [], response: rollout.response,
      steps: rollout.steps)
    guard !request.items.isEmpty else {
      return .settled(
        Judgement(
          status: .skipped, verdicts: [], model: judge.name, attempts: 0,
          error: problem.rubric == nil
            ? "the record has no rubric" : "the rubric has no items to judge"))
    }
    let fingerprint = request.fingerprint(judge: judge.identity)
    if let entry = replay?.entry(for: fingerprint) {
      return .known(entry, items: request.items.count)
    }
    guard asksForMissing else {
      throw JudgingError.notInLog(
        record: problem.id, index: rollout.index, judge: judge.name, record.position)
    }
    // A call that failed is worth another try.
    if let entry = kept.entry(for: fingerprint), case .verdicts = entry.reply.outcome {
      return .known(entry, items: request.items.count)
    }
    let (judge, log) = (judge, log)
    let pending = PendingReply {
      let entry = JudgeLogEntry(
        request: fingerprint, record: problem.id, index: rollout.index, judge: judge.name,
        reply: try await judge.reply(to: request))
      // Logged as soon as it is there, so that a killed tool loses only the calls under way.
      try log?.append(entry)
      return entry
    }
    return .pending(pending, items: request.items.count)
  }

  private mutating func writeFirst(into writer: RecordWriter) throws {
    let first = asked.removeFirst()
    let judgement: Judgement
    switch first.answer {
    case .settled(let settled):
      counts.skipped += 1
      judgement = settled
    case .known(let entry, let items):
      counts.replayed += 1
      judgement = self.judgement(entry, items: items)
    case .pending(let reply, let items):
      let entry = try reply.wait()
      counts.calls += entry.reply.attempts
      judgement = self.judgement(entry, items: items)
    }
    try writer.write(first.record, setting: judgement)
    // A judge that is gone must not cost an hour; what is under way still comes into the log.
    let judged = counts.ok + counts.failed
    if counts.failed >= 20, Double(counts.failed) > maximumFailures * Double(judged) {
      for case .pending(let reply, _) in asked.map(\.answer) { _ = try reply.wait() }
      throw JudgingError.tooManyFailures(
        failed: counts.failed, judged: judged, last: lastFailure)
    }
  }

  private mutating func judgement(_ entry: JudgeLogEntry, items: Int) -> Judgement {
    let reply = entry.reply
    counts.dropped += reply.dropped
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
      lastFailure = reason
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
    run.metrics["calls"] = counts.calls
    run.metrics["dropped_entries"] = counts.dropped
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
      let reason = judge.keepsReplies ? "the replies left them out" : "they state no calculation"
      run.summarize("\(undecided) items got no verdict: \(reason)")
    }
    if counts.undecidable > 0 {
      run.summarize("\(counts.undecidable) rollouts have a rubric that states no calculation")
    }
    if counts.dropped > 0 {
      run.summarize("\(counts.dropped) entries of the replies were no verdicts on what was asked")
    }
    if counts.skipped > 0 { run.summarize("\(counts.skipped) rollouts have no rubric to judge by") }
    if counts.failed > 0 { run.summarize("\(counts.failed) rollouts could not be judged") }
  }
}
