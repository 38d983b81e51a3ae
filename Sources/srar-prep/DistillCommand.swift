import ArgumentParser
import Diagnostics
import Filters
import Inquiries
import JSONLines
import Judging
import Records
import Rubrics

/// `srar-prep distill`: rubrics from what tells right solutions from flawed ones.
struct DistillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "distill",
    abstract: "Let a language model write the rubrics, from right and flawed solutions.",
    discussion: """
      Reads rewarded rollouts, those of a problem together, such as a strong model's. A language model is shown right and \
      flawed solutions of each problem and distils a rubric of at most 8 items, with at least one SUGGEST and one ANSWER. Out \
      come the problems, each once, with that rubric in place of the one they had, and without the solutions. A problem that \
      lacks solutions of one kind, or for which no usable rubric came, is left out and counted.

      EXAMPLES
        srar-prep distill --url http://localhost:8000/v1 --model NAME --log distill.log.jsonl \\
          rewarded.jsonl.zst > problems.jsonl.zst
      """)

  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    help: ArgumentHelp("Show no more solutions of either kind than these.", valueName: "count"))
  var maxSolutions = 4

  @Flag(help: "Distil from solutions of one kind where there are none of the other.")
  var oneSided = false

  @OptionGroup(title: "Log") var log: LogOptions
  @OptionGroup(title: "Language model") var servers: ServerArguments
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard maxSolutions > 0 else {
      throw ValidationError("'--max-solutions' must be at least 1, but is \(maxSolutions)")
    }
    guard servers.model.count <= 1 else {
      throw ValidationError("'--model' can be given once: rubrics are not voted on")
    }
  }

  func run() throws {
    try withRecords(
      tool: "srar-prep distill", input: input, output: output, report: report,
      files: log.namedFiles + servers.namedFiles
    ) { records in
      let voters = try servers.voters(
        about: ContrastQuestion.self, asks: log.asksForMissing, for: records.run)
      let inquiry = InquiryRun<Record, ContrastQuestion>(
        try Inquiry(voters, log, maximumLineBytes: input.maxLineBytes), log, subject: "problem")
      var oneSidedCount = 0
      var itemCount = 0
      nonisolated(unsafe) let reading = records
      try inquiry.run(
        reading: { [self] ask in
          try reading.forEachGroup { group in
            try ask(
              group.records[0], try question(about: group.records),
              InquiryRun.Place(record: group.id, index: nil, group.records[0].position))
          }
        },
        writing: { record, question, reached in
          guard question != nil else {
            oneSidedCount += 1
            return
          }
          guard case .entries(let items) = reached?.decision.outcome else { return }
          itemCount += items.count
          try records.writer.write(record, changing: changes(rubric: items))
        },
        flushing: { try records.writer.flush() })
      records.run.metrics["problems_one_sided"] = oneSidedCount
      records.run.metrics["items"] = itemCount
      records.run.summarize(
        "\(counted(records.writer.count, "rubric")), \(counted(itemCount, "item"))")
      records.run.summarize(inquiry.headline)
      inquiry.report(to: records.run)
      if oneSidedCount > 0 {
        records.run.summarize(
          "left out \(counted(oneSidedCount, "problem")) of which all solutions are right, or all flawed"
        )
      }
    }
  }

  /// nil where the solutions make no contrast.
  private func question(about records: [Record]) throws -> ContrastQuestion? {
    let problem = try Problem(records[0])
    var right: [String] = []
    var flawed: [String] = []
    for record in records {
      let isCorrect = try record.read(Reward.self).isCorrect
      let response = try record.read(Rollout.self).response
      // The same text twice shows nothing new.
      guard !right.contains(response), !flawed.contains(response) else { continue }
      if isCorrect { right.append(response) } else { flawed.append(response) }
    }
    let isContrast = !right.isEmpty && !flawed.isEmpty
    guard isContrast || oneSided else { return nil }
    return ContrastQuestion(
      problem: problem.problem, groundTruth: problem.groundTruth,
      rightSolutions: Array(right.prefix(maxSolutions)),
      flawedSolutions: Array(flawed.prefix(maxSolutions)))
  }

  /// What makes a problem of one of its rollouts.
  private func changes(
    rubric: [RubricItem]
  ) -> [(key: String, value: (any JSONWritable)?)] {
    let stages = [
      Rollout.key, Judgement.key, StepCheck.key, Reward.key, Advantage.key, RubricCheck.key,
    ]
    return [(key: "rubric", value: rubric)] + stages.map { (key: $0, value: nil) }
  }
}
