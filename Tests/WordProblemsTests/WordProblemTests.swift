import Arithmetic
import Judging
import Rubrics
import Steps
import Testing
import WordProblems

@Suite("Word problems")
struct WordProblemTests {
  private func problems(
    _ difficulty: Difficulty, count: Int = 400, split: ProblemSplit = .train, seed: UInt64 = 1,
    question: ProblemQuestion = .total
  ) -> [WordProblem] {
    let extra = question.calculationCount
    return Array(
      WordProblemGenerator(
        seed: seed, difficulty: difficulty, stepCounts: (2 + extra)...(5 + extra),
        question: question
      ).problems(split).prefix(count))
  }

  @Test(
    "have solutions whose every equation is true, one a step", arguments: Difficulty.allCases,
    ProblemQuestion.allCases)
  func solutionsAreRight(difficulty: Difficulty, question: ProblemQuestion) throws {
    for problem in problems(difficulty, question: question) {
      let equations = statedEquations(in: problem.solution)
      #expect(equations.count == problem.calculations.count, "\(problem.text)")
      #expect(equations.allSatisfy { $0.validity == .exact }, "\(problem.solution)")
      #expect(problem.solution.hasSuffix("\\boxed{\(problem.answer)}"))
      #expect(equations.last?.right.value == Rational(problem.answer))
      #expect(problem.solution.components("### Step ") == equations.count)
    }
  }

  @Test(
    "have rubrics that follow the solution", arguments: Difficulty.allCases,
    ProblemQuestion.allCases
  )
  func rubricsFollowSolutions(difficulty: Difficulty, question: ProblemQuestion) throws {
    for problem in problems(difficulty, question: question) {
      let suggests = problem.rubric.filter { $0.type == .suggest }
      let solved = statedEquations(in: problem.solution).map(\.left.canonicalForm)
      #expect(suggests.count == problem.calculations.count)
      for (item, form) in zip(suggests, solved) {
        let stated = statedEquations(in: item.text)
        #expect(stated.map(\.left.canonicalForm) == [form], "\(item.text)")
        #expect(stated.allSatisfy { $0.validity == .exact })
      }
      for item in problem.rubric where item.type == .pitfall || item.type == .bonus {
        let stated = statedEquations(in: item.text)
        #expect(stated.count == 1 && stated[0].validity == .exact, "\(item.text)")
        #expect(!solved.contains(stated[0].left.canonicalForm), "\(item.text) is in the solution")
      }
      #expect(problem.rubric.count { $0.type == .answer } == 1)
      #expect(problem.rubric.map(\.id) == Array(1...problem.rubric.count))
    }
  }

  @Test("of the training and the test set are never the same, whatever the seeds")
  func splitsAreDisjoint() {
    let train = Set((1...3).flatMap { problems(.easy, count: 1000, seed: $0) }.map(\.text))
    let test = (1...3).flatMap { problems(.easy, count: 300, split: .test, seed: $0) }.map(\.text)
    #expect(train.isDisjoint(with: test))
    #expect(Set(problems(.easy, count: 1000).map(\.text)).count == 1000)
  }

  @Test("are the same for the same seed, and others for another")
  func followTheSeed() {
    #expect(problems(.medium, count: 50) == problems(.medium, count: 50))
    #expect(problems(.medium, count: 50) != problems(.medium, count: 50, seed: 2))
    // A longer set begins with the shorter one.
    #expect(Array(problems(.medium, count: 50).prefix(20)) == problems(.medium, count: 20))
  }

