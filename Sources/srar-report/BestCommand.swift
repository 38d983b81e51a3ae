import ArgumentParser
import Filters
import Foundation
import JSONLines
import Records
import Reporting

/// `srar-report best`: which of several evaluations is the best.
struct BestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best",
    abstract: "Print the path of the best of several evaluations, to choose a setting by.",
    discussion: """
      All evaluations must be of the same problems; a note names the settings of sampling in which they differ.

      EXAMPLES
        srar-report best before.jsonl.zst after.jsonl.zst
        srar-report best --by rubric before.jsonl.zst after.jsonl.zst
      """)

  @Argument(help: "Streams of rewarded rollouts.", completion: .file())
  var inputs: [String]

  @Option(
    help: ArgumentHelp(
      "The measure that is to be largest, by its name in 'srar-report --json'; of equals the first.",
      valueName: "measure"))
  var by = "accuracy"

  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    let run = try ToolRun(
      tool: "srar-report best", report,
      files: inputs.map { NamedFile("the input", $0, .read) } + [.standardOutput])
    var best: (path: String, value: Double)?
    var first: (path: String, problems: ProblemSet)?
    var samplings: [SamplingSettings] = []
    for path in inputs {
      run.progress.update(fraction: nil, path)
      let points = try RunReading().read(path, label: path, index: 0).points
      let measures = points.flatMap(\.measures)
      guard let measure = measures.first(where: { $0.name == by }) else {
        throw UsageError("there is no measure '\(by)'; 'srar-report --json' names them")
      }
      guard let value = measure.value else {
        throw ReportingError.notMeasured(by, path)
      }
      let problems = points[0].summary.problemSet
      if let first, first.problems != problems {
        throw ReportingError.otherProblems(first.path, path)
      }
      samplings.append(points[0].summary.sampling)
      first = first ?? (path, problems)
      if best.map({ value > $0.value }) ?? true { best = (path, value) }
    }
    run.progress.clear()
    guard let best else { throw UsageError("name the evaluations to choose from") }
    if let note = samplingNote(SamplingSettings.differences(between: samplings)) { run.note(note) }
    run.summarize("\(best.path): \(by) \(best.value)")
    try write(Array("\(best.path)\n".utf8), to: .standardOutput)
    run.metrics[by] = best.value
    try run.finish()
  }
}
