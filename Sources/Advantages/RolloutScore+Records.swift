package import Records

extension RolloutScore {
  /// What an estimator needs of a reward; without verdicts the rollout is in no G_k.
  package init(_ reward: Reward, of rollout: Rollout) {
    self.init(
      baseReward: reward.base, rubricReward: reward.rubric ?? 0,
      stepScores: (reward.steps ?? []).map { step in
        StepScore(
          step: step.step, score: step.delta, judgedCount: step.judged,
          satisfiedCount: step.satisfied)
      },
      stepCount: rollout.steps.count)
  }
}
