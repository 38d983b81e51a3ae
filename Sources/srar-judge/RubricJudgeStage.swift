import Diagnostics
import Filters
import Inquiries
import Judging
import Records
import Rubrics

/// Verdicts on every rubric item: a rollout in, the same rollout with verdicts out.
struct RubricJudgeStage {
  private let inquiry: InquiryRun<Record, RubricQuestion>
  private var counts = Counts()

  /// What the summary and the metrics tell.
  private struct Counts {
    var ok = 0
    var skipped = 0
    var failed = 0
    var undecidable = 0
    var items = 0
    var verdicts = 0
    var satisfied = 0
  }

  init(_ voters: [any Judge<RubricQuestion>], _ options: LogOptions, maximumLineBytes: Int) throws {
    inquiry = InquiryRun(
      try Inquiry(voters, options, maximumLineBytes: maximumLineBytes), options,
      subject: "rollout")
  }

  /// Judges all records.
  mutating func run(_ records: RecordRun) throws {
    nonisolated(unsafe) let reading = records
    try inquiry.run(
      reading: { ask in
        try reading.forEachRecord { record in
          let problem = try Problem(record)
          let rollout = try record.read(Rollout.self)
          let question = problem.rubric.map { rubric in
            RubricQuestion(
              problem: problem.problem, rubric: rubric, response: rollout.response,
              steps: rollout.steps)
          }
          try ask(
            record, question.flatMap { $0.items.isEmpty ? nil : $0 },
            InquiryRun.Place(record: problem.id, index: rollout.index, record.position))
        }
      },
      writing: { record, question, reached in
        try records.writer.write(
          record, setting: try judgement(of: record, question, reached?.decision))
      },
      flushing: { try records.writer.flush() })
  }

  private mutating func judgement(
    of record: Record, _ question: RubricQuestion?, _ decision: PanelDecision<Verdict>?
  ) throws -> Judgement {
    guard let question, let decision else {
      counts.skipped += 1
      let hasRubric = record.fields.has("rubric")
      return Judgement(
        status: .skipped, verdicts: [], model: inquiry.name, attempts: 0,
        error: hasRubric ? "the rubric has no items to judge" : "the record has no rubric")
    }
    var judgement = Judgement(
      status: .ok, verdicts: [], model: inquiry.name, attempts: decision.attempts,
      latencyMilliseconds: decision.latencyMilliseconds, panel: decision.panel)
    switch decision.outcome {
    case .entries(let verdicts) where verdicts.isEmpty:
      counts.undecidable += 1
      judgement.status = .skipped
      judgement.error = "the judge could decide none of the rubric's items"
    case .entries(let verdicts):
      counts.ok += 1
      counts.items += question.items.count
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

  /// Why no rubric item of the stream was judged, and what to do; nil where one was.
  var complaint: String? {
    guard counts.verdicts == 0, counts.undecidable + counts.skipped + counts.failed > 0 else {
      return nil
    }
    if counts.failed > 0 {
      return
        "no rubric item was judged: the judge failed on \(counted(counts.failed, "rollout")), as far as they have items; "
        + "see in the records or in '--log' why"
    }
    if counts.undecidable == 0 {
      return
        "no record has a rubric item to judge; give the problems rubrics (see 'srar-prep lint'), leave the judge out"
    }
    return inquiry.asksModels
      ? "no rubric item was judged: the judge decided none; read its replies in '--log'"
      : "no rubric item was judged, since none states a calculation such as 2 + 3 = 5; "
        + EffectOptions.judgeByModel
  }

  /// Says what was done.
  func report(to run: ToolRun) {
    run.summarize(
      inquiry.headline + ", \(counts.satisfied) of \(counted(counts.verdicts, "verdict")) satisfied"
    )
    inquiry.report(to: run)
    run.metrics["judged"] = counts.ok
    run.metrics["skipped"] = counts.skipped + counts.undecidable
    run.metrics["items"] = counts.items
    run.metrics["verdicts"] = counts.verdicts
    run.metrics["satisfied"] = counts.satisfied
    let undecided = counts.items - counts.verdicts
    if undecided > 0 {
      let reason =
        inquiry.asksModels
        ? "left out by the replies, or contradicted in them" : "no calculation stated"
      run.summarize("\(counted(undecided, "item")) got no verdict: \(reason)")
    }
    if counts.undecidable > 0 {
      run.summarize(
        inquiry.asksModels
          ? "\(counted(counts.undecidable, "rollout")) got no verdict at all"
          : counted(counts.undecidable, "rollout", "has", "have")
            + " a rubric that states no calculation")
    }
    if counts.skipped > 0 {
      run.summarize("\(counted(counts.skipped, "rollout")) without a rubric to judge by")
    }
  }
}
