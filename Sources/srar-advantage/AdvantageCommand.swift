import Advantages
import ArgumentParser
import Filters

/// `srar-advantage`: the advantage of every rollout, one problem's group at a time.
@main
struct AdvantageCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-advantage",
    abstract: "Turn the rewards of each problem's rollouts into advantages.",
    discussion: """
      Reads a rewarded stream, adds the object "advantage": the outcome advantage of the rollout and the offset of \
      each step. Groups are read one at a time.

      ESTIMATORS
      \(Estimator.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      EXAMPLES
        srar-advantage rewarded.jsonl.zst --output advantages.jsonl.zst
        srar-reward judged.jsonl.zst | srar-advantage --preset paper --plain
      """,
    version: Version.text())

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Advantages") var advantages: AdvantageArguments
  @OptionGroup(title: "Dynamic sampling") var sampling: DynamicSamplingArguments
  @OptionGroup(title: "Effect") var effect: EffectOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    try withRecords(
      tool: "srar-advantage", input: input, output: output, report: report
    ) { records in
      var stage = AdvantageStage(
        estimator: advantages.estimator, options: advantages.options,
        isDense: advantages.dense, sampling: sampling)
      try records.forEachGroup { group in
        try stage.process(group, into: records.writer)
      }
      try effect.check(stage.complaint, of: input)
      stage.report(to: records.run)
    }
  }
}
