import ArgumentParser
import Filters
import Inquiries
import Judging

/// `srar-judge judge`, the default: verdicts on every rubric item.
struct RubricJudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "Give a verdict on every rubric item of every rollout (the default).",
    discussion: """
      Adds the object "judge" to each record. An item that the judge cannot decide gets no verdict, and is counted. A \
      judge that fails is recorded as a failure, never as "nothing satisfied".

      The judge 'equations' finds the calculations that a rubric item states in the steps of the response, by exact \
      arithmetic, without a network. The judge 'chat' is a language model behind a server that speaks OpenAI's chat \
      completions; with '--log', what was judged once is not asked again, and '--replay FILE --model NAME' answers from it. Several models, or several votes of one, decide \
      by majority.

      EXAMPLES
        srar-judge --log judge.log.jsonl rollouts.jsonl.zst > judged.jsonl.zst
        srar-judge --replay judge.log.jsonl rollouts.jsonl.zst > again.jsonl.zst
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Judge") var judge: JudgeOptions
  @OptionGroup(title: "Log") var log: LogOptions
  @OptionGroup(title: "Judge 'chat'") var servers: ServerArguments
  @OptionGroup(title: "Effect") var effect: EffectOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  @Option(
    help: ArgumentHelp(
      """
      What an item that no step attempts is tied to by 'equations': the step at its place in the 'order' of the rubric, \
      so that leaving a step out counts against what was done in its place, or 'none'.
      """, valueName: "rule"))
  var unattempted: EquationJudge.Unattempted = .order

  mutating func validate() throws { _ = try judge.kind(servers) }

  func run() throws {
    try withRecords(
      tool: "srar-judge", input: input, output: output, report: report,
      files: log.namedFiles + servers.namedFiles
    ) { records in
      let voters: [any Judge<RubricQuestion>] =
        switch try judge.kind(servers) {
        case .equations: [EquationJudge(unattempted: unattempted)]
        case .chat:
          try servers.voters(
            about: RubricQuestion.self, asks: log.asksForMissing, votes: judge.votes,
            for: records.run)
        }
      var stage = try RubricJudgeStage(voters, log, maximumLineBytes: input.maxLineBytes)
      try stage.run(records)
      try effect.check(stage.complaint, of: input)
      stage.report(to: records.run)
    }
  }
}

extension EquationJudge.Unattempted: ExpressibleByArgument {}
