import Advantages
import RandomStreams
import Testing

/// A group drawn from a seed, as rewards of real groups look: few base rewards, deltas from shared budgets.
func randomGroup(seed: UInt64, rubric: Bool = true, count: Int? = nil) -> [RolloutScore] {
  var random = RandomStream(seed: seed, "group")
  let count = count ?? random.integer(in: 2...16)
  let suggestCount = random.integer(in: 2...6)
  return (0..<count).map { _ in
    let stepCount = random.integer(in: 0...6)
    var scores: [StepScore] = []
    for step in 1...6 where rubric && random.uniform() < 0.6 {
      let judged = random.integer(in: 1...3)
      let satisfied = random.integer(in: 0...judged)
      scores.append(
        StepScore(
          step: step, score: 0.8 * Double(satisfied) / Double(suggestCount), judgedCount: judged,
          satisfiedCount: satisfied))
    }
    return RolloutScore(
      baseReward: random.element(of: [0, 0.1, 0.9, 1]),
      rubricReward: scores.reduce(0) { $0 + $1.score }, stepScores: scores, stepCount: stepCount)
  }
}

func optionsGrid() -> [AdvantageOptions] {
  [.default, .paper]
}

@Suite struct EstimatorTests {
  @Test("the table holds every estimator under its name")
  func table() {
    #expect(
      Estimator.all.map(\.name) == [
        "srar", "grpo", "rar", "dr-grpo", "rloo", "srar-unnormalized", "srar-merged",
      ])
    #expect(Estimator(named: "ppo") == nil)
  }

  @Test("each term of SRaR sums to zero over its rollouts", arguments: UInt64(0)..<500)
  func termsAreCentred(seed: UInt64) throws {
    let group = randomGroup(seed: seed)
    let srar = try #require(Estimator(named: "srar"))
    for options in optionsGrid() {
      let advantages = srar.advantages(group, options)
      #expect(abs(advantages.reduce(0) { $0 + $1.outcome }) < 1e-9, "seed \(seed)")
      for step in 1...6 {
        let offsets = advantages.flatMap(\.offsets).filter { $0.step == step }
        #expect(abs(offsets.reduce(0) { $0 + $1.value }) < 1e-9, "seed \(seed), step \(step)")
      }
    }
  }

  @Test("outcome advantages have unit variance in the chosen deviation", arguments: UInt64(0)..<500)
  func outcomeVariance(seed: UInt64) throws {
    let group = randomGroup(seed: seed)
    let grpo = try #require(Estimator(named: "grpo"))
    for options in optionsGrid() {
      let outcomes = grpo.advantages(group, options).map(\.outcome)
      let isUniform = group.allSatisfy { $0.baseReward == group[0].baseReward }
      let statistics = GroupStatistics(outcomes, deviation: options.deviation, precision: .double)
      // σ of the rewards is at least 0.02 here, so ε = 1e-6 costs at most 5e-5.
      #expect(
        isUniform ? outcomes.allSatisfy { $0 == 0 } : abs(statistics.deviation - 1) < 5e-5,
        "seed \(seed)")
    }
  }

  @Test("without a rubric SRaR is exactly GRPO", arguments: UInt64(0)..<500)
  func emptyRubricIsGRPO(seed: UInt64) throws {
    let group = randomGroup(seed: seed, rubric: false)
    let grpo = try #require(Estimator(named: "grpo"))
    for options in [AdvantageOptions.default, .paper, .authors] {
      for name in ["srar", "srar-unnormalized", "rar"] {
        let estimator = try #require(Estimator(named: name))
        #expect(
          estimator.advantages(group, options) == grpo.advantages(group, options), "seed \(seed)")
      }
    }
  }

  @Test("permuting the rollouts permutes their advantages", arguments: UInt64(0)..<500)
  func permutation(seed: UInt64) {
    let group = randomGroup(seed: seed)
    var random = RandomStream(seed: seed, "permutation")
    let order = random.shuffled(Array(group.indices))
    for estimator in Estimator.all {
      let straight = estimator.advantages(group, .default)
      let permuted = estimator.advantages(order.map { group[$0] }, .default)
      for (position, index) in order.enumerated() {
        #expect(
          agree(permuted[position].outcome, straight[index].outcome, tolerance: 1e-12)
            && permuted[position].offsets.map(\.step) == straight[index].offsets.map(\.step),
          "seed \(seed), \(estimator.name)")
        for (a, b) in zip(permuted[position].offsets, straight[index].offsets) {
          #expect(agree(a.value, b.value, tolerance: 1e-9), "seed \(seed), \(estimator.name)")
        }
      }
    }
  }

  @Test("adding a constant to every reward changes no advantage", arguments: UInt64(0)..<500)
  func shiftInvariance(seed: UInt64) {
    let group = randomGroup(seed: seed)
    let shifted = group.map {
      RolloutScore(
        baseReward: $0.baseReward + 3, rubricReward: $0.rubricReward, stepScores: $0.stepScores,
        stepCount: $0.stepCount)
    }
    for estimator in Estimator.all {
      let straight = estimator.advantages(group, .default)
      let moved = estimator.advantages(shifted, .default)
      for (a, b) in zip(straight, moved) {
        #expect(agree(a.outcome, b.outcome, tolerance: 1e-9), "seed \(seed), \(estimator.name)")
      }
    }
  }

  @Test("leave-one-out is the reward minus the mean of the others", arguments: UInt64(0)..<500)
  func leaveOneOut(seed: UInt64) throws {
    let group = randomGroup(seed: seed)
    let rloo = try #require(Estimator(named: "rloo"))
    let advantages = rloo.advantages(group, .default)
    for (index, rollout) in group.enumerated() {
      let others = group.enumerated().filter { $0.offset != index }.map(\.element.baseReward)
      let mean = others.reduce(0, +) / Double(others.count)
      #expect(agree(advantages[index].outcome, rollout.baseReward - mean), "seed \(seed)")
    }
  }

  @Test("a group of one rollout gets 0, and what verl gives it under the authors' preset")
  func singleRollout() {
    let group = [
      RolloutScore(
        baseReward: 0.9, rubricReward: 0.2,
        stepScores: [StepScore(step: 1, score: 0.2, judgedCount: 1, satisfiedCount: 1)],
        stepCount: 1)
    ]
    var outcomes: [String: Double] = [:]
    for estimator in Estimator.all {
      #expect(estimator.advantages(group, .default)[0].outcome == 0, "\(estimator.name)")
      outcomes[estimator.name] = estimator.advantages(group, .authors)[0].outcome
    }
    #expect(outcomes["srar"] == 0)
    #expect(outcomes["grpo"] == 0.9 / (1 + 1e-6))
    #expect(outcomes["rar"] == (0.9 + 0.2) / (1 + 1e-6))
    #expect(outcomes["dr-grpo"] == 0.9)
  }

  @Test("equal rewards give exactly 0, however they round")
  func equalRewards() {
    for reward in [0.9, 0.1, 1.0 / 3, 0.7] {
      for count in [2, 3, 7, 8, 16] {
        let group = (0..<count).map { _ in
          RolloutScore(baseReward: reward, rubricReward: 0, stepScores: [], stepCount: 2)
        }
        for estimator in Estimator.all {
          let advantages = estimator.advantages(group, .default)
          #expect(advantages.allSatisfy { $0.isZero }, "\(estimator.name), \(count) × \(reward)")
        }
      }
    }
  }

  @Test(
    "steps 0, −1 and missing ones place nothing by default, and everywhere under the authors' preset"
  )
  func straySteps() throws {
    func rollout(_ scores: [(Int, Double)]) -> RolloutScore {
      RolloutScore(
        baseReward: 1, rubricReward: 0,
        stepScores: scores.map {
          StepScore(step: $0.0, score: $0.1, judgedCount: 1, satisfiedCount: 1)
        }, stepCount: 2)
    }
    let group = [
      rollout([(-1, 0.3), (0, 0.2), (1, 0.1), (7, 0.5)]),
      rollout([(-1, 0.1), (0, 0.4), (1, 0.3), (7, 0.2)]),
    ]
    let srar = try #require(Estimator(named: "srar"))
    #expect(srar.advantages(group, .default).map { $0.offsets.map(\.step) } == [[1], [1]])
    let spread = srar.advantages(group, .authors)[0].offsets
    #expect(spread.map(\.step) == [0, 1, 7])
    #expect(spread.map(\.placement) == [.wholeResponse, .step, .wholeResponse])
    #expect(group[0].missingStepCount == 1)
  }

  @Test(
    "an item missed by some and met by others gives a signal by default, and none in the authors' G_k"
  )
  func membership() throws {
    let group = [(0.4, 1), (0.4, 1), (0, 0)].map { score, satisfied in
      RolloutScore(
        baseReward: 1, rubricReward: score,
        stepScores: [StepScore(step: 1, score: score, judgedCount: 1, satisfiedCount: satisfied)],
        stepCount: 1)
    }
    let srar = try #require(Estimator(named: "srar"))
    let ours = srar.advantages(group, .default).map { $0.offsets[0].value }
    #expect(agree(ours[0], 1 / 3.0.squareRoot(), tolerance: 1e-4))
    #expect(agree(ours[2], -2 / 3.0.squareRoot(), tolerance: 1e-4))
    #expect(srar.advantages(group, .authors).allSatisfy { $0.isZero })
  }
}
