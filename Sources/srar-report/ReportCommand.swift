import ArgumentParser
import Diagnostics
import Filters
import Foundation
import JSONLines
import Judging
import Records
import Reporting

/// `srar-report`: what rewarded streams say about a policy.
@main
struct ReportCommand: Filter {
  static let configuration = CommandConfiguration(
    commandName: "srar-report",
    abstract: "Sum up rewarded streams: one table, a column per stream.",
    discussion: """
      Faithful reasoning (FRR: right answer, all steps right), misalignment (MTR) and step accuracy need the object \
      "step_check" that 'srar-judge steps' adds.

      EXAMPLES
        srar-report before.jsonl.zst after.jsonl.zst --label before --label after
        srar-report rewarded.jsonl.zst --json
      """,
    version: Version.text())

  @Argument(
    help: "The streams; '-' or none is standard input.", completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "A column's title, in the order of the streams; by default the file's name.",
      valueName: "text"))
  var label: [String] = []

  @Flag(help: "Print one JSON object instead of the table.")
  var json = false

  @Option(
    help: ArgumentHelp(
      """
      Also write this JSON file, with the first stream's measures as NAME_before and the last one's as NAME_after.
      """, valueName: "file"), completion: .file())
  var summary: String?

  @Option(
    help: ArgumentHelp(
      "A further member of the summary, as NAME=NUMBER; may be given several times.",
      valueName: "name=number"))
  var note: [String] = []

  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard label.count <= max(files.count, 1) else {
      throw ValidationError("there are \(label.count) labels for \(max(files.count, 1)) streams")
    }
    if summary != nil && files.count < 2 {
      throw ValidationError("'--summary' compares two streams; name them")
    }
    _ = try notes()
  }

  func run() throws {
    let run = ToolRun(tool: "srar-report", report)
    let paths = files.isEmpty ? ["-"] : files
    if files.isEmpty, isatty(STDIN_FILENO) == 1 {
      throw UsageError("nothing to read: name a file, pipe a stream in, or see '--help'")
    }
    var summaries: [StreamSummary] = []
    for (index, path) in paths.enumerated() {
      let name = path == "-" ? "<stdin>" : path
      summaries.append(
        try summarize(path, label: index < label.count ? label[index] : name, run))
    }
    run.progress.clear()
    if let summary { try write(comparison(summaries), to: .file(summary)) }
    try write(json ? jsonText(summaries) : Array(summaryTable(summaries).utf8), to: .standardOutput)
    run.metrics["rollouts"] = summaries.reduce(0) { $0 + $1.rollouts }
    try run.finish()
  }

  private func summarize(_ path: String, label: String, _ run: ToolRun) throws -> StreamSummary {
    let reader = RecordReader(paths: [path], maximumLineBytes: 64 << 20, faults: .stop)
    var summary = StreamSummary(label: label)
    while let record = try reader.next() {
      let reward = try record.read(Reward.self)
      let rollout = try record.readIfPresent(Rollout.self)
      let check = try record.readIfPresent(StepCheck.self)
      let judgement = try record.readIfPresent(Judgement.self)
      summary.add(
        RolloutOutcome(
          isCorrect: reward.isCorrect, hasFormat: reward.hasFormat, isLooping: reward.isLooping,
          baseReward: reward.base, rubricReward: reward.rubric,
          responseTokens: rollout?.tokens?.count, stepsCorrect: check?.steps.map(\.isCorrect),
          judgeFailed: judgement?.status == .failed, stepCheckFailed: check?.error != nil))
      run.progress.update(fraction: reader.fractionRead, "\(summary.rollouts) rollouts")
    }
    return summary
  }

  /// Every summary as JSON.
  private func jsonText(_ summaries: [StreamSummary]) -> [UInt8] {
    var json = JSONWriter()
    json.array { array in
      for summary in summaries {
        array.object { object in
          object.member("label", summary.label)
          object.member("rollouts", summary.rollouts)
          for measure in summary.measures { object.member(measure.name, measure.value) }
          object.member("judge_failures", summary.judgeFailures)
          object.member("step_check_failures", summary.stepCheckFailures)
        }
      }
    }
    return json.bytes + [0x0A]
  }

  /// The first and the last stream's measures, and the notes.
  private func comparison(_ summaries: [StreamSummary]) throws -> [UInt8] {
    var json = JSONWriter()
    let notes = try notes()
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

  private func write(_ bytes: [UInt8], to destination: Destination) throws {
    let file = try FileWriter(destination)
    try bytes.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}
