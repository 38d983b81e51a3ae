import ArgumentParser
import Filters

/// `srar-report`: what a run did, and how two policies compare.
@main
struct ReportCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-report",
    abstract: "Show what runs and streams say about a policy.",
    discussion: """
      EXAMPLES
        srar-report runs/demo --html demo.html
        srar-report before.jsonl.zst after.jsonl.zst --label before --label after
        srar-report rewarded.jsonl.zst --json
        srar-report evaluate after.jsonl.zst
        srar-report compare before.jsonl.zst after.jsonl.zst
        srar-report experiment runs/experiment --arm grpo --arm srar
      """,
    version: Version.text(),
    subcommands: [
      ShowCommand.self, EvaluateCommand.self, CompareCommand.self, BestCommand.self,
      ExperimentCommand.self,
    ],
    defaultSubcommand: ShowCommand.self)
}
