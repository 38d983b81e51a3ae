import Foundation
import PolicyGradient
import TestSupport
import Testing
import Transformer

/// Whole policy updates against PyTorch's autograd and AdamW (`Tests/Fixtures/policy/RECIPE.md`).
@Suite struct PyTorchUpdateTests {
  private struct Fixture: Decodable {
    struct Sample: Decodable {
      let prompt, response: [Int32]
      let advantages, rollout, reference: [Float]
    }
    struct Step: Decodable {
      let loss, approximate_kl, clip_fraction, norm: Double
    }
    struct Case: Decodable {
      let reduction, old, kl: String
      let temperature, kl_coefficient, entropy_coefficient: Double
      let rollout_cap: Double?
      let steps: [Step]
    }
    let samples: [Sample]
    let cases: [Case]
    let clip_low, clip_high, dual_clip, rate, weight_decay, epsilon, max_norm: Double
    let length_scale: Double
    let warm_up: Int
  }

  @Test(
    "loss, gradient, three epochs of parameters and metrics are PyTorch's",
    arguments: 0..<3, [30, 1000])
  func update(caseIndex: Int, microBatchTokens: Int) throws {
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: Fixtures.url("policy/grpo.json")))
    let numbers = try Data(contentsOf: Fixtures.url("policy/grpo.f32"))
      .withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let weights = try Weights(configuration: TinyModel.configuration())
    let count = weights.elements.count
    try #require(numbers.count == (1 + 2 * fixture.cases.count) * count)
    for index in 0..<count { weights.elements[index] = numbers[index] }
    let expected = fixture.cases[caseIndex]
    let trainer = try ModelOptimizer(
      model: Model(weights: weights),
      optimizer: AdamW(
        options: AdamW.Options(
          firstDecay: 0.9, secondDecay: 0.999, epsilon: fixture.epsilon,
          weightDecay: fixture.weight_decay),
        segments: AdamW.segments(of: weights.tensors, decaysVectors: true)),
      schedule: LearningRateSchedule(
        peak: fixture.rate, warmUpStepCount: fixture.warm_up, decay: .constant),
      maxGradientNorm: fixture.max_norm, threadCount: 2)
    let loss = PolicyLoss(
      objective: ClippedObjective(
        clipRatioLow: fixture.clip_low, clipRatioHigh: fixture.clip_high,
        dualClip: fixture.dual_clip),
      reduction: try #require(LossReduction(rawValue: expected.reduction)),
      klPenalty: try #require(KLPenalty(named: expected.kl)),
      klCoefficient: expected.kl_coefficient, entropyCoefficient: expected.entropy_coefficient,
      rolloutCorrection: expected.rollout_cap.map { .truncated(cap: $0) } ?? .none)
    let options = PolicyUpdateOptions(
      loss: loss, epochCount: expected.steps.count, miniBatchSize: nil,
      microBatchTokens: microBatchTokens,
      oldLogProbabilities: try #require(OldLogProbabilities(rawValue: expected.old)),
      temperature: expected.temperature, lengthScale: fixture.length_scale, seed: 1)
    let update = try PolicyUpdate(trainer: trainer, reference: nil, options: options)
    let samples = fixture.samples.enumerated().map { index, sample in
      PolicySample(
        name: "rollout \(index)", promptTokens: sample.prompt, responseTokens: sample.response,
        advantages: sample.advantages, rolloutLogProbabilities: sample.rollout,
        referenceLogProbabilities: sample.reference)
    }

    _ = try update.accumulateGradient(of: samples)
    let gradient = numbers[(1 + 2 * caseIndex) * count..<(2 + 2 * caseIndex) * count]
    #expect(relativeDifference(trainer.gradients.elements, gradient) < 1e-4)
    trainer.gradients.zero()

    let reports = try update.run(samples)
    #expect(reports.count == expected.steps.count)
    for (report, expected) in zip(reports, expected.steps) {
      let step = try #require(report.step)
      #expect(agree(report.sums.loss, expected.loss, tolerance: 1e-4))
      #expect(agree(report.sums.approximateKL, expected.approximate_kl, tolerance: 1e-4))
      #expect(agree(report.sums.clipFraction, expected.clip_fraction, tolerance: 1e-4))
      #expect(agree(step.gradientNorm, expected.norm, tolerance: 1e-3))
    }
    let final = numbers[(2 + 2 * caseIndex) * count..<(3 + 2 * caseIndex) * count]
    #expect(relativeDifference(weights.elements, final) < 2e-4)
    // The comparison means something only if training moved the parameters further than its tolerance.
    #expect(relativeDifference(numbers[..<count], final) > 1e-2)
  }
}
