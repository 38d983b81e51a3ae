import Foundation
import PolicyGradient
import TestSupport
import Testing

/// One batch of `golden/policy_loss.jsonl`: rows of tokens, some masked.
private struct GoldenBatch {
  let name: String
  let input: [String: Any]
  let expected: [String: Any]
  let mask: [[Int]]
  let extent: BatchExtent
  let reduction: LossReduction

  init(_ object: [String: Any]) throws {
    name = try field(object, "name", String.self)
    input = try field(object, "input", [String: Any].self)
    expected = try field(object, "expected", [String: Any].self)
    mask = try field(input, "mask", [[Int]].self)
    let aggregation = try field(input, "agg", String.self)
    guard let reduction = LossReduction(rawValue: aggregation) else {
      throw MissingField(name: aggregation)
    }
    self.reduction = reduction
    var extent = BatchExtent(
      tokenCounts: mask.map { $0.reduce(0, +) }, lengthScale: Double(mask[0].count))
    // The reference normalises by what the whole batch holds, times the number of data-parallel ranks whose gradients
    // it later averages; ours are summed, so we divide what that multiplies.
    let info = input["batch_info"] as? [String: Any] ?? [:]
    if let count = info["batch_num_tokens"] as? Int { extent.tokenCount = count }
    if let count = info["global_batch_size"] as? Int { extent.sequenceCount = count }
    if let scale = info["loss_scale_factor"] as? Double { extent.lengthScale = scale }
    rankCount = info["dp_size"] as? Double ?? 1
    self.extent = extent
  }

  let rankCount: Double

  func rows(_ name: String) throws -> [[Double]] { try field(input, name, [[Double]].self) }

  /// What the loss says of each row, masked tokens left out as the trainer leaves them out, and put back as 0.
  func losses(_ loss: PolicyLoss, tokens: (Int) throws -> PolicyLoss.Tokens) rethrows -> (
    sums: PolicyLossSums, gradients: [[Double]], tokenLosses: [[Double]]
  ) {
    var sums = PolicyLossSums()
    var gradients: [[Double]] = []
    var tokenLosses: [[Double]] = []
    for row in mask.indices {
      let tokens = try tokens(row)
      let weight = loss.reduction.tokenWeight(tokenCount: tokens.current.count, in: extent)
      let gradient = loss.gradient(tokens, tokenWeight: weight, adding: &sums)
      gradients.append(spread(gradient.logProbabilities.map { $0 * rankCount }, mask[row]))
      tokenLosses.append(spread(gradient.tokenLosses, mask[row]))
    }
    return (sums, gradients, tokenLosses)
  }

  private func spread(_ values: [Double], _ mask: [Int]) -> [Double] {
    var rest = values[...]
    return mask.map { $0 == 1 ? rest.removeFirst() : 0 }
  }
}

/// The losses against the reference vectors (`Tests/Fixtures/golden/README.md`, section 5).
@Suite struct GoldenPolicyLossTests {
  private func cases(_ kind: String) throws -> [[String: Any]] {
    try Fixtures.golden("policy_loss").filter {
      ($0["input"] as? [String: Any])?["kind"] as? String == kind
    }
  }

  private func loss(_ batch: GoldenBatch) throws -> PolicyLoss {
    PolicyLoss(
      objective: ClippedObjective(
        clipRatioLow: try field(batch.input, "clip_low", Double.self),
        clipRatioHigh: try field(batch.input, "clip_high", Double.self),
        dualClip: try field(batch.input, "clip_c", Double.self)),
      reduction: batch.reduction, klPenalty: KLPenalty(.k3), klCoefficient: 0,
      entropyCoefficient: 0, rolloutCorrection: .none)
  }

