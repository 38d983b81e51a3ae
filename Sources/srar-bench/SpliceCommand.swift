import ArgumentParser
import Filters
import JSONLines
import Records

/// `srar-bench splice`: the least that a stage does: read records, add an object, write them.
struct SpliceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "splice", abstract: "Add a small object to every record.")

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  /// The object that is added.
  private struct Note: RecordObject {
    static let key = "bench"
    static let tool = "srar-bench"

    let number: Int

    init(number: Int) { self.number = number }

    init(_ fields: Fields) throws { number = try fields.integer("number") }

    func write(to json: inout JSONWriter) {
      json.object { $0.member("number", number) }
    }
  }

  func run() throws {
    try withRecords(
      tool: "srar-bench splice", input: input, output: output, report: report
    ) { records in
      var number = 0
      try records.forEachRecord { record in
        try records.writer.write(record, setting: Note(number: number))
        number += 1
      }
    }
  }
}
