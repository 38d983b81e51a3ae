import Foundation
import TestSupport
import Testing

@Suite("srar-prep: examples in the help and the manual")
struct PrepExampleTests {
  static let hasDuckDB =
    (try? ToolProcess.shell("command -v duckdb"))?.status == 0

  /// The files that the examples read.
  private func writeFiles(to folder: TemporaryFolder) throws {
    let answers = (1...200).map { number in
      ##"{"question":"\##(number) + 1?","answer":"It is <<\##(number)+1=\##(number + 1)>>\##(number + 1).\n#### \##(number + 1)"}"##
    }
    try folder.write(answers.joined(separator: "\n"), to: "gsm8k.jsonl.zst")
    try folder.write("question,ground_truth\n1+1?,2\n", to: "exam.csv")
    try folder.write("id,criteria\n1,\"<SUGGEST> a\n<ANSWER> b\"\n", to: "rubrics.csv")
    let made = try ToolProcess.shell(
      "srar-prep -q --from gsm8k gsm8k.jsonl.zst -o train.jsonl.zst", in: folder.url)
    try #require(made.status == 0, "\(made.errorText)")
    if Self.hasDuckDB {
      let made = try ToolProcess.shell(
        "srar-prep -q train.jsonl.zst --to trainer -o train.parquet", in: folder.url)
      try #require(made.status == 0, "\(made.errorText)")
    }
  }

  private func expectRun(_ examples: [String], atLeast count: Int) throws {
    #expect(examples.count >= count, "\(examples)")
    let folder = try TemporaryFolder()
    try writeFiles(to: folder)
    for example in examples where Self.hasDuckDB || !example.contains(".parquet") {
      let result = try ToolProcess.shell(example, in: folder.url)
      #expect(result.status == 0, "\(example)\n\(result.errorText)")
    }
  }

  @Test(
    "run as they stand in --help", arguments: ["", "convert", "stats", "lint", "synth", "batch"])
  func help(command: String) throws {
    try expectRun(try examplesOfHelp("srar-prep \(command)"), atLeast: 2)
  }

  @Test("run as they stand in the manual")
  func manual() throws {
    try expectRun(try examplesOfManual("srar-prep"), atLeast: 7)
  }
}
