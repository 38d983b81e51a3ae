import ArgumentParser
import Filters
import HTTPClient
import Inquiries
import Kernels
import Records
import Steps

/// `srar-rollout`: responses to every problem, sampled here or taken from a log.
@main
struct RolloutCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-rollout",
    abstract:
      "Sample responses to problems from a policy or from servers, or take them from a log.",
    discussion: """
      Adds the object "rollout": one record per response, the responses to a problem one after the other. A response \
      depends on the policy, the prompt, the options and the seed alone, whatever else is being sampled.

      EXAMPLES
        srar-rollout --policy runs/demo/warm prompts.jsonl.zst > rollouts.jsonl.zst
        srar-rollout --url http://localhost:8000/v1 --model NAME --log log.jsonl \\
          prompts.jsonl.zst > rollouts.jsonl.zst
        srar-rollout --responses log.jsonl.zst --steps lines problems.jsonl.zst \\
          > rollouts.jsonl.zst
      """,
    version: Version.text(curlVersion))

  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "The Hugging Face folder of the policy to sample from.", valueName: "folder"),
    completion: .directory)
  var policy: String?

  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Servers") var fleet: FleetArguments
  @OptionGroup(title: "Responses from a log") var log: ResponseLogArguments

  @Option(
    help: ArgumentHelp(
      "What parts a response into steps: 'headers' ### Step N:, 'lines' or 'paragraphs'.",
      valueName: "style"))
  var steps: StepStyle = .headers

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    let ways = [
      ("--policy", policy != nil), ("--url", !fleet.url.isEmpty),
      ("--responses", log.responses != nil),
    ].filter(\.1).map(\.0)
    if ways.count > 1 {
      throw ValidationError("'\(ways[0])' and '\(ways[1])' exclude each other")
    }
    if policy == nil && sampling.compute != .float32 {
      throw ValidationError("'--compute' is for '--policy'; servers compute as they were started")
    }
  }

  func run() throws {
    // Not in `validate`, whose complaints come before those of a misspelled option.
    guard policy != nil || log.responses != nil || !fleet.servers.isEmpty else {
      throw UsageError(
        "give '--policy' or '--url' to sample, or '--responses' to take what was sampled; '--help' has examples"
      )
    }
    try checkDistinct(input.files)
    try withRecords(
      tool: "srar-rollout", input: input, output: output, report: report,
      files: [log.responses].compactMap { $0.map { NamedFile("'--responses'", $0, .read) } }
        + fleet.namedFiles + (policy.map { NamedFile.policy("'--policy'", $0) } ?? [])
    ) { records in
      if let policy {
        var stage = try SamplingStage(policy: policy, arguments: sampling, stepStyle: steps)
        try stage.run(records)
      } else if log.responses != nil {
        var stage = try ResponseLogStage(
          arguments: log, stepStyle: steps, maximumLineBytes: input.maxLineBytes,
          zeroBytes: input.zeroBytes)
        try records.forEachRecord { record in
          try stage.process(record, into: records.writer)
        }
        stage.report(to: records.run)
      } else {
        var stage = try FleetStage(
          fleet, sampling, stepStyle: steps, maximumLineBytes: input.maxLineBytes,
          for: records.run)
        try stage.run(records)
      }
    }
  }
}

extension StepStyle: ExpressibleByArgument {}
