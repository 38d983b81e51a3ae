import RandomStreams
import Rubrics

/// Makes word problems from a seed.
package struct WordProblemGenerator: Sendable {
  package let seed: UInt64
  package let difficulty: Difficulty
  /// How many calculations a problem takes, those of its question among them.
  package let stepCounts: ClosedRange<Int>
  package let question: ProblemQuestion

  package init(
    seed: UInt64, difficulty: Difficulty, stepCounts: ClosedRange<Int>,
    question: ProblemQuestion = .total
  ) {
    self.seed = seed
    self.difficulty = difficulty
    self.stepCounts = stepCounts
    self.question = question
  }

  /// The problems of a set, all different, in an order that follows from the seed.
  package func problems(_ split: ProblemSplit) -> WordProblemSequence {
    WordProblemSequence(generator: self, split: split)
  }

  /// The n-th draw for a set; nil where it led to no problem of that set.
  fileprivate func draw(_ number: Int, _ split: ProblemSplit) -> (WordProblem, UInt64)? {
    var random = RandomStream(
      seed: seed, "word problem", split.rawValue, difficulty.rawValue, number)
    guard let problem = problem(from: &random) else { return nil }
    let fingerprint = textFingerprint(problem.text)
    return ProblemSplit(fingerprint: fingerprint) == split ? (problem, fingerprint) : nil
  }

  /// A problem; nil where the draw led to one that does not do.
  private func problem(from random: inout RandomStream) -> WordProblem? {
    let setting = random.element(of: Setting.all)
    let start = random.integer(in: difficulty.start)
    let stepCount = random.integer(in: stepCounts)
    guard
      let story = Story(
        start: start, stepCount: stepCount, difficulty: difficulty, question: question,
        random: &random)
    else { return nil }
    let words = Words(setting: setting, story: story, random: &random)
    return WordProblem(
      text: words.text, answer: story.answer, rubric: rubric(of: story, random: &random),
      solution: words.solution, calculations: story.calculations)
  }

  private func rubric(of story: Story, random: inout RandomStream) -> [RubricItem] {
    var lines: [(RubricItemType, String)] = story.calculations.map { calculation in
      (.suggest, "Computes \(calculation.equation(result: calculation.result ?? 0)).")
    }
    for mistake in story.mistakes(count: random.integer(in: 1...2), random: &random) {
      lines.append((.pitfall, mistake))
    }
    if let shortcut = story.shortcut { lines.append((.bonus, shortcut)) }
    lines.append((.answer, "States \(story.answer) as the final answer."))
    return lines.enumerated().map { RubricItem(id: $0 + 1, type: $1.0, text: $1.1) }
  }
}

/// The problems of a set, made as they are asked for. Memory: eight bytes for each problem so far.
package struct WordProblemSequence: Sequence, IteratorProtocol {
  /// So many draws in a row without a new problem mean that there are hardly any left.
  private static let patience = 100_000

  fileprivate let generator: WordProblemGenerator
  fileprivate let split: ProblemSplit
  private var drawCount = 0
  private var seen: Set<UInt64> = []

  fileprivate init(generator: WordProblemGenerator, split: ProblemSplit) {
    self.generator = generator
    self.split = split
  }

  /// The next problem; nil when there seem to be no more.
  package mutating func next() -> WordProblem? {
    for _ in 0..<Self.patience {
      drawCount += 1
      if let (problem, fingerprint) = generator.draw(drawCount - 1, split),
        seen.insert(fingerprint).inserted
      {
        return problem
      }
    }
    return nil
  }
}
