import ArgumentParser
import Diagnostics
import Filters
import JSONLines
import ProblemSources
import Rubrics

/// `srar-prep stats`: what a set's rubrics look like.
struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count the items of rubrics, by type, and their words.",
    discussion: """
      Mean, sample standard deviation and range of the number of items a rubric, absent types counted as 0, and of the \
      number of words an item.

      EXAMPLES
        srar-prep stats train.jsonl.zst
        srar-prep stats --from gsm8k --json gsm8k.jsonl.zst
      """)

  @OptionGroup(title: "Rows") var sources: SourceArguments

  @Flag(help: "Print one JSON object instead of a table.")
  var json = false

  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    let run = try ToolRun(tool: "srar-prep stats", report, files: sources.input.namedFiles)
    var statistics = RubricStatistics()
    var withoutRubric = 0
    let layout = sources.layout
    let rows = try sources.forEachRow(run) { row in
      if let rubric = try layout.problem(in: row).rubric {
        statistics.add(rubric.items)
      } else {
        withoutRubric += 1
      }
    }
    run.progress.clear()
    try writeToStandardOutput(
      json ? jsonText(StatisticsReport(statistics: statistics)) + "\n" : statistics.table)
    if rows.used > 0 { run.summarize(counted(statistics.rubricCount, "rubric")) }
    if withoutRubric > 0 { run.summarize("\(counted(withoutRubric, "problem")) without a rubric") }
    run.metrics["rubrics"] = statistics.rubricCount
    run.metrics["without_rubric"] = withoutRubric
    try run.finish()
  }
}

/// The statistics as JSON.
private struct StatisticsReport: JSONWritable {
  let statistics: RubricStatistics

  func write(to json: inout JSONWriter) {
    json.object { report in
      report.member("rubrics", statistics.rubricCount)
      for type in RubricItemType.allCases {
        report.member(type.rawValue.lowercased(), Summary(count: statistics[type]))
      }
      report.member("items", Summary(count: statistics.allItems))
      report.member("words_per_item", Summary(count: statistics.words))
    }
  }

  struct Summary: JSONWritable {
    let count: CountSummary

    func write(to json: inout JSONWriter) {
      json.object { summary in
        guard let mean = count.mean else { return }
        summary.member("mean", mean)
        summary.member(ifPresent: "sd", count.sampleDeviation)
        summary.member("min", count.minimum)
        summary.member("max", count.maximum)
        summary.member("sum", count.sum)
        summary.member("none", count.zeroCount)
      }
    }
  }
}
