import ArgumentParser
import Filters
import Foundation
import JSONLines
import Judging
import Records
import Rubrics

/// `srar-judge agree`: how far two judges agree on the same rollouts.
struct AgreementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agree",
    abstract: "Measure how far two judges agree on the same rollouts.",
    discussion: """
      Reads two judged streams and pairs their rollouts by id and index, and the verdicts by item. Prints the share of \
      equal verdicts, Cohen's kappa, and the share of equal steps where both judges name one.

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
    let run = ToolRun(tool: "srar-judge agree", report)
    var verdicts: [RolloutKey: [Verdict]] = [:]
    try forEachJudgement(in: second, run) { key, judgement in
      verdicts[key] = judgement.verdicts
    }
    var agreement = JudgeAgreement()
    var pairs = 0
    var unpaired = 0
    try forEachJudgement(in: first, run) { key, judgement in
      guard let others = verdicts.removeValue(forKey: key) else {
        unpaired += 1
        return
      }
      pairs += 1
      agreement.add(judgement.verdicts, others)
    }
    run.progress.clear()
    let text = json ? agreement.json(rollouts: pairs) : agreement.table(rollouts: pairs)
    try write(text)
    if unpaired + verdicts.count > 0 {
      run.summarize("\(unpaired + verdicts.count) rollouts were judged in one stream only")
    }
    run.metrics["rollouts"] = pairs
    run.metrics["rollouts_unpaired"] = unpaired + verdicts.count
    run.metrics["items"] = agreement.pairedItems
    try run.finish()
  }

  /// What pairs the rollouts of two streams.
  private struct RolloutKey: Hashable {
    let id: String
    let index: Int
  }

  /// Gives every judgement that succeeded to the closure.
  private func forEachJudgement(
    in path: String, _ run: ToolRun, _ body: (RolloutKey, Judgement) -> Void
  ) throws {
    let reader = RecordReader(paths: [path], maximumLineBytes: 64 << 20, faults: .stop)
    while let record = try reader.next() {
      let judgement = try record.read(Judgement.self)
      let index = try record.fields.object("rollout").integer("index")
      run.progress.update(fraction: reader.fractionRead, path)
      guard judgement.status == .ok else { continue }
      body(RolloutKey(id: try record.requiredID(), index: index), judgement)
    }
  }

  private func write(_ text: String) throws {
    let file = try FileWriter(.standardOutput)
    try Array(text.utf8).withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}

extension JudgeAgreement {
  fileprivate func json(rollouts: Int) -> String {
    var json = JSONWriter()
    json.object { object in
      object.member("rollouts", rollouts)
      object.member("items", pairedItems)
      object.member("both_satisfied", bothSatisfied)
      object.member("only_first_satisfied", onlyFirstSatisfied)
      object.member("only_second_satisfied", onlySecondSatisfied)
      object.member("neither_satisfied", neitherSatisfied)
      object.member("satisfied_agreement", satisfiedAgreement)
      object.member("cohen_kappa", cohenKappa)
      object.member("both_name_step", bothNameStep)
      object.member("same_step", sameStep)
      object.member("step_agreement", stepAgreement)
    }
    return String(decoding: json.bytes, as: UTF8.self) + "\n"
  }

  fileprivate func table(rollouts: Int) -> String {
    let rows = [
      ("rollouts judged by both", String(rollouts)),
      ("items judged by both", String(pairedItems)),
      ("agreement on satisfied", percent(satisfiedAgreement)),
      ("Cohen's kappa", cohenKappa.map { String(format: "%.3f", $0) } ?? "–"),
      ("agreement on the step", percent(stepAgreement)),
      ("  where both name one", String(bothNameStep)),
    ]
    let width = rows.reduce(0) { max($0, $1.0.count) }
    let valueWidth = rows.reduce(0) { max($0, $1.1.count) }
    return rows.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2 + valueWidth - value.count)
        + value + "\n"
    }.joined()
  }

  private func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
  }
}
