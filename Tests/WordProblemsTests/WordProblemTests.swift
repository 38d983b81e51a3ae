import Arithmetic
import Rubrics
import Testing
import WordProblems

@Suite("Word problems")
struct WordProblemTests {
  private func problems(
    _ difficulty: Difficulty, count: Int = 400, split: ProblemSplit = .train, seed: UInt64 = 1
  ) -> [WordProblem] {
    WordProblemGenerator(seed: seed, difficulty: difficulty, stepCounts: 2...5)
      .problems(count: count, split: split)
  }

  @Test("have solutions whose every equation is true, one a step", arguments: Difficulty.allCases)
  func solutionsAreRight(difficulty: Difficulty) throws {
    for problem in problems(difficulty) {
      let equations = statedEquations(in: problem.solution)
      #expect(equations.count == problem.calculations.count, "\(problem.text)")
      #expect(equations.allSatisfy { $0.validity == .exact }, "\(problem.solution)")
      #expect(problem.solution.hasSuffix("\\boxed{\(problem.answer)}"))
      #expect(equations.last?.right.value == Rational(problem.answer))
      #expect(problem.solution.components("### Step ") == equations.count)
    }
  }

  @Test("have rubrics that follow the solution", arguments: Difficulty.allCases)
  func rubricsFollowSolutions(difficulty: Difficulty) throws {
    for problem in problems(difficulty) {
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
