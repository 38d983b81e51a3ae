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
    try forEachJudgement(in: second, run) { key, _, judgement in
      verdicts[key] = judgement.verdicts
    }
    var agreement = JudgeAgreement()
    var byType: [RubricItemType: JudgeAgreement] = [:]
    var pairs = 0
    var unpaired = 0
    try forEachJudgement(in: first, run) { key, types, judgement in
      guard let others = verdicts.removeValue(forKey: key) else {
        unpaired += 1
        return
      }
      pairs += 1
      agreement.add(judgement.verdicts, others)
      for type in Set(types.values) {
        byType[type, default: JudgeAgreement()].add(
          judgement.verdicts.filter { types[$0.id] == type }, others)
      }
    }
    run.progress.clear()
    let types = RubricItemType.allCases.compactMap { type in
      byType[type].map { (name: type.rawValue, agreement: $0) }
    }.filter { $0.agreement.pairedItems > 0 }
    try write(
      json
        ? jsonText(agreement, types, rollouts: pairs) : table(agreement, types, rollouts: pairs))
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

  /// Gives every judgement that succeeded to the closure, with the types of the rubric's items by their ids.
  private func forEachJudgement(
    in path: String, _ run: ToolRun,
    _ body: (RolloutKey, [Int: RubricItemType], Judgement) -> Void
  ) throws {
    let reader = RecordReader(paths: [path], maximumLineBytes: 64 << 20, faults: .stop)
    while let record = try reader.next() {
      let judgement = try record.read(Judgement.self)
      let index = try record.fields.object("rollout").integer("index")
      run.progress.update(fraction: reader.fractionRead, path)
      guard judgement.status == .ok else { continue }
      var types: [Int: RubricItemType] = [:]
      for item in try record.fields.rubricIfPresent("rubric") ?? [] { types[item.id] = item.type }
      body(RolloutKey(id: try record.requiredID(), index: index), types, judgement)
    }
  }

  private func write(_ text: String) throws {
    let file = try FileWriter(.standardOutput)
    try Array(text.utf8).withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}

private typealias TypeAgreement = (name: String, agreement: JudgeAgreement)

private func jsonText(
  _ agreement: JudgeAgreement, _ types: [TypeAgreement], rollouts: Int
) -> String {
  var json = JSONWriter()
  json.object { object in
    object.member("rollouts", rollouts)
    agreement.writeMembers(to: &object)
    object.member("by_type") { member in
      member.object { list in
        for (name, agreement) in types {
          list.member(name) { $0.object(agreement.writeMembers) }
        }
      }
    }
  }
  return String(decoding: json.bytes, as: UTF8.self) + "\n"
}

/// A column for all items and one for each type.
private func table(
  _ agreement: JudgeAgreement, _ types: [TypeAgreement], rollouts: Int
) -> String {
  let columns = [(name: "all", agreement: agreement)] + types
  var rows = [[""] + columns.map(\.name)]
  func row(_ name: String, _ value: (JudgeAgreement) -> String) {
    rows.append([name] + columns.map { value($0.agreement) })
  }
  rows.append(["rollouts judged by both", String(rollouts)])
  row("items judged by both") { String($0.pairedItems) }
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

extension JudgeAgreement {
  fileprivate func writeMembers(to object: inout JSONWriter) {
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
}
