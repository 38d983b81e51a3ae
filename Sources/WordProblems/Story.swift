import RandomStreams

/// What happens in a problem, in numbers.
struct Story {
  let start: Int
  let question: ProblemQuestion
  let events: [Event]
  /// The calculations of each event.
  let parts: [[Calculation]]

  var calculations: [Calculation] { parts.flatMap { $0 } }
  var answer: Int { calculations.last?.result ?? start }

  /// Draws events until their calculations are as many as wanted; nil where the draw leads nowhere, or to one calculation
  /// twice, since a rubric must tell its items apart.
  init?(
    start: Int, stepCount: Int, difficulty: Difficulty, question: ProblemQuestion,
    random: inout RandomStream
  ) {
    var total = start
    var events: [Event] = []
    var parts: [[Calculation]] = []
    var remaining = stepCount
    while remaining > 0 {
      let event =
        remaining == question.calculationCount
        ? .groups(of: ProblemQuestion.groupSize)
        : Story.event(difficulty, total: total, random: &random)
      guard let part = event.calculations(from: total), part.count <= remaining,
        let result = part.last?.result, result > 0, result <= difficulty.ceiling
      else { return nil }
      events.append(event)
      parts.append(part)
      remaining -= part.count
      total = result
    }
    self.start = start
    self.question = question
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
