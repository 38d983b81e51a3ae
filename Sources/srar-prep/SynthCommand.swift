import ArgumentParser
import Diagnostics
import Filters
import JSONLines
import Records
import WordProblems

/// `srar-prep synth`: the embedded task.
struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make word problems with rubrics and reference solutions, from a seed.",
    discussion: """
      The training and the test set have no problem in common, whatever their seeds and counts.

      EXAMPLES
        srar-prep synth --count 20000 --seed 1 --output synth.jsonl.zst
        srar-prep synth --count 300 --split test --difficulty 2 --plain | head -1
      """)

  @Option(help: ArgumentHelp("How many problems.", valueName: "count"))
  var count = 1000

  @Option(help: "Which set.")
  var split: ProblemSplit = .train

  @Option(
    help: ArgumentHelp(
      """
      How hard: 1 sums and differences of small numbers, 2 small products and two-digit numbers as well, 3 quotients, per \
      cents and three-digit numbers as well.
      """, valueName: "1|2|3"))
  var difficulty = 1

  @Option(
    help: ArgumentHelp("The fewest calculations of a problem, at least 2.", valueName: "count"))
  var minSteps = 2

  @Option(help: ArgumentHelp("The most calculations of a problem, at most 12.", valueName: "count"))
  var maxSteps = 5

  @Option(
    help: """
      What is asked in the end: the 'total', or how many 'groups' of five are full, an answer that is often right by luck; \
      then the last two calculations are the question's.
      """)
  var question: ProblemQuestion = .total

  @Option(help: ArgumentHelp("Another seed makes other problems.", valueName: "seed"))
  var seed: UInt64 = 1

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard count >= 0 else { throw ValidationError("'--count' must be at least 0, but is \(count)") }
    guard Difficulty(rawValue: difficulty) != nil else {
      throw ValidationError("'--difficulty' must be 1, 2 or 3, but is \(difficulty)")
    }
    let fewest = 2 + question.calculationCount
    guard fewest <= minSteps, minSteps <= maxSteps, maxSteps <= 12 else {
      throw ValidationError(
        "'--min-steps' and '--max-steps' must be in \(fewest) ... 12, in order, but are \(minSteps) and \(maxSteps)"
      )
    }
  }

  func run() throws {
    try withOutput(tool: "srar-prep synth", output: output, report: report) { run, writer in
      let generator = WordProblemGenerator(
        seed: seed, difficulty: Difficulty(rawValue: difficulty) ?? .easy,
        stepCounts: minSteps...maxSteps, question: question)
      for (index, problem) in generator.problems(split).prefix(count).enumerated() {
        let record = self.record(problem, number: index + 1)
        try writer.write(
          id: record.id, position: LinePosition(source: "<synth>", line: index + 1)
        ) { record.writeMembers(to: &$0) }
      }
      guard writer.count == count else {
        throw UsageError(
          "'--count' is \(count), but there are only \(writer.count) different problems of this kind"
        )
      }
      run.summarize(
        "\(counted(writer.count, "problem")) of difficulty \(difficulty), seed \(seed), \(split.rawValue)"
      )
    }
  }

  private func record(_ problem: WordProblem, number: Int) -> Problem {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return Problem(
      id: "synth-\(split.rawValue)-\(padded)", source: "synth", problem: problem.text,
      groundTruth: String(problem.answer), rubric: problem.rubric, solution: problem.solution,
      messages: [ChatMessage(role: "user", content: problem.text)])
  }
}

extension ProblemSplit: ExpressibleByArgument {}
extension ProblemQuestion: ExpressibleByArgument {}
