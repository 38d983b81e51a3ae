import Diagnostics
import Dispatch
import JSONLines
package import Records
import Secrets

/// One run of a tool: its progress, its metrics and its summary.
package final class ToolRun {
  package let tool: String
  package let progress: Progress
  /// What `--metrics` will hold; "tool", "version", "arguments" and "seconds" are noted by the run itself.
  package var metrics = Metrics()
  private let options: ReportOptions
  private let start = DispatchTime.now().uptimeNanoseconds
  private var summaryLines: [String] = []

  /// - Parameter files: all that the tool's options and arguments name, but for those of the report's.
  /// - Throws: `UsageError` where two of them are one file, and one would destroy the other.
  package init(tool: String, _ options: ReportOptions, files: [NamedFile]) throws(UsageError) {
    try checkFiles(files + options.namedFiles)
    self.tool = tool
    self.options = options
    progress = Progress(tool: tool, isQuiet: options.quiet)
    metrics["tool"] = tool
    metrics["version"] = Version.number
    metrics["arguments"] = shownArguments(Array(CommandLine.arguments.dropFirst()))
  }

  /// Seconds since the run began.
  package var seconds: Double {
    Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }

  /// Adds a line to what is printed on standard error at the end, after the tool's name.
  package func summarize(_ line: String) { summaryLines.append(line) }

  /// Says something at once, on standard error.
  package func note(_ text: String) {
    progress.note(text)
  }

  /// Prints the summary and appends the metrics.
  package func finish() throws {
    progress.clear()
    if !options.quiet {
      for line in summaryLines { StandardError.say(line, by: tool) }
    }
    guard let path = options.metrics else { return }
    metrics["seconds"] = seconds
    try metrics.append(to: path)
  }
}

/// A run that reads records and writes records.
package final class RecordRun {
  package let run: ToolRun
  package let reader: RecordReader
  package let writer: RecordWriter
  /// How many records were read whole.
  package private(set) var recordCount = 0
  /// Whether the bar shows how much is read; off where reading is the least of the work, and the stage shows its own.
  package var showsReading = true

  init(run: ToolRun, reader: RecordReader, writer: RecordWriter) {
    self.run = run
    self.reader = reader
    self.writer = writer
  }

  /// Gives every record to the closure, which writes what comes of it.
  ///
  /// A record that it cannot use (a `RecordError`) stops the tool or goes to the rejects; the closure must write
  /// only after it has read all it needs.
  package func forEachRecord(_ body: (Record) throws -> Void) throws {
    while try next(body) != nil {}
  }

  /// What the closure makes of the next record that it can use; nil where there are no more. Others are treated as by
  /// `forEachRecord`.
  package func next<Value>(_ body: (Record) throws -> Value) throws -> Value? {
    while let record = try reader.next() {
      defer { showReading() }
      do {
        let value = try body(record)
        recordCount += 1
        return value
      } catch let error as RecordError {
        try reader.reject(record, error)
      }
    }
    return nil
  }

  /// Gives every problem's records to the closure, one group at a time.
  ///
  /// A group that is not of different rollouts of one problem, or in which the closure finds a record that it cannot use, stops the tool or goes to the rejects as a whole.
  package func forEachGroup(_ body: (GroupReader.Group) throws -> Void) throws {
    let groups = GroupReader(reader)
    while let group = try groups.next() {
      do {
        try group.checkMembers()
        try body(group)
        recordCount += group.records.count
      } catch let error as RecordError {
        for record in group.records { try reader.reject(record, error) }
      }
      showReading()
    }
  }

  private func showReading() {
    guard showsReading else { return }
    run.progress.update(fraction: reader.fractionRead, counted(recordCount, "record"))
  }
}

/// Runs a tool that writes records: in the end either everything stands under its final name or nothing does.
///
/// - Parameters:
///   - files: what other options name.
///   - body: the work; it adds its own metrics and summary to the run.
package func withOutput(
  tool: String, output: OutputOptions, report: ReportOptions, files: [NamedFile] = [],
  _ body: (ToolRun, RecordWriter) throws -> Void
) throws {
  let run = try ToolRun(tool: tool, report, files: files + output.namedFiles)
  try write(to: output, run, body)
}

/// Runs a tool that reads records and writes records.
///
/// - Parameters:
///   - files: what other options name.
///   - body: the work; it adds its own metrics and summary to `run`.
package func withRecords(
  tool: String, input: InputOptions, output: OutputOptions, report: ReportOptions,
  files: [NamedFile] = [], _ body: (RecordRun) throws -> Void
) throws {
  let run = try ToolRun(
    tool: tool, report, files: input.namedFiles + output.namedFiles + files)
  let rejects = try input.rejects.map { try RejectWriter(path: $0) }
  let reader = try input.open(rejects: rejects)
  try write(to: output, run) { run, writer in
    let records = RecordRun(run: run, reader: reader, writer: writer)
    try body(records)
    try rejects?.commit()
    let rejectCount = rejects?.count ?? 0
    run.metrics["records_in"] = records.recordCount
    run.metrics["rejected"] = rejectCount
    if records.recordCount == 0 && rejectCount == 0 {
      run.note("the input is empty, and so is the output")
    }
    if rejectCount > 0, let path = input.rejects {
      run.summarize("\(counted(rejectCount, "line")) could not be used, kept in \(path)")
    }
  }
}

private func write(
  to output: OutputOptions, _ run: ToolRun, _ body: (ToolRun, RecordWriter) throws -> Void
) throws {
  let stream = try output.open()
  let writer = RecordWriter(stream)
  do {
    try body(run, writer)
    try stream.finish()
  } catch {
    stream.abandon()
    run.progress.clear()
    throw error
  }
  run.metrics["records_out"] = writer.count
  try run.finish()
}
