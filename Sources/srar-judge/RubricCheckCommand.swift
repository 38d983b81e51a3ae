import ArgumentParser
import Diagnostics
import Filters
import Inquiries
import Judging
import Records
import Rubrics

/// `srar-judge rubrics`: which items are fit to judge by?
struct RubricCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rubrics",
    abstract: "Check whether the items of each problem's rubric are fit to judge by.",
    discussion: """
      A filter on problems. A language model says of each rubric item whether it is right, whether it is relevant, and whether \
      its type is apt; an item is fit when all three hold. By default items that are not are taken out of the rubric, and a \
      problem that is left without a SUGGEST item is left out. A problem whose check fails passes unchanged, and is counted. \
      Adds the object "rubric_check".

      EXAMPLES
        srar-judge rubrics --url http://localhost:8000/v1 --model NAME --log check.log.jsonl \\
          problems.jsonl.zst > checked.jsonl.zst
      """)

  /// What becomes of items that are not fit to judge by.
  enum Unfit: String, CaseIterable, ExpressibleByArgument {
    case dropItem = "drop-item"
    case dropProblem = "drop-problem"
    case keep
  }

  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "An item that is not fit to judge by: take it out, leave its problem out, or only say so.",
      valueName: "rule"))
  var unfit: Unfit = .dropItem

  @Option(
    help: ArgumentHelp(
      "How often each model votes; the majority decides, and a tie claims nothing.",
      valueName: "count"))
  var votes = 1

  @OptionGroup(title: "Log") var log: LogOptions
  @OptionGroup(title: "Language model") var servers: ServerArguments
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard (1...99).contains(votes) else {
      throw ValidationError("'--votes' must be in 1 ... 99, but is \(votes)")
    }
  }

  func run() throws {
    try withRecords(
      tool: "srar-judge rubrics", input: input, output: output, report: report,
      files: log.namedFiles + servers.namedFiles
    ) { records in
      let voters = try servers.voters(
        about: ValidityQuestion.self, asks: log.asksForMissing, votes: votes, for: records.run)
      let inquiry = InquiryRun<Record, ValidityQuestion>(
        try Inquiry(voters, log, maximumLineBytes: input.maxLineBytes), log, subject: "problem")
      var counts = Counts()
      nonisolated(unsafe) let reading = records
      try inquiry.run(
        reading: { ask in
          try reading.forEachRecord { record in
            let problem = try Problem(record)
            let question = ValidityQuestion(
              problem: problem.problem, groundTruth: problem.groundTruth,
              items: problem.rubric ?? [])
            try ask(
              record, question.items.isEmpty ? nil : question,
              InquiryRun.Place(record: problem.id, index: nil, record.position))
          }
        },
        writing: { record, question, reached in
          try write(
            record, question?.items ?? [], reached?.decision, judge: inquiry.name, &counts,
            to: records.writer)
        },
        flushing: { try records.writer.flush() })
      records.run.summarize(inquiry.headline)
      inquiry.report(to: records.run)
      counts.report(to: records.run)
    }
  }

  private func write(
    _ record: Record, _ items: [RubricItem], _ decision: PanelDecision<ItemValidity>?,
    judge: String, _ counts: inout Counts, to writer: RecordWriter
  ) throws {
    guard let decision else {
      counts.withoutRubric += 1
      return try writer.write(record)
    }
    guard case .entries(let validity) = decision.outcome else {
      var reason: String?
      if case .failure(let cause) = decision.outcome { reason = cause }
      return try writer.write(
        record, setting: RubricCheck(judge: judge, [], error: reason, panel: decision.panel))
    }
    let check = RubricCheck(
      judge: judge, validity.sorted { $0.id < $1.id }, panel: decision.panel)
    counts.add(check)
    let fit = Set(validity.filter(\.isValid).map(\.id))
    let kept = items.filter { fit.contains($0.id) }
    switch unfit {
    case .keep: try writer.write(record, setting: check)
    case .dropProblem where kept.count < items.count: counts.leftOut += 1
    case .dropItem where !kept.contains(where: { $0.type == .suggest }): counts.leftOut += 1
    case .dropItem, .dropProblem:
      try writer.write(
        record, changing: [(key: "rubric", value: kept), (key: RubricCheck.key, value: check)])
    }
  }
}

/// What the summary and the metrics tell.
private struct Counts {
  var items = 0
  var notRight = 0
  var notRelevant = 0
  var notApt = 0
  var unfit = 0
  var leftOut = 0
  var withoutRubric = 0

  mutating func add(_ check: RubricCheck) {
    items += check.entries.count
    notRight += check.entries.count { !$0.isRight }
    notRelevant += check.entries.count { !$0.isRelevant }
    notApt += check.entries.count { !$0.hasAptType }
    unfit += check.entries.count { !$0.isValid }
  }

  func report(to run: ToolRun) {
    run.metrics["items"] = items
    run.metrics["items_not_right"] = notRight
    run.metrics["items_not_relevant"] = notRelevant
    run.metrics["items_of_wrong_type"] = notApt
    run.metrics["items_unfit"] = unfit
    run.metrics["problems_left_out"] = leftOut
    run.summarize(
      "\(counted(unfit, of: items, "item", "is", "are")) not fit to judge by: \(notRight) not right, "
        + "\(notRelevant) not relevant, \(notApt) of a type that is not apt")
    if leftOut > 0 { run.summarize("left out \(counted(leftOut, "problem"))") }
    if withoutRubric > 0 { run.summarize("\(counted(withoutRubric, "problem")) without a rubric") }
  }
}
