import ArgumentParser
import Diagnostics
import Evaluation
import Filters
import Foundation
import JSONLines
import Records
import Reporting

/// `srar-report compare`: is the second policy better than the first?
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two policies on the same problems, with a paired test.",
    discussion: """
      Reads two evaluations, as rewarded rollouts or as the results of 'srar-report evaluate --problems', and pairs them by \
      problem: by id, problem text and ground truth. An id that stands for two different problems is an error. The difference is second minus first; its interval is bootstrapped over problems, and its p is of the \
      permutation test that flips the signs of the problems' differences. Where both answered every problem once, McNemar's \
      exact test is given, too. A note names the settings of sampling in which the two differ: what they change looks like \
      a difference of the policies.

      EXAMPLES
        srar-report compare before.jsonl.zst after.jsonl.zst
        srar-report compare before.jsonl.zst after.jsonl.zst --json
      """)

  @Argument(help: "The evaluation of the first policy.", completion: .file())
  var first: String

  @Argument(help: "The evaluation of the second policy.", completion: .file())
  var second: String

  @OptionGroup(title: "Evaluation") var evaluation: EvaluationArguments
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    if first == "-" && second == "-" {
      throw ValidationError("only one of the two evaluations can be standard input")
    }
  }

  func run() throws {
    let run = try ToolRun(
      tool: "srar-report compare", report,
      files: [first, second].map { NamedFile("the input", $0, .read) } + [.standardOutput])
    let policies: PolicyComparison?
    do {
      policies = try PolicyComparison(
        first: evaluation.results(of: first, run), second: evaluation.results(of: second, run),
        options: evaluation.bootstrap)
    } catch let others as OtherProblems {
      throw EvaluationError.otherProblems(first, second, others)
    }
    guard let policies else { throw EvaluationError.nothingInCommon(first, second) }
    try write(evaluation.json ? json(policies) : text(policies), to: .standardOutput)
    let settings = policies.sampledDifferently
    if let note = samplingNote(settings) { run.note(note) }
    if policies.unpaired > 0 {
      run.summarize("left out \(counted(policies.unpaired, "problem")) of one evaluation only")
    }
    if policies.pairedByID > 0 {
      run.summarize(
        "paired \(counted(policies.pairedByID, "problem")) by id alone: a record of each holds neither "
          + "problem nor ground_truth")
    }
    run.metrics["problems"] = policies.problems
    run.metrics["problems_unpaired"] = policies.unpaired
    run.metrics["problems_paired_by_id"] = policies.pairedByID
    run.metrics["settings_sampled_differently"] = settings.count
    for line in policies.lines {
      run.metrics["\(line.name)_difference"] = line.paired.difference.value
      run.metrics["\(line.name)_p"] = line.paired.permutationP
    }
    try run.finish()
  }

  private func text(_ policies: PolicyComparison) -> [UInt8] {
    var rows = [
      [
        "", "first", "second", "difference", evaluation.intervalTitle, "p", "first better",
        "second better",
      ]
    ]
    for line in policies.lines {
      rows.append(
        [line.name, percent(line.first), percent(line.second)] + cells(line.paired.difference)
          + [
            pText(line.paired.permutationP), String(line.paired.firstBetter),
            String(line.paired.secondBetter),
          ])
    }
    var text = "\(counted(policies.problems, "problem")) in both\n" + alignedText(rows)
    if let test = policies.mcNemar {
      text +=
        "McNemar's exact test of right answers: \(test.firstOnly) only by the first, "
        + "\(test.secondOnly) only by the second, p \(test.p < 0.0001 ? "" : "= ")\(pText(test.p))\n"
    }
    return Array(text.utf8)
  }

  private func json(_ policies: PolicyComparison) -> [UInt8] {
    var json = JSONWriter()
    json.object { object in
      object.member("problems", policies.problems)
      object.member("problems_unpaired", policies.unpaired)
      object.member("problems_paired_by_id", policies.pairedByID)
      object.member("confidence", evaluation.confidence)
      object.member("sampling") { member in
        member.object { object in
          object.member("first", policies.firstSampling)
          object.member("second", policies.secondSampling)
        }
      }
      object.member("sampled_differently", policies.sampledDifferently.map(\.name))
      for line in policies.lines {
        object.member(line.name) { member in
          member.object { object in
            object.member("first", line.first)
            object.member("second", line.second)
            object.member("difference") { $0.object(line.paired.difference.writeMembers) }
            object.member("p", line.paired.permutationP)
            object.member("exact", line.paired.isExact)
            object.member("first_better", line.paired.firstBetter)
            object.member("second_better", line.paired.secondBetter)
          }
        }
      }
      if let test = policies.mcNemar {
        object.member("mcnemar") { member in
          member.object { object in
            object.member("first_only", test.firstOnly)
            object.member("second_only", test.secondOnly)
            object.member("p", test.p)
          }
        }
      }
    }
    return json.bytes + [0x0A]
  }
}

/// Says that streams that are compared were sampled differently; nil where they were not.
func samplingNote(_ differences: [SamplingSettings.Difference]) -> String? {
  differences.isEmpty
    ? nil
    : "sampled differently: \(differences.map(\.description).joined(separator: ", ")); "
      + "a difference may be of the sampling, not of the policies"
}

/// A probability as people read it.
private func pText(_ p: Double) -> String {
  p < 0.0001 ? "< 0.0001" : String(format: "%.4f", p)
}
