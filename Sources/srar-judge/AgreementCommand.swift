import ArgumentParser
import Diagnostics
import Filters
import Foundation
import JSONLines
import Judging
import Rubrics

/// `srar-judge agree`: how far two judges agree on the same rollouts.
struct AgreementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agree",
    abstract: "Measure how far two judges agree on the same rollouts.",
    discussion: """
      Reads two judged streams and pairs their rollouts by id and index, and the verdicts by item. Problem, ground truth, \
      rubric and response must be equal in both. Prints the share of equal verdicts, Cohen's kappa, and the share of equal \
      steps where both judges name one. Items that only one judge gave a verdict on, and verdicts on items that the rubric \
      lacks, are counted apart.

      EXAMPLES
        srar-judge agree judged.jsonl.zst judged-by-people.jsonl.zst
        srar-judge agree judged.jsonl.zst again.jsonl.zst --json
      """)

  @Argument(help: "The first judged stream; '-' is standard input.", completion: .file())
  var first: String

  @Argument(help: "The second judged stream.", completion: .file())
  var second: String

  @Flag(help: "Print one JSON object instead of the table.")
  var json = false

  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    if first == "-" && second == "-" {
      throw ValidationError("only one of the two streams can be standard input")
    }
  }

  func run() throws {
    let run = try ToolRun(
      tool: "srar-judge agree", report,
      files: [first, second].map { NamedFile("the input", $0, .input) } + [.standardOutput])
    let agreement = try JudgedStreamAgreement(first: first, second: second) { path, fraction in
      run.progress.update(fraction: fraction, path)
    }
    run.progress.clear()
    try write(json ? jsonText(agreement) : table(agreement))
    if agreement.unpaired > 0 {
      run.summarize(
        counted(agreement.unpaired, "rollout", "was", "were") + " judged in one stream only")
    }
    if agreement.pairedByID > 0 {
      run.summarize(
        "paired \(counted(agreement.pairedByID, "rollout")) by id and index alone: their records share "
          + "no problem, ground truth, rubric or response")
    }
    let single = agreement.all.onlyFirstJudged + agreement.all.onlySecondJudged
    if single > 0 {
      run.summarize(
        "\(counted(single, "item")) got a verdict in one stream only: "
          + "\(agreement.all.onlyFirstJudged) in the first, \(agreement.all.onlySecondJudged) in the second"
      )
    }
    if agreement.verdictsOnMissingItems > 0 {
      run.summarize(
        "\(counted(agreement.verdictsOnMissingItems, "verdict")) on items that the rubric lacks, not compared"
      )
    }
    if agreement.contradictions > 0 {
      run.summarize(
        "\(counted(agreement.contradictions, "item")) on which a judge contradicts itself; its first verdict counts"
      )
    }
    run.metrics["rollouts"] = agreement.rollouts
    run.metrics["rollouts_unpaired"] = agreement.unpaired
    run.metrics["rollouts_paired_by_id"] = agreement.pairedByID
    run.metrics["items"] = agreement.all.pairedItems
    run.metrics["items_only_first_judged"] = agreement.all.onlyFirstJudged
    run.metrics["items_only_second_judged"] = agreement.all.onlySecondJudged
    run.metrics["verdicts_on_missing_items"] = agreement.verdictsOnMissingItems
    run.metrics["contradictions"] = agreement.contradictions
    try run.finish()
  }

  private func write(_ text: String) throws {
    let file = try FileWriter(.standardOutput)
    try Array(text.utf8).withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}

private func jsonText(_ agreement: JudgedStreamAgreement) -> String {
  var json = JSONWriter()
  json.object(agreement.writeMembers)
  return String(decoding: json.bytes, as: UTF8.self) + "\n"
}

/// A column for all items and one for each type.
private func table(_ agreement: JudgedStreamAgreement) -> String {
  let columns =
    [(name: "all", agreement: agreement.all)]
    + agreement.byType.map { (name: $0.type.rawValue, agreement: $0.agreement) }
  var rows = [[""] + columns.map(\.name)]
  func row(_ name: String, _ value: (JudgeAgreement) -> String) {
    rows.append([name] + columns.map { value($0.agreement) })
  }
  rows.append(["rollouts judged by both", String(agreement.rollouts)])
  row("items judged by both") { String($0.pairedItems) }
  row("items judged by the first only") { String($0.onlyFirstJudged) }
  row("items judged by the second only") { String($0.onlySecondJudged) }
  row("agreement on satisfied") { percent($0.satisfiedAgreement) }
  row("Cohen's kappa") { $0.cohenKappa.map { String(format: "%.3f", $0) } ?? "–" }
  row("agreement on the step") { percent($0.stepAgreement) }
  row("  where both name one") { String($0.bothNameStep) }
  let names = rows.reduce(0) { max($0, $1[0].count) }
  return rows.map { row in
    let cells = row.dropFirst().map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }
    return row[0] + String(repeating: " ", count: names - row[0].count) + cells.joined() + "\n"
  }.joined()
}

private func percent(_ share: Double?) -> String {
  share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
}