  @Test(
    "keep their bytes from version to version, so that a run can be repeated",
    arguments: zip(
      Difficulty.allCases,
      [0xc0d5_288d_fd4f_8dad, 0x2bee_f0d3_16d6_3544, 0x972c_d2cb_2391_a1d2] as [UInt64]))
  func keepTheirBytes(difficulty: Difficulty, expected: UInt64) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for problem in problems(difficulty, count: 500) {
      for text in [problem.text, problem.solution, rubricText(of: problem.rubric)] {
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      }
    }
    #expect(hash == expected, "0x\(String(hash, radix: 16))")
  }

  @Test("have solutions that earn the full SUGGEST budget, and nothing else but it")
  func referencesEarnTheBudget() {
    let judge = EquationJudge(unattempted: .order)
    for problem in Difficulty.allCases.flatMap({ problems($0) }) {
      let steps = Steps.steps(of: problem.solution, style: .headers)
      let verdicts = judge.verdicts(
        on: RubricQuestion(
          problem: problem.text, rubric: problem.rubric, response: problem.solution, steps: steps))
      let score = rubricScore(
        rubric: problem.rubric, verdicts: verdicts, budgets: .standard, repeated: .equal)
      #expect(abs(score.suggest - 0.8) < 1e-9, "\(problem.solution)")
      #expect(score.pitfall == 0 && score.bonus == 0, "\(problem.solution)")
      // Each SUGGEST item belongs to the step of its own calculation.
      let suggested = verdicts.filter { $0.isSatisfied }.map(\.step)
      #expect(suggested == Array(1...steps.count), "\(problem.solution)")
    }
  }

  @Test("that ask for full groups have answers that most single mistakes leave as they are")
  func groupsAreCoarse() throws {
    var unharmed = 0
    let problems = problems(.easy, question: .groups)
    for problem in problems {
      let last = try #require(problem.calculations.last)
      let total = try #require(problem.calculations.dropLast().last).left
      #expect(last.operation == .over && last.right == 5)
      #expect(problem.answer == total / 5 && problem.answer > 0)
      #expect(problem.text.hasSuffix("How many groups are full?"))
      unharmed += [-2, -1, 1, 2].count { (total + $0) / 5 == problem.answer }
    }
    #expect(unharmed > problems.count * 4 * 6 / 10, "\(unharmed) of \(problems.count * 4)")
  }

  @Test("are short, and told in many ways")
  func wording() {
    let easy = problems(.easy, count: 2000)
    let lengths = easy.map { $0.text.count + $0.solution.count }
    #expect(lengths.reduce(0, +) / lengths.count < 280)
    #expect(lengths.allSatisfy { $0 < 600 })
    let titles = Set(
      easy.flatMap { $0.solution.split(separator: "\n") }.filter { $0.hasPrefix("###") }
        .map { $0.drop { $0 != ":" }.filter { !$0.isNumber } })
    #expect(titles.count >= 24, "\(titles.count) ways to gain or lose")
    let beginnings = Set(
      easy.map { $0.text.prefix { $0 != "." }.filter { !$0.isNumber } })
    #expect(beginnings.count >= 200)
    // Every blank of a template is filled.
    #expect(easy.allSatisfy { !$0.text.contains("{") && !$0.text.contains("  ") })
  }

  @Test("take two to five steps, and harder ones use more operations")
  func differ() {
    #expect(Set(problems(.easy).map(\.calculations.count)) == [2, 3, 4, 5])
    func operations(_ difficulty: Difficulty) -> Set<Calculation.Operation> {
      Set(problems(difficulty).flatMap(\.calculations).map(\.operation))
    }
    #expect(operations(.easy) == [.plus, .minus])
    #expect(operations(.medium) == [.plus, .minus, .times])
    #expect(operations(.hard) == Set(Calculation.Operation.allCases))
    // Rubrics as the paper counts them: one or two pitfalls, a bonus only where there is a shortcut.
    let counts = Set(problems(.easy).map { $0.rubric.count { $0.type == .pitfall } })
    #expect(counts.isSubset(of: [0, 1, 2]) && counts.contains(1) && counts.contains(2))
    let bonuses = problems(.easy).map { $0.rubric.count { $0.type == .bonus } }
    #expect(bonuses.contains(0) && bonuses.contains(1))
  }
}

extension String {
  /// How often a word stands in the text.
  fileprivate func components(_ word: String) -> Int {
    ranges(of: word).count
  }
}
