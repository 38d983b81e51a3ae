import ArgumentParser
import Filters
import JSONLines
import Judging
import Records
import Rubrics
import Steps

/// `srar-judge steps`: is each step right?
struct StepCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steps",
    abstract: "Check each step of every rollout, for the measures of faithful reasoning.",
    discussion: """
      Adds the object "step_check" to each record. The check by 'equations' calls a step wrong when exact arithmetic \
      contradicts one of the equations that it states; stated roundings are accepted.

      EXAMPLES
        srar-judge steps rollouts.jsonl.zst > checked.jsonl.zst
        srar-judge rollouts.jsonl.zst | srar-judge steps --pitfalls | srar-reward \\
          | srar-report
      """)

  @OptionGroup(title: "Input") var input: InputOptions

  @Flag(
    help: "A step where the judge saw a PITFALL is wrong, too; needs records with \"judge\".")
  var pitfalls = false

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    try withRecords(
      tool: "srar-judge steps", input: input, output: output, report: report
    ) { records in
      var stepCount = 0
      var correctCount = 0
      var uncheckedCount = 0
      try records.forEachRecord { record in
        let rollout = try record.read(Rollout.self)
        let check = StepCheck.byArithmetic(
          response: rollout.response, steps: rollout.steps,
          pitfalls: pitfalls ? try stepsWithPitfalls(record) : [])
        try records.writer.write(record, setting: check)
        stepCount += check.steps.count
        correctCount += check.steps.count { $0.isCorrect }
        uncheckedCount += check.steps.count { $0.equationCount == 0 }
      }
      records.run.metrics["steps"] = stepCount
      records.run.metrics["steps_correct"] = correctCount
      records.run.metrics["steps_without_equation"] = uncheckedCount
      records.run.summarize(
        "\(correctCount) of \(stepCount) steps are right, "
          + "\(uncheckedCount) of them without an equation to check")
    }
  }

  /// The numbers of the steps where a PITFALL is satisfied.
  private func stepsWithPitfalls(_ record: Record) throws -> Set<Int> {
    let mistakes = try Problem(record).rubric?.filter { $0.type == .pitfall }.map(\.id) ?? []
    let verdicts = try record.read(Judgement.self).verdicts
    return Set(verdicts.filter { $0.isSatisfied && mistakes.contains($0.id) }.map(\.step))
  }
}
