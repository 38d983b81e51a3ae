import Foundation
import PolicyGradient
import RandomStreams
import Testing

@Suite struct PolicyLossTests {
  static let loss = PolicyLoss(
    objective: ClippedObjective(clipRatioLow: 0.2, clipRatioHigh: 0.28, dualClip: 3),
    reduction: .tokenMean, klPenalty: KLPenalty(.k3), klCoefficient: 0.3, entropyCoefficient: 0.1,
    rolloutCorrection: .truncated(cap: 2))

  static func tokens(seed: UInt64, count: Int = 6) -> PolicyLoss.Tokens {
    var random = RandomStream(seed: seed, "tokens")
    let old = (0..<count).map { _ in -3 * random.uniform() - 0.1 }
    return PolicyLoss.Tokens(
      current: old.map { $0 + 0.4 * random.normal() }, old: old,
      rollout: old.map { $0 + 0.5 * random.normal() },
      reference: old.map { $0 + 0.5 * random.normal() },
      entropies: old.map { _ in random.uniform() }, advantages: old.map { _ in random.normal() })
  }

  @Test(
    "the gradient by log-probability is that of central differences", arguments: UInt64(0)..<500)
  func gradient(seed: UInt64) throws {
    var random = RandomStream(seed: seed, "variant")
    var loss = Self.loss
    loss.reduction = random.element(of: LossReduction.allCases)
    loss.klPenalty = KLPenalty(random.element(of: KLPenalty.Estimator.allCases))
    loss.rolloutCorrection = random.element(of: [.none, .truncated(cap: 1.2), .masked(cap: 1.2)])
    let tokens = Self.tokens(seed: seed)
    let batch = BatchExtent(tokenCount: 11, sequenceCount: 3, lengthScale: 20)
    let weight = loss.reduction.tokenWeight(tokenCount: tokens.current.count, in: batch)
    func value(_ tokens: PolicyLoss.Tokens) -> Double {
      var sums = PolicyLossSums()
      _ = loss.gradient(tokens, tokenWeight: weight, adding: &sums)
      return sums.loss
    }
    var sums = PolicyLossSums()
    let gradient = loss.gradient(tokens, tokenWeight: weight, adding: &sums)
    let step = 1e-6
    for t in tokens.current.indices {
      var (above, below) = (tokens, tokens)
      above.current[t] += step
      below.current[t] -= step
      let difference = (value(above) - value(below)) / (2 * step)
      // A kink inside the interval would spoil a difference; 500 random seeds have none within 1e-6.
      #expect(agree(gradient.logProbabilities[t], difference, tolerance: 1e-7), "seed \(seed)")
      (above, below) = (tokens, tokens)
      above.entropies?[t] += step
      below.entropies?[t] -= step
      let entropyDifference = (value(above) - value(below)) / (2 * step)
      #expect(agree(gradient.entropy, entropyDifference, tolerance: 1e-7), "seed \(seed)")
    }
  }

  @Test("a token without a number of the sampler has weight 1 and is not compared with it")
  func missingNumber() {
    var tokens = Self.tokens(seed: 3)
    func sums(_ tokens: PolicyLoss.Tokens) -> PolicyLossSums {
      var sums = PolicyLossSums()
      _ = Self.loss.gradient(tokens, tokenWeight: 1, adding: &sums)
      return sums
    }
    // As if the sampler had been as the old policy there: the same weight, but one more comparison.
    tokens.rollout?[2] = tokens.old[2]
    let same = sums(tokens)
    tokens.rollout?[2] = .nan
    let missing = sums(tokens)
    #expect(missing.loss == same.loss && missing.rolloutWeight == same.rolloutWeight)
    #expect(missing.samplerTokenCount == same.samplerTokenCount - 1)
    #expect(missing.meanSamplerDifference?.isFinite == true)
  }

  @Test(
    "a mini-batch's loss does not depend on how its responses are parted",
    arguments: UInt64(0)..<100)
  func parts(seed: UInt64) {
    let responses = (0..<7).map { Self.tokens(seed: seed &* 7 &+ $0, count: Int($0) + 1) }
    for reduction in LossReduction.allCases {
      var loss = Self.loss
      loss.reduction = reduction
      let batch = BatchExtent(tokenCounts: responses.map(\.current.count), lengthScale: 10)
      func sums(_ part: ArraySlice<PolicyLoss.Tokens>) -> PolicyLossSums {
        var sums = PolicyLossSums()
        for response in part {
          let weight = reduction.tokenWeight(tokenCount: response.current.count, in: batch)
          _ = loss.gradient(response, tokenWeight: weight, adding: &sums)
        }
        return sums
      }
      let whole = sums(responses[...])
      var first = sums(responses[..<3])
      let second = sums(responses[3...])
      first.add(second)
      #expect(agree(first.loss, whole.loss, tolerance: 1e-12), "seed \(seed)")
      #expect(first.tokenCount == 28)
      #expect(agree(first.meanEntropy, whole.meanEntropy, tolerance: 1e-12), "seed \(seed)")
    }
  }

