import ArgumentParser
import Diagnostics
import Evaluation
import Filters
import Foundation
import Reporting

/// The options of evaluations and comparisons.
struct EvaluationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For pass@k and maj@k: several numbers with commas between them; by default 1, 2, 4, … and all samples.",
      valueName: "numbers"))
  var k: String?

  @Option(help: ArgumentHelp("The share that intervals hold.", valueName: "share"))
  var confidence = 0.95

  @Option(
    help: ArgumentHelp(
      "How often problems are drawn anew for an interval, and signs for a test.",
      valueName: "count"))
  var resamples = 10_000

  @Option(help: ArgumentHelp("The seed of these draws.", valueName: "seed"))
  var seed: UInt64 = 1

  @Flag(help: "Print one JSON object instead of the table.")
  var json = false

  mutating func validate() throws {
    guard confidence > 0, confidence < 1 else {
      throw ValidationError("'--confidence' must be between 0 and 1, but is \(confidence)")
    }
    try check(["--resamples": resamples], in: 1...10_000_000)
    _ = try ks()
  }

  var bootstrap: BootstrapOptions {
    BootstrapOptions(confidence: confidence, resamples: resamples, seed: seed)
  }

  /// The numbers k; nil where they follow from the samples.
  func ks() throws -> [Int]? {
    try k.map { text in
      try text.split(separator: ",").map { part in
        guard let number = Int(part.trimmingCharacters(in: .whitespaces)), number > 0 else {
          throw ValidationError(
            "'--k' must be positive numbers with commas between them, but is '\(text)'")
        }
        return number
      }
    }
  }

  /// Reads the per-problem results of a stream.
  func results(of path: String, _ run: ToolRun) throws -> [EvaluatedProblem] {
    let results = try EvaluationReading(ks: ks()).read(path) { fraction, count in
      run.progress.update(fraction: fraction, "\(path), \(counted(count, "problem"))")
    }
    run.progress.clear()
    guard !results.isEmpty else { throw EvaluationError.noProblems(path) }
    return results
  }

  /// "95.0 % interval" with the confidence that was asked for.
  var intervalTitle: String {
    let percent = (confidence * 1000).rounded() / 10
    return percent == percent.rounded()
      ? "\(Int(percent)) % interval" : "\(percent) % interval"
  }
}

/// A share and its interval as cells of a table.
func cells(_ estimate: Estimate) -> [String] {
  [percent(estimate.value), "\(percent(estimate.low)) … \(percent(estimate.high))"]
}

func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
