import Diagnostics
import JSONLines
import ProblemSources
import Records

/// The row of a JSON text, as if it were line 7 of `rows.jsonl`.
func sourceRow(_ json: String, isTyped: Bool = true) throws -> SourceRow {
  let document = JSONDocument()
  var json = json
  try json.withUTF8 { try document.parse(UnsafeRawBufferPointer($0)) }
  return SourceRow(
    record: try Record(document: document, position: LinePosition(source: "rows.jsonl", line: 7)),
    isTyped: isTyped)
}

/// What a converter makes of rows, written in a layout.
func converted(
  _ rows: [String], _ options: ProblemConverter.Options, to layout: ProblemLayout = .records
) throws -> [String] {
  var converter = ProblemConverter(options)
  let writer = ProblemWriter(layout, mode: options.mode, source: options.layout)
  return try rows.enumerated().map { index, json in
    let row = try sourceRow(json)
    let problem = try converter.problem(from: row)
    var json = JSONWriter()
    json.object { writer.write(problem, from: row, index: index, to: &$0) }
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
