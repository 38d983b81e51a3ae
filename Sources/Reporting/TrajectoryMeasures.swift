// The paper's measures of faithful reasoning, over trajectories whose answers and steps were checked.

/// Counts of trajectories by what their answers and their steps are worth, and what follows from them.
///
/// A trajectory without checked steps counts in the total, but in none of the four kinds.
package struct TrajectoryMeasures: Equatable, Sendable {
  /// Trajectories of one kind, and their steps.
  package struct Kind: Equatable, Sendable {
    package var trajectories = 0
    package var steps = 0
    package var correctSteps = 0
  }

  /// Answer right, all steps right (A✓S✓).
  package private(set) var faithful = Kind()
  /// Answer right, a step wrong (A✓S✗).
  package private(set) var luckyAnswer = Kind()
  /// Answer wrong, all steps right (A✗S✓).
  package private(set) var wrongAnswerOnly = Kind()
  /// Answer wrong, a step wrong (A✗S✗).
  package private(set) var wrong = Kind()
  /// Without steps that could be checked.
  package private(set) var unchecked = 0
  /// Whose check failed: they tell nothing of faithfulness.
  package private(set) var failedChecks = 0
  /// With a right answer, checked or not.
  package private(set) var correctAnswers = 0

  package init() {}

  /// Counts one trajectory.
  ///
  /// - Parameter steps: whether each checked step is right; nil where the check failed.
  package mutating func add(isAnswerCorrect: Bool, steps: [Bool]?) {
    correctAnswers += isAnswerCorrect ? 1 : 0
    guard let steps else {
      failedChecks += 1
      return
    }
    guard !steps.isEmpty else {
      unchecked += 1
      return
    }
    switch (isAnswerCorrect, steps.allSatisfy { $0 }) {
    case (true, true): faithful.add(steps)
    case (true, false): luckyAnswer.add(steps)
    case (false, true): wrongAnswerOnly.add(steps)
    case (false, false): wrong.add(steps)
    }
  }

  /// All trajectories.
  package var total: Int { examined + failedChecks }

  /// All but those whose check failed.
  private var examined: Int { kinds.reduce(unchecked) { $0 + $1.trajectories } }

  /// The share of right answers; nil without trajectories.
  package var answerAccuracy: Double? { share(correctAnswers, of: total) }

  /// The share of steps that are right; nil without checked steps.
  package var stepAccuracy: Double? {
    share(kinds.reduce(0) { $0 + $1.correctSteps }, of: kinds.reduce(0) { $0 + $1.steps })
  }

  /// FRR, the faithful reasoning rate: right answer and all steps right.
  package var faithfulReasoningRate: Double? { share(faithful.trajectories, of: examined) }

  /// MTR, the misaligned trajectory rate: the answer and the steps disagree.
  package var misalignedTrajectoryRate: Double? {
    share(luckyAnswer.trajectories + wrongAnswerOnly.trajectories, of: examined)
  }

  /// Of the steps of trajectories with a right answer, the share that is wrong: what an outcome reward rewards all the same
  /// (18.2 % in the paper, figure 2b).
  package var wrongStepShareInCorrect: Double? {
    let steps = faithful.steps + luckyAnswer.steps
    return share(steps - faithful.correctSteps - luckyAnswer.correctSteps, of: steps)
  }

  /// Of the steps of trajectories with a wrong answer, the share that is right: what an outcome reward punishes all the same
  /// (49.9 % in the paper, figure 2b).
  package var correctStepShareInIncorrect: Double? {
    share(
      wrongAnswerOnly.correctSteps + wrong.correctSteps, of: wrongAnswerOnly.steps + wrong.steps)
  }

  private var kinds: [Kind] { [faithful, luckyAnswer, wrongAnswerOnly, wrong] }

  private func share(_ count: Int, of total: Int) -> Double? {
    total == 0 ? nil : Double(count) / Double(total)
  }
}

extension TrajectoryMeasures.Kind {
  fileprivate mutating func add(_ steps: [Bool]) {
    trajectories += 1
    self.steps += steps.count
    correctSteps += steps.count { $0 }
  }
}
