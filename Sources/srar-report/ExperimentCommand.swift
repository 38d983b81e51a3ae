import ArgumentParser
import Diagnostics
import Experiments
import Filters
import Foundation
import JSONLines

/// `srar-report experiment`: several ways of training compared over several seeds.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Write down what an experiment says: arms compared over seeds, with intervals.",
    discussion: """
      Reads the folder that 'make experiment' makes: ARM/seed-N/ for each arm and seed, a run with 'after.jsonl.zst', its \
      policy's responses to the test problems. Writes Markdown: means over the seeds with Student's 95 % intervals, \
      differences to the first arm under the same seed, what was rewarded in training, and the learning rates.

      EXAMPLES
        srar-report experiment runs/experiment --arm grpo --arm srar
        srar-report experiment runs/experiment --arm grpo --arm srar -o results.md
      """)

  @Argument(help: "The experiment's folder.", completion: .directory)
  var folder: String

  @Option(
    help: ArgumentHelp(
      "An arm, in the order of the tables; the others are compared with the first.",
      valueName: "name"))
  var arm: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write to this file instead of standard output.", valueName: "file"), completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Also draw the training's curves into this SVG file, which the text then shows.",
      valueName: "file"), completion: .file())
  var curves: String?

  @Option(
    help: ArgumentHelp("End with the Markdown of this file.", valueName: "file"),
    completion: .file())
  var discussion: String?

  @Option(
    help: ArgumentHelp("What made the experiment, as the text is to say.", valueName: "text"))
  var command = "make experiment"

  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard arm.count > 1, Set(arm).count == arm.count else {
      throw ValidationError("name two arms or more, each once, such as '--arm grpo --arm srar'")
    }
  }

  func run() throws {
    let named: [(name: String, path: String?, use: NamedFile.Use)] = [
      ("'--discussion'", discussion, .read), ("'--output'", output, .output),
      ("'--curves'", curves, .output),
    ]
    let run = try ToolRun(
      tool: "srar-report experiment", report,
      files: named.compactMap { file in
        file.path.map { NamedFile(file.name, $0, file.use) }
      } + (output == nil ? [.standardOutput] : []))
    var reading = ArmReading(ExperimentFolder(path: folder))
    reading.progress = { path in run.progress.update(fraction: nil, path) }
    let arms = try arm.map { try reading.arm($0) }
    let document = try ResultsDocument(arms: arms, start: try reading.start(), command: command)
    let ending = try discussion.map { path in
      do {
        return try String(contentsOfFile: path, encoding: .utf8)
      } catch {
        throw SystemError("open", path: path)
      }
    }
    run.progress.clear()
    if let curves {
      try write(Array(CurvesPicture(arms: arms).svg.utf8), to: .file(curves))
    }
    let picture = curves.map { path in
      output.map { relativePath(of: path, from: $0) } ?? path
    }
    let text = document.markdown(curves: picture, discussion: ending)
    try write(Array(text.utf8), to: output.map { .file($0) } ?? .standardOutput)
    run.metrics["arms"] = arms.count
    run.metrics["runs"] = arms.reduce(0) { $0 + $1.seeds.count }
    try run.finish()
  }

  /// A file's name where it lies beside the document, else its path.
  private func relativePath(of path: String, from document: String) -> String {
    let (file, text) = (URL(fileURLWithPath: path), URL(fileURLWithPath: document))
    return file.deletingLastPathComponent().path == text.deletingLastPathComponent().path
      ? file.lastPathComponent : file.path
  }
}