  @Test("reductions weigh tokens as their formulas say")
  func reductions() {
    let batch = BatchExtent(tokenCounts: [2, 0, 6], lengthScale: 4)
    #expect(batch.sequenceCount == 2)
    let weights = LossReduction.allCases.map { $0.tokenWeight(tokenCount: 2, in: batch) }
    let expected = [1 / 8.0, 1 / 2.0, 1 / 4.0, 1 / 8.0]
    #expect(zip(weights, expected).allSatisfy { agree($0, $1, tolerance: 1e-8) }, "\(weights)")
    #expect(
      LossReduction.allCases.allSatisfy { $0.tokenWeight(tokenCount: 0, in: batch) == 0 })
  }

  @Test("clipping stops a gain at the bound and a loss nowhere but at the floor")
  func clipping() {
    let objective = ClippedObjective(clipRatioLow: 0.2, clipRatioHigh: 0.28, dualClip: 3)
    let gained = objective(current: log(1.5), old: 0, advantage: 2)
    #expect(gained.isClipped && gained.gradient == 0 && agree(gained.value, -2 * 1.28))
    let lost = objective(current: log(1.5), old: 0, advantage: -2)
    #expect(!lost.isClipped && agree(lost.gradient, 3) && agree(lost.value, 3))
    let floored = objective(current: log(5), old: 0, advantage: -2)
    #expect(floored.isDualClipped && floored.gradient == 0 && agree(floored.value, 6))
    let lowered = objective(current: log(0.5), old: 0, advantage: -2)
    #expect(lowered.isClipped && lowered.gradient == 0 && agree(lowered.value, 1.6))
    let unbounded = ClippedObjective(clipRatioLow: 0.2, clipRatioHigh: 0.28, dualClip: nil)
    #expect(agree(unbounded(current: log(5), old: 0, advantage: -2).gradient, 10))
  }

  @Test("a log-ratio beyond ±20 neither overflows nor teaches")
  func clamp() {
    let token = Self.loss.objective(current: 0, old: -900, advantage: -1)
    #expect(token.value == 3 && token.gradient == 0 && token.logRatio == 20)
    let correction = RolloutCorrection.truncated(cap: 2)
    #expect(correction.weight(old: 0, rollout: -900) == 2)
  }

  @Test("a mismatch weight is cut at the cap, or masks what lies above it")
  func corrections() {
    let (truncated, masked) = (
      RolloutCorrection.truncated(cap: 2), RolloutCorrection.masked(cap: 2)
    )
    #expect(RolloutCorrection.none.weight(old: -1, rollout: -3) == 1)
    #expect(truncated.weight(old: -1, rollout: -3) == 2)
    #expect(masked.weight(old: -1, rollout: -3) == 0)
    #expect(agree(truncated.weight(old: -1.5, rollout: -1), exp(-0.5)))
    #expect(agree(masked.weight(old: -1.5, rollout: -1), exp(-0.5)))
  }

  @Test("names of KL penalties are read, unknown ones are not")
  func names() {
    #expect(KLPenalty(named: "low_var_kl") == KLPenalty(.k3))
    #expect(KLPenalty(named: "k1+") == KLPenalty(.k1, hasStraightThroughGradient: true))
    #expect(KLPenalty(named: "abs") == KLPenalty(.abs))
    #expect(KLPenalty(named: "k4") == nil)
    #expect(KLPenalty(named: "+") == nil)
  }

  @Test("the distance of sampler and trainer is that of the tokens that the sampler told of")
  func samplerDistance() throws {
    var sums = PolicyLossSums()
    var tokens = Self.tokens(seed: 1, count: 2)
    tokens.current = [-1, -2]
    tokens.rollout = [-1.5, -1.75]
    _ = Self.loss.gradient(tokens, tokenWeight: 1, adding: &sums)
    tokens.rollout = nil
    _ = Self.loss.gradient(tokens, tokenWeight: 1, adding: &sums)
    #expect(sums.tokenCount == 4)
    #expect(sums.meanSamplerDifference == 0.375)
    // (e^0.5 − 1.5 + e^−0.25 − 0.75) / 2, of log p(trainer) − log p(sampler)
    let divergence = try #require(sums.meanSamplerKL)
    #expect(abs(divergence - (exp(0.5) - 1.5 + exp(-0.25) - 0.75) / 2) < 1e-12)
    #expect(PolicyLossSums().meanSamplerDifference == nil)
  }
}
