import ArgumentParser
import Diagnostics
import Filters
import Foundation
import JSONLines
import ProblemSources
import Records
import Rewards

/// `srar-prep convert`: problems of others into our records, or into the authors' trainer's layout.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert problems from JSON Lines, CSV, TSV or Parquet.",
    discussion: """
      Fields that make no part of a problem go on unchanged. Problems without an identity are numbered under their \
      source's name. An output whose name ends in .parquet is written with DuckDB, as a Parquet input is read.

      EXAMPLES
        srar-prep --from gsm8k gsm8k.jsonl.zst --output train.jsonl.zst
        srar-prep --mode val --problem-field question exam.csv > exam.jsonl.zst
        srar-prep --to trainer train.jsonl.zst --output train.parquet
      """)

  @OptionGroup(title: "Rows") var sources: SourceArguments

  @Option(
    help: ArgumentHelp(
      "What the problems are for: 'train' wants a rubric for each of them, 'val' does not.",
      valueName: "mode"))
  var mode: ProblemMode = .train

  @Option(help: ArgumentHelp("The layout to write.", valueName: "layout"))
  var to: ProblemLayout = .records

  @Option(
    help: ArgumentHelp(
      """
      The set that the problems come from. (default: what the rows say, else 'gsm8k' or the file's name)
      """, valueName: "name"))
  var source: String?

  @Option(
    help: ArgumentHelp(
      """
      What follows the problem in the message to the model; '' leaves the problem alone. (default: the messages that a row \
      brings along, else a request for the step format)
      """, valueName: "text"))
  var instruction: String?

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    if source?.isEmpty ?? false { throw ValidationError("'--source' must not be empty") }
    if writesParquet, output.plain {
      throw ValidationError("'--plain' and an '--output' that ends in .parquet exclude each other")
    }
  }

  func run() throws {
    guard writesParquet, let path = output.output else { return try convert(to: output) }
    let duckDB = try DuckDB(for: path)
    let folder = try ScratchFolder()
    var stream = output
    stream.output = folder.path("rows.jsonl.zst")
    stream.zstd = true
    try convert(to: stream)
    try duckDB.writeParquet(path, from: folder)
  }

  private func convert(to output: OutputOptions) throws {
    // Of Parquet, the stream's own output is a scratch file.
    let target = writesParquet ? self.output.namedFiles : []
    try withOutput(
      tool: "srar-prep convert", output: output, report: report,
      files: sources.input.namedFiles + target
    ) { run, writer in
      var converter = ProblemConverter(
        ProblemConverter.Options(
          mode: mode, layout: sources.layout, instruction: instruction, source: source))
      var solutions = SolutionCounts()
      let problems = ProblemWriter(to, mode: mode, source: sources.layout)
      let rows = try sources.forEachRow(run) { row in
        let problem = try converter.problem(from: row)
        try writer.write(id: problem.id, position: row.record.position) { json in
          problems.write(problem, from: row, index: writer.count, to: &json)
        }
        if let solution = problem.solution {
          solutions.add(solution, groundTruth: problem.groundTruth, of: problem.id)
        }
      }
      summarize(converter.counts, rows.used, run)
      run.tell(solutions)
    }
  }

  private func summarize(_ counts: ProblemConverter.Counts, _ used: Int, _ run: ToolRun) {
    run.metrics["items"] = counts.items
    run.metrics["without_rubric"] = counts.withoutRubric
    run.metrics["without_suggest"] = counts.withoutSuggest
    run.metrics["unused_rubric_lines"] = counts.unusedLines
    if to == .trainer { run.metrics["renumbered_rubrics"] = counts.otherwiseNumbered }
    run.metrics["unused_members"] = counts.unused.values.reduce(0, +)
    guard used > 0 else { return }
    run.summarize("\(counted(counts.problems, "problem")), \(counted(counts.items, "rubric item"))")
    if counts.withoutRubric > 0 { run.summarize("without a rubric: \(counts.withoutRubric)") }
    if counts.withoutSuggest > 0 {
      let reason = sources.from == .gsm8k ? " (solutions without annotations)" : ""
      run.summarize("without a SUGGEST item: \(counts.withoutSuggest)\(reason)")
    }
    if to == .trainer, let first = counts.firstOtherwiseNumbered {
      run.summarize(
        """
        items numbered anew in \(counted(counts.otherwiseNumbered, "problem")): the trainer counts a rubric's lines from 1, \
        and verdicts on these ids do not fit there (such as item \(first.id) of "\(first.problem)", now \(first.place))
        """)
    }
    if counts.unusedLines > 0 {
      run.summarize(
        "lines of rubrics that make no item: \(counts.unusedLines); 'srar-prep lint' names them")
    }
    if !counts.unused.isEmpty {
      let list = counts.unused.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
      run.summarize(
        "not used by any tool: \(list.joined(separator: ", ")); say what matters of it in the problems and items"
      )
    }
  }

  private var writesParquet: Bool {
    output.output.map { SourceFormat(fileName: $0) == .parquet } ?? false
  }
}

extension ToolRun {
  /// Counts and tells what reference solutions lack.
  func tell(_ solutions: SolutionCounts) {
    metrics["solutions"] = solutions.solutions
    metrics["solutions_without_steps"] = solutions.withoutSteps.count
    metrics["solutions_without_box"] = solutions.withoutBox.count
    metrics["solutions_with_other_answer"] = solutions.otherAnswer.count
    solutions.notes.forEach(summarize)
  }
}

extension ProblemMode: ExpressibleByArgument {}
extension ProblemLayout: ExpressibleByArgument {}
