import ArgumentParser
import Filters

/// `srar-update`: from a policy and what it learned from to the next policy.
@main
struct UpdateCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-update",
    abstract: "Make, warm up and update policies.",
    discussion: """
      A policy is a Hugging Face folder; it appears under its name only when it is whole, with the optimizer's state beside \
      the weights.

      EXAMPLES
        srar-update init --text train.jsonl.zst --output initial
        srar-update sft train.jsonl.zst --policy initial --output warm
        srar-update advantages.jsonl.zst --policy warm --output next
      """,
    version: Version.text(),
    subcommands: [
      PolicyUpdateCommand.self, SupervisedCommand.self, InitCommand.self, ImportCommand.self,
    ],
    defaultSubcommand: PolicyUpdateCommand.self)
}
