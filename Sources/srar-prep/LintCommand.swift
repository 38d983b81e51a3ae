import ArgumentParser
import Diagnostics
import Filters
import JSONLines
import ProblemSources
import Records
import Rubrics

/// `srar-prep lint`: faults in rubrics.
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Find faults in rubrics.",
    discussion: """
      Faults are: no item at all, no ANSWER or several, no SUGGEST, a tag that is none of the four, a line without a tag, \
      a tag without text, a text that stands there twice, control characters that JSON made of LaTeX with too few backslashes (in the problem, \
      its answer, solution and messages, too), too many items. Each is one line on standard output.

      EXAMPLES
        srar-prep lint train.jsonl.zst
        srar-prep lint --json --rubric-field criteria rubrics.csv
      """)

  @OptionGroup(title: "Rows") var sources: SourceArguments

  @Option(help: ArgumentHelp("More items than this are too many.", valueName: "count"))
  var maxItems = 12

  @Flag(help: "Print JSON Lines.")
  var json = false

  @Flag(help: "End with status 65 where there are faults.")
  var strict = false

  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard maxItems > 0 else {
      throw ValidationError("'--max-items' must be at least 1, but is \(maxItems)")
    }
  }

  func run() throws {
    let run = try ToolRun(tool: "srar-prep lint", report, files: sources.input.namedFiles)
    let layout = sources.layout
    var counts: [String: Int] = [:]
    var faultyCount = 0
    let rows = try sources.forEachRow(run) { row in
      let problem = try layout.problem(in: row)
      let findings =
        rubricFindings(in: problem.rubric?.lines ?? [], itemLimit: maxItems)
        + problem.damagedFields.map { .lostBackslashOutside(field: $0) }
      if !findings.isEmpty { faultyCount += 1 }
      for finding in findings {
        counts[finding.name, default: 0] += 1
        let fault = Fault(position: row.record.position, record: problem.id, finding: finding)
        run.progress.clear()
        try writeToStandardOutput((json ? jsonText(fault) : messageText(fault.description)) + "\n")
      }
    }
    for name in RubricFinding.names {
      run.metrics[name.replacing("-", with: "_")] = counts[name] ?? 0
    }
    run.metrics["faulty"] = faultyCount
    let kinds = RubricFinding.names.compactMap { name in counts[name].map { "\($0) \(name)" } }
    if rows.used > 0 {
      run.summarize(
        "\(faultyCount) of \(rows.used) rubrics have faults"
          + (kinds.isEmpty ? "" : ": " + kinds.joined(separator: ", ")))
    }
    try run.finish()
    if strict, faultyCount > 0 { throw FaultyRubrics(count: faultyCount) }
  }
}

/// A fault and its place.
private struct Fault: JSONWritable, CustomStringConvertible {
  let position: LinePosition
  let record: String?
  let finding: RubricFinding

  var description: String {
    "\(position): \(record.map { "record \"\($0)\": " } ?? "")\(finding)"
  }

  func write(to json: inout JSONWriter) {
    json.object { fault in
      fault.member("file", position.source)
      fault.member("line", position.line)
      fault.member(ifPresent: "id", record)
      fault.member("finding", finding.name)
      fault.member(ifPresent: "rubric_line", finding.line)
      fault.member("text", finding.description)
    }
  }
}

/// What `--strict` ends with.
struct FaultyRubrics: ToolError, Equatable {
  let count: Int

  var description: String { "\(count) \(count == 1 ? "rubric has" : "rubrics have") faults" }
  var exitStatus: ExitStatus { .badData }
}