  @Test("loss, gradient, clip fractions and KL of every reference batch")
  func policyLoss() throws {
    var compared = 0
    for object in try cases("policy_loss") {
      let batch = try GoldenBatch(object)
      var loss = try loss(batch)
      let (current, old) = (try batch.rows("log_prob"), try batch.rows("old_log_prob"))
      let advantages = try batch.rows("advantages")
      let weights = batch.input["rollout_is_weights"] as? [[Double]]
      // Weights of the reference are given; ours come from log-probabilities, so we give those that yield them.
      if weights != nil { loss.rolloutCorrection = .truncated(cap: 1e9) }
      let (sums, gradients, tokenLosses) = batch.losses(loss) { row in
        let mask = batch.mask[row]
        let old = selected(old[row], mask)
        return PolicyLoss.Tokens(
          current: selected(current[row], mask), old: old,
          rollout: weights.map {
            zip(old, selected($0[row], mask)).map { $1 == 0 ? $0 + 1e3 : $0 - log($1) }
          },
          advantages: selected(advantages[row], mask))
      }
      let expected = batch.expected
      let expectedLoss = expected["loss"] as? Double
      // The reference divides 0 by 0 for an empty mask; ours is 0.
      #expect(agree(sums.loss * batch.rankCount, expectedLoss ?? 0), "\(batch.name)")
      #expect(
        agree(sums.clipFraction, try field(expected, "pg_clipfrac", Double.self)), "\(batch.name)")
      #expect(
        agree(sums.lowerClipFraction, try field(expected, "pg_clipfrac_lower", Double.self)),
        "\(batch.name)")
      #expect(
        agree(sums.approximateKL, try field(expected, "ppo_kl", Double.self)), "\(batch.name)")
      guard expectedLoss != nil else { continue }
      let expectedGradients = try field(expected, "dloss_dlogprob", [[Double]].self)
      for (actual, expected) in zip(gradients.joined(), expectedGradients.joined()) {
        #expect(agree(actual, expected, tolerance: 2e-9), "\(batch.name)")
      }
      let expectedLosses = try field(expected, "token_loss", [[Double]].self)
      for (actual, expected) in zip(tokenLosses.joined(), expectedLosses.joined()) {
        #expect(agree(actual, expected, tolerance: 2e-9), "\(batch.name)")
      }
      compared += 1
    }
    #expect(compared == 33)
  }

  @Test("every KL estimator and its gradient, with and without the straight-through gradient")
  func klPenalty() throws {
    let cases = try cases("kl_penalty")
    for object in cases {
      let name = try field(object, "name", String.self)
      let input = try field(object, "input", [String: Any].self)
      let expected = try field(object, "expected", [String: Any].self)
      let penalty = try #require(KLPenalty(named: try field(input, "penalty", String.self)))
      let current = try field(input, "log_prob", [[Double]].self).joined()
      let reference = try field(input, "ref_log_prob", [[Double]].self).joined()
      let results = zip(current, reference).map { penalty(current: $0, reference: $1) }
      for (result, value) in zip(results, try field(expected, "kl", [[Double]].self).joined()) {
        #expect(agree(result.value, value), "\(name)")
      }
      let gradients = try field(expected, "dkl_dlogprob", [[Double]].self).joined()
      for (result, gradient) in zip(results, gradients) {
        #expect(agree(result.gradient, gradient), "\(name)")
      }
    }
    #expect(cases.count == 8)
  }

  @Test("the KL term of every reduction")
  func klLoss() throws {
    let cases = try cases("kl_loss")
    for object in cases {
      let batch = try GoldenBatch(object)
      let penalty = try #require(KLPenalty(named: try field(batch.input, "penalty", String.self)))
      let loss = PolicyLoss(
        objective: ClippedObjective(clipRatioLow: 0.2, clipRatioHigh: 0.28, dualClip: 10),
        reduction: batch.reduction, klPenalty: penalty, klCoefficient: 1, entropyCoefficient: 0,
        rolloutCorrection: .none)
      let (current, reference) = (try batch.rows("log_prob"), try batch.rows("ref_log_prob"))
      let (sums, gradients, _) = batch.losses(loss) { row in
        let mask = batch.mask[row]
        let current = selected(current[row], mask)
        return PolicyLoss.Tokens(
          current: current, old: current, reference: selected(reference[row], mask),
          advantages: current.map { _ in 0 })
      }
      #expect(agree(sums.loss, try field(batch.expected, "kl_loss", Double.self)), "\(batch.name)")
      #expect(agree(sums.klLoss, sums.loss), "\(batch.name)")
      let expected = try field(batch.expected, "dloss_dlogprob", [[Double]].self)
      for (actual, expected) in zip(gradients.joined(), expected.joined()) {
        #expect(agree(actual, expected), "\(batch.name)")
      }
    }
    #expect(cases.count == 4)
  }

  @Test("masked sums, moments and whitening")
  func maskedStatistics() throws {
    let cases = try cases("masked_stats")
    for object in cases {
      let name = try field(object, "name", String.self)
      let input = try field(object, "input", [String: Any].self)
      let expected = try field(object, "expected", [String: Any].self)
      let rows = try field(input, "values", [[Double]].self)
      let masks = try field(input, "mask", [[Int]].self).map { $0.map { $0 == 1 } }
      let values = Array(rows.joined())
      let statistics = MaskedStatistics(values, isSelected: Array(masks.joined()))
      #expect(agree(statistics.sum, try field(expected, "masked_sum", Double.self)), "\(name)")
      #expect(agree(statistics.mean, try field(expected, "masked_mean", Double.self)), "\(name)")
      #expect(
        agree(statistics.variance, try field(expected, "masked_var_biased", Double.self)), "\(name)"
      )
      #expect(
        agree(
          try #require(statistics.unbiasedVariance),
          try field(expected, "masked_var_unbiased", Double.self)), "\(name)")
      let means = zip(rows, masks).map { MaskedStatistics($0, isSelected: $1).mean }
      for (mean, expected) in zip(means, try field(expected, "masked_mean_rows", [Double].self)) {
        #expect(agree(mean, expected), "\(name)")
      }
      for (key, keepsMean) in [("masked_whiten", false), ("masked_whiten_keep_mean", true)] {
        let whitened = try #require(statistics.whitened(values, keepsMean: keepsMean))
        for (actual, expected) in zip(whitened, try field(expected, key, [[Double]].self).joined())
        {
          #expect(agree(actual, expected), "\(name)")
        }
      }
    }
    #expect(cases.count == 3)
  }
}
