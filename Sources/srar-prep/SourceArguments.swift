import ArgumentParser
import Diagnostics
import Filters
import Foundation
import ProblemSources
import Records

/// Whose layout the rows have.
enum SourceKind: String, CaseIterable, ExpressibleByArgument {
  case records, trainer, gsm8k
}

/// Where problems come from, and how their rows are to be understood.
struct SourceArguments: ParsableArguments {
  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    help: ArgumentHelp(
      """
      Whose layout the rows have: 'records' has columns named as in our records, 'trainer' is the authors' trainer's, \
      'gsm8k' is GSM8K's own.
      """, valueName: "layout"))
  var from: SourceKind = .records

  @Option(
    help: ArgumentHelp(
      "How the files keep their rows. (default: by the file's name, else jsonl)",
      valueName: "format"))
  var format: SourceFormat?

  @Option(help: ArgumentHelp(fieldHelp("the problem's text", "problem"), valueName: "field"))
  var problemField: String?

  @Option(
    help: ArgumentHelp(fieldHelp("the reference answer", "ground_truth"), valueName: "field"))
  var groundTruthField: String?

  @Option(
    help: ArgumentHelp(
      fieldHelp("the rubric: a text with a line an item, or an array of items", "rubric"),
      valueName: "field"))
  var rubricField: String?

  @Option(help: ArgumentHelp(fieldHelp("the reference solution", "solution"), valueName: "field"))
  var solutionField: String?

  @Option(help: ArgumentHelp(fieldHelp("the problem's identity", "id"), valueName: "field"))
  var idField: String?

  @Option(
    help: ArgumentHelp(fieldHelp("the set that it comes from", "source"), valueName: "field"))
  var sourceField: String?

  private static func fieldHelp(_ what: String, _ name: String) -> String {
    "The column of \(what), or a path such as 'extra_info.\(name)'. (default: the layout's, '\(name)' in records)"
  }

  mutating func validate() throws {
    if from == .gsm8k, let option = namedFields.first(where: { $0.value != nil })?.option {
      throw ValidationError("'\(option)' and '--from gsm8k' exclude each other")
    }
    if input.shard != nil {
      throw ValidationError(
        "'--shard' parts records by their ids, which rows get here first; give it to the stage that follows"
      )
    }
    for (option, field) in namedFields where field?.isEmpty ?? false {
      throw ValidationError("'\(option)' must name a field")
    }
    let readsParquet = (input.files.isEmpty ? ["-"] : input.files).contains {
      $0 == "-" && format == .parquet
    }
    if readsParquet { throw ValidationError("Parquet must be in a file, since it is read at will") }
  }

  private var namedFields: [(option: String, value: String?)] {
    [
      ("--problem-field", problemField), ("--ground-truth-field", groundTruthField),
      ("--rubric-field", rubricField), ("--solution-field", solutionField),
      ("--id-field", idField), ("--source-field", sourceField),
    ]
  }

  /// What the options say of the rows.
  var layout: SourceLayout {
    var names: FieldNames
    switch from {
    case .gsm8k: return .gsm8k
    case .records: names = .records
    case .trainer: names = .trainer
    }
    if let problemField { names.problem = problemField }
    if let groundTruthField { names.groundTruth = groundTruthField }
    if let rubricField { names.rubric = rubricField }
    if let solutionField { names.solution = solutionField }
    if let idField { names.id = idField }
    if let sourceField { names.source = sourceField }
    return .fields(names)
  }

  /// Gives every row to the closure.
  ///
  /// A row that it cannot use (a `SourceError` or `RecordError`) stops the tool or goes to the rejects.
  ///
  /// - Returns: how many rows were used, and how many rejected.
  func forEachRow(
    _ run: ToolRun, _ body: (SourceRow) throws -> Void
  ) throws -> (used: Int, rejected: Int) {
    if input.files.isEmpty, isatty(STDIN_FILENO) == 1 {
      throw UsageError("nothing to read: name a file, pipe a stream in, or see '--help'")
    }
    let rejects = try input.rejects.map { try RejectWriter(path: $0) }
    let reader = SourceReader(
      paths: input.files, format: format, maximumLineBytes: input.maxLineBytes,
      faults: rejects.map { .reject($0) } ?? .stop, zeroBytes: input.zeroBytes)
    var used = 0
    while let row = try reader.next() {
      do {
        try body(row)
        used += 1
      } catch let error as SourceError {
        try reader.reject(row, error)
      } catch let error as RecordError {
        try reader.reject(row, error)
      }
      run.progress.update(fraction: reader.fractionRead, "\(used) problems")
    }
    try rejects?.commit()
    let rejected = rejects?.count ?? 0
    run.metrics["records_in"] = used
    run.metrics["rejected"] = rejected
    if used == 0 && rejected == 0 { run.note("the input is empty, and so is the output") }
    if rejected > 0, let path = input.rejects {
      run.summarize("\(counted(rejected, "row")) could not be used, kept in \(path)")
    }
    return (used, rejected)
  }
}

extension SourceFormat: ExpressibleByArgument {}
