import ArgumentParser
import Filters
import HTTPClient

/// `srar-judge`: who ties rubric items to steps, and says which are satisfied.
@main
struct JudgeCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-judge",
    abstract: "Judge rollouts by their rubrics, step by step.",
    discussion: """
      EXAMPLES
        srar-judge --log judge.log.jsonl rollouts.jsonl.zst > judged.jsonl.zst
        srar-judge --replay judge.log.jsonl rollouts.jsonl.zst > again.jsonl.zst
        srar-judge agree judged.jsonl.zst again.jsonl.zst
      """,
    version: Version.text(curlVersion),
    subcommands: [
      RubricJudgeCommand.self, StepCheckCommand.self, RubricCheckCommand.self,
      AgreementCommand.self,
    ],
    defaultSubcommand: RubricJudgeCommand.self)
}
