package import Advantages
import Judging
import Records
import Steps

/// How often the signal that reaches a step contradicts what the step is worth: the paper's figure 2b.
///
/// Under an estimator the signal of step k of rollout i is the advantage that its tokens get, A_i + d̄_k,i. A wrong step with a positive
/// signal is rewarded all the same, a right step with a negative one punished all the same. The shares of the figure are taken
/// over the steps of responses with a right answer and with a wrong one.
package struct CreditAssignment: Equatable, Sendable {
  /// The steps of responses whose answer is right, and those of them that are wrong and rewarded.
  package private(set) var stepsInCorrect = 0
  package private(set) var wrongRewarded = 0
  /// The steps of responses whose answer is wrong, and those of them that are right and punished.
  package private(set) var stepsInIncorrect = 0
  package private(set) var rightPunished = 0
  /// Wrong and right steps of all responses, and the sums of their signals.
  package private(set) var wrongSteps = 0
  package private(set) var rightSteps = 0
  package private(set) var wrongSignal = 0.0
  package private(set) var rightSignal = 0.0

  package init() {}

  /// Counts the step of a number, from 1.
  package mutating func add(isStepCorrect: Bool, signal: Double, isAnswerCorrect: Bool) {
    if isAnswerCorrect {
      stepsInCorrect += 1
      wrongRewarded += !isStepCorrect && signal > 0 ? 1 : 0
    } else {
      stepsInIncorrect += 1
      rightPunished += isStepCorrect && signal < 0 ? 1 : 0
    }
    if isStepCorrect {
      rightSteps += 1
      rightSignal += signal
    } else {
      wrongSteps += 1
      wrongSignal += signal
    }
  }

  /// Counts the steps of a rollout under the advantage that it was given; one without an advantage, or whose steps nobody checked, says
  /// nothing.
  package mutating func add(_ trajectory: Trajectory) {
    guard let advantage = trajectory.advantage else { return }
    add(trajectory, outcome: advantage.outcome) { step in
      advantage.offsets.reduce(0) { sum, offset in
        offset.step == 0 || offset.step == step ? sum + offset.value : sum
      }
    }
  }

  /// Counts the steps of a rollout.
  ///
  /// - Parameters:
  ///   - outcome: what every token gets.
  ///   - offset: what the step of a number gets in addition.
  fileprivate mutating func add(
    _ trajectory: Trajectory, outcome: Double, offset: (Int) -> Double
  ) {
    guard let reward = trajectory.reward, let check = trajectory.stepCheck, check.error == nil
    else { return }
    for step in check.steps {
      add(
        isStepCorrect: step.isCorrect, signal: outcome + offset(step.number),
        isAnswerCorrect: reward.isCorrect)
    }
  }

  /// Counts what another one has counted.
  package mutating func add(_ other: CreditAssignment) {
    stepsInCorrect += other.stepsInCorrect
    wrongRewarded += other.wrongRewarded
    stepsInIncorrect += other.stepsInIncorrect
    rightPunished += other.rightPunished
    wrongSteps += other.wrongSteps
    rightSteps += other.rightSteps
    wrongSignal += other.wrongSignal
    rightSignal += other.rightSignal
  }

  /// Of the steps of responses with a right answer, the share that is wrong and rewarded (18.2 % in the paper, under an
  /// outcome reward); nil without such steps.
  package var wrongRewardedShare: Double? { share(wrongRewarded, of: stepsInCorrect) }

  /// Of the steps of responses with a wrong answer, the share that is right and punished (49.9 % in the paper, under an
  /// outcome reward); nil without such steps.
  package var rightPunishedShare: Double? { share(rightPunished, of: stepsInIncorrect) }

  /// The mean signal of a right step, and of a wrong one; nil without such steps.
  package var meanRightSignal: Double? {
    rightSteps == 0 ? nil : rightSignal / Double(rightSteps)
  }
  package var meanWrongSignal: Double? {
    wrongSteps == 0 ? nil : wrongSignal / Double(wrongSteps)
  }

  private func share(_ part: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}

/// The same records' credit assignment under several estimators, side by side.
package struct CreditComparison: Equatable, Sendable {
  /// What is compared, by the names of estimators: the outcome alone, RaR's scalar, SRaR.
  package static let estimators = ["grpo", "rar", "srar"]

  /// In the order of `estimators`.
  package private(set) var credits = [CreditAssignment](
    repeating: CreditAssignment(), count: Self.estimators.count)

  package init() {}

  package subscript(estimator: String) -> CreditAssignment? {
    Self.estimators.firstIndex(of: estimator).map { credits[$0] }
  }

  /// Counts what another one has counted.
  package mutating func add(_ other: CreditComparison) {
    for index in credits.indices { credits[index].add(other.credits[index]) }
  }

  /// Counts the rollouts of one problem whose steps were checked; a single rollout has no advantage and says nothing.
  ///
  /// - Parameter options: which statistics; the estimators are computed anew from the rewards, whatever trained the policy.
  package mutating func add(_ group: TrajectoryGroup, options: AdvantageOptions = .default) {
    let rewarded = group.trajectories.filter { $0.reward != nil }
    guard rewarded.count > 1 else { return }
    let scores = rewarded.compactMap { trajectory in
      trajectory.reward.map { RolloutScore($0, of: trajectory.rollout) }
    }
    for (position, name) in Self.estimators.enumerated() {
      guard let estimator = Estimator(named: name) else { continue }
      let advantages = estimator.advantages(scores, options)
      for (trajectory, advantage) in zip(rewarded, advantages) {
        credits[position].add(trajectory, outcome: advantage.outcome) { step in
          advantage.offsets.reduce(0) { sum, offset in
            offset.placement == .wholeResponse || offset.step == step ? sum + offset.value : sum
          }
        }
      }
    }
  }
}
