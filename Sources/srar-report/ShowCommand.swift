import ArgumentParser
import Diagnostics
import Filters
import Foundation
import JSONLines
import Judging
import Records
import ReportPage
import Reporting

/// `srar-report show`: tables, JSON and the page of runs and streams.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Sum up runs and streams: tables, JSON, and a page for the browser.",
    discussion: """
      Reads the folder of a run, or of one of its steps, and streams of any stage after srar-rollout; what a stage has not \
      yet written is left out. Faithful reasoning (FRR: right answer, all steps right), misalignment (MTR) and step \
      accuracy need the object "step_check" that 'srar-judge steps' adds.

      EXAMPLES
        srar-report show runs/demo
        srar-report show runs/demo --html demo.html
        srar-report show runs/demo --json
      """)

  @Argument(
    help: "Folders of runs or steps, and streams; '-' or none is standard input.",
    completion: .file())
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "An input's title, in the order of the inputs; by default its file's name.",
      valueName: "text"))
  var label: [String] = []

  @Flag(help: "Print JSON, with all measures of every step, instead of tables.")
  var json = false

  @Option(
    help: ArgumentHelp(
      """
      Also write this JSON file, with the first stream's measures as NAME_before and the last one's as NAME_after. \
      Both must hold the same problems.
      """, valueName: "file"), completion: .file())
  var summary: String?

  @Option(
    help: ArgumentHelp(
      "A further member of the summary, as NAME=NUMBER; may be given several times.",
      valueName: "name=number"))
  var note: [String] = []

  @Option(
    help: ArgumentHelp(
      "Also write TensorBoard event files into this folder, a folder for each run.",
      valueName: "folder"), completion: .directory)
  var tensorboard: String?

  @OptionGroup var emptiness: EmptyInputOption
  @OptionGroup(title: "Page") var page: PageArguments
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard label.count <= max(inputs.count, 1) else {
      throw ValidationError("there are \(label.count) labels for \(max(inputs.count, 1)) inputs")
    }
    if summary != nil && inputs.count < 2 {
      throw ValidationError("'--summary' compares two streams; name them")
    }
    _ = try notes()
  }

  func run() throws {
    if let tensorboard { try checkEventPaths(of: inputLabels, in: tensorboard) }
    let run = try ToolRun(tool: "srar-report", report, files: namedFiles)
    if inputs.isEmpty, isatty(STDIN_FILENO) == 1 {
      throw UsageError(
        "nothing to read: name a run's folder or a file, pipe a stream in, or see '--help'")
    }
    var builder = page.builder()
    let reports = try read(run) { group, place in builder?.sample.offer(group, at: place) }
    if let summary {
      let streams = reports.flatMap(\.points).map(\.summary)
      try write(comparison(streams), to: .file(summary))
      let ends = [streams.first, streams.last].compactMap { $0?.sampling }
      if let note = samplingNote(SamplingSettings.differences(between: ends)) { run.note(note) }
    }
    if let tensorboard {
      for path in try writeEvents(reports, to: tensorboard) { run.summarize("wrote \(path)") }
    }
    let agreement = try page.agreement { path, fraction in
      run.progress.update(fraction: fraction, path)
    }
    run.progress.clear()
    if let builder, let file = page.html {
      let katex = try page.mathematics { run.note($0) }
      let made = builder.page(reports, agreement: agreement, katex: katex)
      try write(made.html, to: .file(file))
      run.summarize("\(file): \(made.description)")
      if katex == nil && page.katex == nil {
        run.summarize(
          "formulas are shown as their source: install Debian's libjs-katex, or name KaTeX by --katex"
        )
      }
      run.metrics["page_bytes"] = made.html.count
      run.metrics["page_trajectories"] = made.trajectories
      run.metrics["page_katex"] = katex?.version
    }
    try write(json ? reportJSON(reports) : Array(text(reports).utf8), to: .standardOutput)
    run.metrics["rollouts"] = reports.reduce(0) { $0 + $1.rollouts }
    try run.finish()
  }

  private var namedFiles: [NamedFile] {
    let others: [(name: String, path: String?, use: NamedFile.Use)] = [
      ("'--first-judge'", page.firstJudge, .read), ("'--second-judge'", page.secondJudge, .read),
      ("'--katex'", page.katex, .read), ("'--summary'", summary, .output),
      ("'--html'", page.html, .output),
    ]
    return (inputs.isEmpty ? ["-"] : inputs).map { NamedFile("the input", $0, .read) }
      + others.compactMap { file in file.path.map { NamedFile(file.name, $0, file.use) } }
      + (tensorboard.map { folder in
        eventPaths(of: inputLabels, in: folder).map { NamedFile("'--tensorboard'", $0, .output) }
      } ?? []) + [.standardOutput]
  }

  /// What the inputs are called.
  private var inputLabels: [String] {
    (inputs.isEmpty ? ["-"] : inputs).enumerated().map { index, path in
      guard index >= label.count else { return label[index] }
      return path == "-" ? "<stdin>" : isFolder(path) ? folderName(path) : path
    }
  }

  /// Every input, read once.
  private func read(
    _ run: ToolRun, visit: @escaping (TrajectoryGroup, TrajectoryPlace) -> Void
  ) throws -> [RunReport] {
    var reading = RunReading()
    reading.visit = visit
    reading.zeroBytes = emptiness.zeroBytes
    reading.notes = { run.note("passed over \($0)") }
    var reports: [RunReport] = []
    let labels = inputLabels
    for (index, path) in (inputs.isEmpty ? ["-"] : inputs).enumerated() {
      let name = path == "-" ? "<stdin>" : isFolder(path) ? folderName(path) : path
      reading.progress = { fraction, rollouts in
        run.progress.update(fraction: fraction, "\(name), \(rollouts) rollouts")
      }
      reports.append(
        try reading.read(path, label: labels[index], index: index))
    }
    return reports
  }

  /// The last part of a folder's path: a run's name.
  private func folderName(_ path: String) -> String {
    URL(fileURLWithPath: path).lastPathComponent
  }

  /// The first and the last stream's measures, and the notes.
  private func comparison(_ summaries: [StreamSummary]) throws -> [UInt8] {
    var json = JSONWriter()
    let notes = try notes()
    if let first = summaries.first, let last = summaries.last, first.problemSet != last.problemSet {
      throw ReportingError.otherProblems(first.label, last.label)
    }
    json.object { object in
      for (suffix, summary) in [("before", summaries.first), ("after", summaries.last)] {
        guard let summary else { continue }
        object.member("rollouts_\(suffix)", summary.rollouts)
        for measure in summary.measures {
          object.member("\(measure.name)_\(suffix)", measure.value)
        }
      }
      for (name, number) in notes { object.member(name) { $0.raw(number.utf8) } }
    }
    return json.bytes + [0x0A]
  }

  /// The notes' names and numbers; a number is kept as it was written.
  private func notes() throws -> [(name: String, number: String)] {
    try note.map { note in
      let parts = note.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let value = Double(parts[1]), value.isFinite,
        parts[1].first?.isNumber == true || parts[1].first == "-"
      else { throw ValidationError("'--note' must be NAME=NUMBER, but is '\(note)'") }
      return (parts[0], parts[1])
    }
  }
}

/// The tables of all inputs: streams side by side, then runs, then their evaluations.
private func text(_ reports: [RunReport]) -> String {
  let streams = reports.filter { !$0.isRun }.flatMap(\.points).map(\.summary)
  let runs = reports.filter { !$0.points.isEmpty && $0.isRun }
  var blocks: [String] = []
  if !streams.isEmpty { blocks.append(summaryTable(streams)) }
  if !runs.isEmpty { blocks.append(runTable(runs)) }
  for report in reports where !report.evaluations.isEmpty {
    for (title, isHeldOut) in [("held out", true), ("other streams", false)] {
      let evaluations = report.evaluations.filter { report.isHeldOut($0) == isHeldOut }
      guard !evaluations.isEmpty else { continue }
      blocks.append(
        "\(terminalText(report.label)), \(title):\n" + summaryTable(evaluations.map(\.summary)))
    }
  }
  return blocks.joined(separator: "\n")
}

/// Writes a whole text.
func write(_ bytes: [UInt8], to destination: Destination) throws {
  let file = try FileWriter(destination)
  try bytes.withUnsafeBytes { try file.write($0) }
  try file.commit()
}
