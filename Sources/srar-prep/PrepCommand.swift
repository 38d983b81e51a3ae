import ArgumentParser
import Filters

/// `srar-prep`: problems, in the form in which the pipeline wants them.
@main
struct PrepCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-prep",
    abstract: "Prepare problems with rubrics for the pipeline.",
    discussion: """
      EXAMPLES
        srar-prep --from gsm8k gsm8k.jsonl.zst --output train.jsonl.zst
        srar-prep synth --count 1000 --seed 7 > synth.jsonl.zst
        srar-prep batch --size 64 --step 3 train.jsonl.zst > prompts.jsonl.zst
      """,
    version: Version.text(),
    subcommands: [
      ConvertCommand.self, StatsCommand.self, LintCommand.self, SynthCommand.self,
      BatchCommand.self, DistillCommand.self,
    ],
    defaultSubcommand: ConvertCommand.self)
}
