import RandomStreams
import Rubrics

/// Makes word problems from a seed.
package struct WordProblemGenerator: Sendable {
  package let seed: UInt64
  package let difficulty: Difficulty
  /// How many calculations a problem takes, 2 … 5.
  package let stepCounts: ClosedRange<Int>

  package init(seed: UInt64, difficulty: Difficulty, stepCounts: ClosedRange<Int>) {
    self.seed = seed
    self.difficulty = difficulty
    self.stepCounts = stepCounts
  }

  /// The first problems of a set, all different.
  package func problems(count: Int, split: ProblemSplit) -> [WordProblem] {
    var problems: [WordProblem] = []
    var texts: Set<String> = []
    var draw = 0
    while problems.count < count {
      var random = RandomStream(
        seed: seed, "word problem", split.rawValue, difficulty.rawValue, draw)
      draw += 1
      guard let problem = problem(from: &random), ProblemSplit(text: problem.text) == split,
        texts.insert(problem.text).inserted
      else { continue }
      problems.append(problem)
    }
    return problems
  }

  /// A problem; nil where the draw led to one that does not do.
  private func problem(from random: inout RandomStream) -> WordProblem? {
    let setting = random.element(of: Setting.all)
    let start = random.integer(in: difficulty.start)
    let stepCount = random.integer(in: stepCounts)
    guard
      let story = Story(
        start: start, stepCount: stepCount, difficulty: difficulty, random: &random)
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

/// What happens in a problem, in numbers.
struct Story {
  let start: Int
  let events: [Event]
  /// The calculations of each event.
  let parts: [[Calculation]]

  var calculations: [Calculation] { parts.flatMap { $0 } }
  var answer: Int { calculations.last?.result ?? start }

  /// Draws events until their calculations are as many as wanted; nil where the draw leads nowhere, or to one calculation
  /// twice, since a rubric must tell its items apart.
  init?(start: Int, stepCount: Int, difficulty: Difficulty, random: inout RandomStream) {
    var total = start
    var events: [Event] = []
    var parts: [[Calculation]] = []
    var remaining = stepCount
    while remaining > 0 {
      let event = Story.event(difficulty, total: total, random: &random)
      guard let part = event.calculations(from: total), part.count <= remaining,
        let result = part.last?.result, result > 0, result <= difficulty.ceiling
      else { return nil }
      events.append(event)
      parts.append(part)
      remaining -= part.count
      total = result
    }
    self.start = start
    self.events = events
    self.parts = parts
    guard Set(calculations.map(\.canonical)).count == calculations.count else { return nil }
  }

  private static func event(
    _ difficulty: Difficulty, total: Int, random: inout RandomStream
  ) -> Event {
    let kinds: Int =
      switch difficulty {
      case .easy: 4
      case .medium: 6
      case .hard: 8
      }
    switch random.integer(in: 0..<kinds) {
    case 0, 1: return .gain(random.integer(in: difficulty.change))
    case 2, 3: return .loss(random.integer(in: difficulty.change))
    case 4: return .packs(random.integer(in: 2...5), of: random.integer(in: 2...9))
    case 5: return .multiple(random.integer(in: 2...4))
    case 6: return .share(random.integer(in: 2...5))
    default: return .percentLoss(random.element(of: [10, 20, 25, 50]))
    }
  }

  /// Wrong calculations that a weak solver makes: the opposite operation at a step, where that has a result of its own.
  func mistakes(count: Int, random: inout RandomStream) -> [String] {
    let right = Set(calculations.map(\.canonical))
    var texts: [String] = []
    for calculation in random.shuffled(calculations) where texts.count < count {
      let mistake = Event.mistake(for: calculation)
      guard let result = mistake.result, !right.contains(mistake.canonical),
        result != calculation.result
      else { continue }
      texts.append(
        "\(mistake.operation.verb)s where it should \(calculation.operation.verb.lowercased()): "
          + "\(mistake.equation(result: result)).")
    }
    return texts
  }

  /// Two changes in a row of the same kind can be put together first.
  var shortcut: String? {
    for (first, second) in zip(events, events.dropFirst()) {
      switch (first, second) {
      case (.gain(let one), .gain(let two)), (.loss(let one), .loss(let two)):
        let sum = Calculation(one, .plus, two)
        guard !calculations.map(\.canonical).contains(sum.canonical) else { continue }
        return "Puts two changes together first: \(sum.equation(result: one + two))."
      default: continue
      }
    }
    return nil
  }
}

/// A story in words: the problem's text and the reference solution.
struct Words {
  let text: String
  let solution: String

  init(setting: Setting, story: Story, random: inout RandomStream) {
    let name = random.element(of: setting.names)
    let things = random.element(of: setting.things)
    func fill(_ template: String, count: Int = 0, packs: Int = 0) -> String {
      template.replacing("{name}", with: name).replacing("{things}", with: things)
        .replacing("{count}", with: String(count)).replacing("{packs}", with: String(packs))
    }
    var sentences = [fill(random.element(of: setting.opening), count: story.start)]
    var steps: [String] = []
    for (event, part) in zip(story.events, story.parts) {
      let template = random.element(of: setting.phrases(for: event))
      let phrase =
        switch event {
        case .gain(let count), .loss(let count), .multiple(let count), .share(let count),
          .percentLoss(let count):
          fill(template, count: count)
        case .packs(let packs, let count): fill(template, count: count, packs: packs)
        }
      sentences.append("\(fill(random.element(of: setting.subject))) \(phrase).")
      for calculation in part {
        steps.append(
          "### Step \(steps.count + 1): \(phrase)\n"
            + calculation.equation(result: calculation.result ?? 0))
      }
    }
    sentences.append(fill(random.element(of: setting.question)))
    text = sentences.joined(separator: " ")
    solution = steps.joined(separator: "\n") + "\n\\boxed{\(story.answer)}"
  }
}
