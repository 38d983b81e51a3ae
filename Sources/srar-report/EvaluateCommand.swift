import ArgumentParser
import Diagnostics
import Evaluation
import Filters
import Foundation
import JSONLines
import Reporting

/// `srar-report evaluate`: Avg@k, pass@k and maj@k of a policy on a set.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a policy on a set of problems: Avg@k, pass@k, maj@k, with intervals.",
    discussion: """
      Reads rewarded rollouts, several of each problem, or the results that '--problems' has written. pass@k is Chen et \
      al.'s unbiased estimator; maj@k votes by answers that are equal, ties broken evenly, exactly over all subsets of k \
      samples. Intervals are bootstrapped over problems.

      EXAMPLES
        srar-report evaluate eval.jsonl.zst
        srar-report evaluate eval.jsonl.zst --problems eval-problems.jsonl.zst --json
      """)

  @Argument(help: "The stream; '-' or none is standard input.", completion: .file())
  var input = "-"

  @Option(
    help: ArgumentHelp(
      "Write a record of each problem to this file, with its answers and votes.",
      valueName: "file"), completion: .file())
  var problems: String?

  @OptionGroup(title: "Evaluation") var evaluation: EvaluationArguments
  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    let run = try ToolRun(
      tool: "srar-report evaluate", report,
      files: [NamedFile("the input", input, .read)]
        + [problems].compactMap { $0.map { NamedFile("'--problems'", $0, .output) } }
        + [.standardOutput])
    if input == "-", isatty(STDIN_FILENO) == 1 {
      throw UsageError("nothing to read: name a file, pipe a stream in, or see '--help'")
    }
    let results = try evaluation.results(of: input, run)
    if let problems { try writeProblems(results, to: problems) }
    let summary = EvaluationSummary(results.map(\.result), options: evaluation.bootstrap)
    try write(evaluation.json ? json(summary) : text(summary), to: .standardOutput)
    run.metrics["problems"] = summary.problems
    run.metrics["samples"] = summary.samples
    for line in summary.lines { run.metrics[line.name] = line.estimate.value }
    try run.finish()
  }

  private func writeProblems(_ results: [EvaluatedProblem], to path: String) throws {
    let stream = try LineWriter(.file(path), format: nil, level: nil)
    for entry in results {
      var json = JSONWriter()
      json.object { object in
        object.member("id", entry.id)
        object.member(ifPresent: "source", entry.source)
        object.member(ifPresent: "problem", entry.problem)
        object.member(ifPresent: "ground_truth", entry.groundTruth)
        object.member(ProblemResult.key, entry.result)
      }
      try json.bytes.withUnsafeBytes { try stream.append($0) }
      try stream.endLine()
    }
    try stream.finish()
  }

  private func text(_ summary: EvaluationSummary) -> [UInt8] {
    var rows = [["", "", evaluation.intervalTitle]]
    for line in summary.lines {
      let note = line.problems < summary.problems ? " (\(counted(line.problems, "problem")))" : ""
      rows.append([line.name + note] + cells(line.estimate))
    }
    let head = "\(counted(summary.problems, "problem")), \(counted(summary.samples, "sample"))\n"
    return Array((head + alignedText(rows)).utf8)
  }

  private func json(_ summary: EvaluationSummary) -> [UInt8] {
    var json = JSONWriter()
    json.object { object in
      object.member("problems", summary.problems)
      object.member("samples", summary.samples)
      object.member("confidence", evaluation.confidence)
      object.member("measures") { member in
        member.object { measures in
          for line in summary.lines {
            measures.member(line.name) { member in
              member.object { object in
                line.estimate.writeMembers(to: &object)
                object.member("problems", line.problems)
              }
            }
          }
        }
      }
    }
    return json.bytes + [0x0A]
  }
}

extension Estimate {
  func writeMembers(to object: inout JSONWriter) {
    object.member("value", value)
    object.member("low", low)
    object.member("high", high)
  }
}
