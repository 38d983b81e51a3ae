import ArgumentParser
import Filters
import Records
import Steps

/// `srar-rollout`: responses to every problem, sampled here or taken from a log.
@main
struct RolloutCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-rollout",
    abstract: "Sample responses to problems from a policy, or take them from a log.",
    discussion: """
      Adds the object "rollout": one record per response, the responses to a problem one after the other. A response \
      depends on the policy, the prompt, the options and the seed alone, whatever else is being sampled.

      EXAMPLES
        srar-rollout --policy runs/demo/warm prompts.jsonl.zst > rollouts.jsonl.zst
        srar-rollout --responses log.jsonl.zst --steps lines problems.jsonl.zst \\
          > rollouts.jsonl.zst
      """,
    version: Version.text())

  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "The Hugging Face folder of the policy to sample from.", valueName: "folder"),
    completion: .directory)
  var policy: String?

  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Responses from a log") var log: ResponseLogArguments

  @Option(
    help: ArgumentHelp(
      "What parts a response into steps: 'headers' ### Step N:, 'lines' or 'paragraphs'.",
      valueName: "style"))
  var steps: StepStyle = .headers

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    if policy != nil && log.responses != nil {
      throw ValidationError("'--policy' and '--responses' exclude each other")
    }
    if policy == nil && log.responses == nil {
      throw ValidationError("give '--policy' to sample, or '--responses' to take what was sampled")
    }
  }

  func run() throws {
    try withRecords(tool: "srar-rollout", input: input, output: output, report: report) { records in
      if let policy {
        var stage = try SamplingStage(policy: policy, arguments: sampling, stepStyle: steps)
        try stage.run(records)
      } else {
        var stage = try ResponseLogStage(
          arguments: log, stepStyle: steps, maximumLineBytes: input.maxLineBytes)
        try records.forEachRecord { record in
          try stage.process(record, into: records.writer)
        }
        stage.report(to: records.run)
      }
    }
  }
}

extension StepStyle: ExpressibleByArgument {}
