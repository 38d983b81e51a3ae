import ArgumentParser
import Filters
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
      completions; with '--log', what was judged once is not asked again.

      EXAMPLES
        srar-judge --log judge.log.jsonl rollouts.jsonl.zst > judged.jsonl.zst
        srar-judge --replay judge.log.jsonl rollouts.jsonl.zst > again.jsonl.zst
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Judge") var judge: JudgeOptions
  @OptionGroup(title: "Judge 'chat'") var chat: ChatArguments
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    try withRecords(tool: "srar-judge", input: input, output: output, report: report) { records in
      if chat.insecure { records.run.note("certificates are not verified ('--insecure')") }
      var stage = try RubricJudgeStage(judge, chat, maximumLineBytes: input.maxLineBytes)
      try records.forEachRecord { record in
        try stage.process(record, into: records.writer)
      }
      try stage.finish(into: records.writer)
      stage.report(to: records.run)
    }
  }
}

/// Who judges, and what is kept of it.
struct JudgeOptions: ParsableArguments {
  /// The judges there are.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case equations, chat
  }

  /// What to do about a rollout that the replayed logs do not have.
  enum MissingReply: String, CaseIterable, ExpressibleByArgument {
    case error, live
  }

  @Option(
    help: ArgumentHelp(
      "Who judges. (default: 'chat' where '--url' is given, else 'equations')", valueName: "name"))
  var judge: Kind?

  @Option(
    help: ArgumentHelp(
      """
      What an item that no step attempts is tied to: the step at its place in the 'order' of the rubric, so that \
      leaving a step out counts against what was done in its place, or 'none'.
      """, valueName: "rule"))
  var unattempted: EquationJudge.Unattempted = .order

  @Option(
    help: ArgumentHelp("Append one record per judge call to this file.", valueName: "file"),
    completion: .file())
  var log: String?

  @Option(
    help: ArgumentHelp(
      "Answer from this log and ask nobody; may be given several times.", valueName: "file"),
    completion: .file())
  var replay: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the logs lack is an 'error', or goes to the 'live' judge.", valueName: "rule"))
  var replayMissing: MissingReply = .error

  @Option(
    help: ArgumentHelp(
      "The share of rollouts that may fail to be judged before the run ends with status 69.",
      valueName: "share"))
  var maxFailures = 0.05

  mutating func validate() throws {
    guard (0...1).contains(maxFailures) else {
      throw ValidationError("'--max-failures' must be between 0 and 1, but is \(maxFailures)")
    }
    if replay.isEmpty && replayMissing == .live {
      throw ValidationError("'--replay-missing' needs '--replay'")
    }
  }
}

extension EquationJudge.Unattempted: ExpressibleByArgument {}
