import ArgumentParser
import Filters

/// `srar-reward`: outcome and rubric rewards of every rollout.
@main
struct RewardCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-reward",
    abstract: "Score rollouts: the answer, the format, and what the judge's verdicts are worth.",
    discussion: """
      Reads a judged stream, adds the object "reward". A rollout of which no item was judged keeps its outcome reward and \
      gets no step scores. Verdicts on items that the rubric lacks are ignored, and the summary says how many; if no verdict \
      of the whole stream matches an item, the tool stops with status 65.

      EXAMPLES
        srar-reward judged.jsonl.zst --output rewarded.jsonl.zst
        srar-rollout --responses log.jsonl.zst problems.jsonl.zst \\
          | srar-reward --answers-only --extract marker > rewarded.jsonl.zst
      """,
    version: Version.text())

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Answers") var answers: AnswerArguments
  @OptionGroup(title: "Rewards") var rewards: RewardArguments
  @OptionGroup(title: "Overlong shaping (DAPO)") var overlong: OverlongArguments
  @OptionGroup(title: "Effect") var effect: EffectOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    try withRecords(tool: "srar-reward", input: input, output: output, report: report) { records in
      var stage = RewardStage(
        options: rewards.options(answers), needsJudge: !answers.answersOnly,
        overlong: overlong.shaping(rewards.preset))
      try records.forEachRecord { record in
        try stage.process(record, into: records.writer)
      }
      try stage.checkMatches()
      try effect.check(stage.complaint, of: input)
      stage.report(to: records.run)
    }
  }
}
