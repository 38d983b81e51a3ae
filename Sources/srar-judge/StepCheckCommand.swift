import ArgumentParser
import Diagnostics
import Filters
import Inquiries
import Judging
import Records
import Rubrics
import Steps

/// `srar-judge steps`: is each step right?
struct StepCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steps",
    abstract: "Check each step of every rollout, for the measures of faithful reasoning.",
    discussion: """
      Adds the object "step_check" to each record. The check by 'equations' calls a step wrong when exact arithmetic \
      contradicts one of the equations that it states; stated roundings are accepted. The check by 'chat' asks a language \
      model whether each step is right, given those before it.

      EXAMPLES
        srar-judge steps rollouts.jsonl.zst > checked.jsonl.zst
        srar-judge rollouts.jsonl.zst | srar-judge steps --pitfalls | srar-reward \\
          | srar-report
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Judge") var judge: JudgeOptions

  @Flag(
    help: "A step where the judge saw a PITFALL is wrong, too; needs records with \"judge\".")
  var pitfalls = false

  @OptionGroup(title: "Log of the judge 'chat'") var log: LogOptions
  @OptionGroup(title: "Judge 'chat'") var servers: ServerArguments
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    if try judge.kind(servers) == .equations, log.log != nil || !log.replay.isEmpty {
      throw ValidationError("'--log' and '--replay' are for '--judge chat'")
    }
  }

  func run() throws {
    try withRecords(
      tool: "srar-judge steps", input: input, output: output, report: report,
      files: log.namedFiles + servers.namedFiles
    ) { records in
      var counts = Counts()
      switch try judge.kind(servers) {
      case .equations: try checkByArithmetic(records, &counts)
      case .chat: try ask(records, &counts)
      }
      records.run.metrics["steps"] = counts.steps
      records.run.metrics["steps_correct"] = counts.correct
      var line = counted(counts.correct, of: counts.steps, "step", "is", "are") + " right"
      if try judge.kind(servers) == .equations {
        records.run.metrics["steps_without_equation"] = counts.withoutEquation
        line += ", \(counts.withoutEquation) of them without an equation to check"
      }
      records.run.summarize(line)
      if counts.contradictedPitfalls > 0 {
        records.run.metrics["contradicted_pitfalls"] = counts.contradictedPitfalls
        records.run.summarize(
          counted(counts.contradictedPitfalls, "PITFALL item")
            + " with verdicts that contradict each other: taken as not judged")
      }
      records.run.metrics["without_steps"] = counts.withoutSteps
      if counts.withoutSteps > 0 {
        records.run.summarize("\(counted(counts.withoutSteps, "rollout")) without a step to check")
      }
    }
  }

  private struct Counts {
    var steps = 0
    var correct = 0
    var withoutEquation = 0
    var contradictedPitfalls = 0
    /// Rollouts.
    var withoutSteps = 0

    mutating func add(_ check: StepCheck, of rollout: Rollout) {
      withoutSteps += rollout.steps.isEmpty ? 1 : 0
      steps += check.steps.count
      correct += check.steps.count { $0.isCorrect }
      withoutEquation += check.steps.count { $0.equationCount == 0 }
    }
  }

  private func checkByArithmetic(_ records: RecordRun, _ counts: inout Counts) throws {
    try records.forEachRecord { record in
      let rollout = try record.read(Rollout.self)
      let pitfalls = try pitfallSteps(record)
      let check = StepCheck.byArithmetic(response: rollout.response, steps: rollout.steps)
        .calling(wrong: pitfalls.steps)
      try records.writer.write(record, setting: check)
      counts.add(check, of: rollout)
      counts.contradictedPitfalls += pitfalls.contradicted
    }
  }

  private typealias Subject = (record: Record, rollout: Rollout, pitfalls: PitfallSteps)

  private func ask(_ records: RecordRun, _ counts: inout Counts) throws {
    let voters = try servers.voters(
      about: StepQuestion.self, asks: log.asksForMissing, votes: judge.votes, for: records.run)
    let inquiry = InquiryRun<Subject, StepQuestion>(
      try Inquiry(voters, log, maximumLineBytes: input.maxLineBytes), log, subject: "rollout")
    nonisolated(unsafe) let reading = records
    try inquiry.run(
      reading: { [self] ask in
        try reading.forEachRecord { record in
          let problem = try Problem(record)
          let rollout = try record.read(Rollout.self)
          let question = StepQuestion(
            problem: problem.problem, response: rollout.response, steps: rollout.steps)
          try ask(
            (record, rollout, try pitfallSteps(record)),
            rollout.steps.isEmpty ? nil : question,
            InquiryRun.Place(record: problem.id, index: rollout.index, record.position))
        }
      },
      writing: { subject, _, reached in
        let decision = reached?.decision
        let check =
          switch decision?.outcome {
          case nil: StepCheck(judge: inquiry.name, [])
          case .entries(let steps):
            StepCheck(judge: inquiry.name, steps.inOrder, panel: decision?.panel)
              .calling(wrong: subject.pitfalls.steps)
          case .failure(let reason):
            StepCheck(judge: inquiry.name, [], error: reason, panel: decision?.panel)
          }
        try records.writer.write(subject.record, setting: check)
        counts.add(check, of: subject.rollout)
        counts.contradictedPitfalls += subject.pitfalls.contradicted
      },
      flushing: { try records.writer.flush() })
    records.run.summarize(inquiry.headline)
    inquiry.report(to: records.run)
  }

  /// What the verdicts on PITFALL items say of the steps.
  private struct PitfallSteps {
    /// The numbers of the steps where one is satisfied.
    var steps: Set<Int> = []
    /// How many of the items have verdicts that contradict each other, and say nothing.
    var contradicted = 0
  }

  private func pitfallSteps(_ record: Record) throws -> PitfallSteps {
    guard pitfalls else { return PitfallSteps() }
    let mistakes = try Problem(record).rubric?.filter { $0.type == .pitfall }.map(\.id) ?? []
    let verdicts = try record.read(Judgement.self).verdicts.filter { mistakes.contains($0.id) }
    let contradicted = contradictedItems(verdicts)
    let seen = verdicts.filter { $0.isSatisfied && !contradicted.contains($0.id) }
    return PitfallSteps(steps: Set(seen.map(\.step)), contradicted: contradicted.count)
  }
}

extension [StepVerdict] {
  /// By the number of the step, in whatever order a judge named them.
  fileprivate var inOrder: Self { sorted { $0.number < $1.number } }
}
