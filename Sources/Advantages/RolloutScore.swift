// What an estimator knows about a rollout: its rewards, and the rubric score of each step that the judge named.

/// The rubric score d_k of one step of one response: Σ δ over the items that the judge attributed to it.
package struct StepScore: Sendable, Equatable {
  /// The step as the judge numbered it: from 1 in order of appearance; 0 is the whole solution, −1 is nowhere.
  package let step: Int
  /// d_k, in reward units, −1 … 1.8.
  package let score: Double
  /// How many rubric items the judge attributed to the step, satisfied or not.
  package let judgedCount: Int
  /// How many of them are satisfied.
  package let satisfiedCount: Int

  package init(step: Int, score: Double, judgedCount: Int, satisfiedCount: Int) {
    self.step = step
    self.score = score
    self.judgedCount = judgedCount
    self.satisfiedCount = satisfiedCount
  }
}

/// The rewards of one rollout; the rollouts of one problem together are a group.
package struct RolloutScore: Sendable, Equatable {
  /// r_base = (1 − λ)·r_acc + λ·r_fmt.
  package let baseReward: Double
  /// RaR's Σ_j δ_j over all items, whatever step they were attributed to; 0 where there is no verdict.
  package let rubricReward: Double
  /// One score per step that a verdict names; empty where the judge failed, so that the rollout is in no G_k.
  package let stepScores: [StepScore]
  /// How many steps the response has.
  package let stepCount: Int

  package init(
    baseReward: Double, rubricReward: Double, stepScores: [StepScore], stepCount: Int
  ) {
    self.baseReward = baseReward
    self.rubricReward = rubricReward
    self.stepScores = stepScores
    self.stepCount = stepCount
  }

  /// RaR's scalar reward, r_base + Σ_j δ_j.
  package var scalarReward: Double { baseReward + rubricReward }

  /// How many scores name a step, from 1, that the response does not have.
  package var missingStepCount: Int {
    stepScores.count { $0.step > stepCount }
  }
}
