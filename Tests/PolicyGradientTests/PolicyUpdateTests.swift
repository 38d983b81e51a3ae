import Checkpoints
import Foundation
import PolicyGradient
import RandomStreams
import Testing
import Transformer

@Suite struct PolicyUpdateTests {
  private func gradient(
    _ samples: [PolicySample], _ model: Model, _ options: PolicyUpdateOptions,
    threadCount: Int = 1
  ) throws -> (gradient: [Float], report: PolicyUpdate.Report) {
    let trainer = try TinyModel.trainer(model, threadCount: threadCount)
    let update = try PolicyUpdate(trainer: trainer, reference: nil, options: options)
    let report = try update.accumulateGradient(of: samples)
    return (Array(trainer.gradients.elements), report)
  }

  @Test(
    "the gradient of the whole loss is that of central differences",
    arguments: LossReduction.allCases)
  func finiteDifferences(reduction: LossReduction) throws {
    let model = try TinyModel.model(seed: 2)
    let samples = try TinyModel.samples(seed: 2, count: 4, of: model)
    var loss = TinyModel.loss
    loss.reduction = reduction
    loss.klCoefficient = 0.1
    loss.entropyCoefficient = 0.05
    let options = TinyModel.options(loss)
    let (gradient, _) = try gradient(samples, model, options)
    var random = RandomStream(seed: 2, "directions")
    // Along random directions, which meets every parameter; one at a time would drown in float32's rounding.
    for _ in 0..<6 {
      let direction = gradient.map { _ in Float(random.normal()) }
      func value(_ step: Float) throws -> Double {
        let moved = TinyModel.copy(model)
        for i in direction.indices { moved.weights.elements[i] += step * direction[i] }
        return try self.gradient(samples, moved, options).report.sums.loss
      }
      let step: Float = 2e-3
      // Fourth order: the errors of the loss's curvature and of its rounding are both well below the tolerance.
      let difference =
        (8 * (try value(step) - value(-step)) - (try value(2 * step) - value(-2 * step)))
        / Double(12 * step)
      let slope = zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let scale = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(difference - slope) < 5e-3 * scale, "\(difference), \(slope), norm \(scale)")
    }
  }

  @Test(
    "a mini-batch's gradient does not depend on its micro-batches", arguments: [5, 20, 60, 1000])
  func microBatches(tokens: Int) throws {
    let model = try TinyModel.model(seed: 3)
    let samples = try TinyModel.samples(seed: 3, count: 9, of: model)
    for reduction in LossReduction.allCases {
      var options = TinyModel.options()
      options.loss.reduction = reduction
      let whole = try gradient(samples, model, options)
      options.microBatchTokens = tokens
      let parted = try gradient(samples, model, options)
      #expect(relativeDifference(parted.gradient, whole.gradient) < 1e-5)
      #expect(agree(parted.report.sums.loss, whole.report.sums.loss, tolerance: 1e-6))
      #expect(parted.report.responseTokenCount == whole.report.responseTokenCount)
    }
  }

  @Test("the same samples give the same bytes, whatever the number of threads")
  func sameBytes() throws {
    let start = try TinyModel.model(seed: 4)
    let samples = try TinyModel.samples(seed: 4, count: 12, of: start)
    var options = TinyModel.options()
    options.epochCount = 2
    options.miniBatchSize = 5
    options.microBatchTokens = 25
    options.oldLogProbabilities = .recomputed
    options.loss.rolloutCorrection = .truncated(cap: 2)
    func trained(threadCount: Int, seed: UInt64) throws -> ([Float], [PolicyUpdate.Report]) {
      let model = TinyModel.copy(start)
      options.seed = seed
      let update = try PolicyUpdate(
        trainer: TinyModel.trainer(model, threadCount: threadCount), reference: nil,
        options: options)
      let reports = try update.run(samples)
      return (Array(model.weights.elements), reports)
    }
    let (one, two) = (
      try trained(threadCount: 1, seed: 7), try trained(threadCount: 2, seed: 7)
    )
    #expect(one.0 == two.0)
    #expect(one.1 == two.1)
    #expect(one.1.count == 6)
    #expect(try trained(threadCount: 1, seed: 8).0 != one.0)
  }

  @Test("tokens without an advantage cost nothing and change nothing, but count in the mean")
  func silentTokens() throws {
    let model = try TinyModel.model(seed: 5)
    let samples = try TinyModel.samples(seed: 5, count: 6, of: model)
    let plain = try gradient(samples, model, TinyModel.options())
    #expect(plain.report.silentRolloutCount == 1)
    #expect(plain.report.responseTokenCount == samples.reduce(0) { $0 + $1.responseTokens.count })
    #expect(
      plain.report.computedTokenCount
        < samples.reduce(0) { $0 + $1.promptTokens.count + $1.responseTokens.count })
    // A coefficient too small to matter makes every token be computed.
    var options = TinyModel.options()
    options.loss.entropyCoefficient = 1e-30
    let full = try gradient(samples, model, options)
    #expect(full.report.silentRolloutCount == 0)
    #expect(full.report.sums.tokenCount == plain.report.responseTokenCount)
    #expect(relativeDifference(full.gradient, plain.gradient) < 1e-5)
    #expect(agree(full.report.sums.loss, plain.report.sums.loss, tolerance: 1e-6))
  }

  @Test("a batch that teaches nothing makes no step")
  func nothingToLearn() throws {
    let model = try TinyModel.model(seed: 6)
    let before = Array(model.weights.elements)
    var samples = try TinyModel.samples(seed: 6, count: 3, of: model)
    for index in samples.indices {
      samples[index].advantages = samples[index].advantages.map { _ in 0 }
    }
    let trainer = try TinyModel.trainer(model)
    let update = try PolicyUpdate(
      trainer: trainer, reference: nil, options: TinyModel.options())
    let reports = try update.run(samples)
    #expect(reports.map(\.step) == [nil])
    #expect(reports[0].silentRolloutCount == 3)
    #expect(trainer.optimizer.stepCount == 0)
    #expect(Array(model.weights.elements) == before)
    #expect(try update.run([]).isEmpty)
  }

  @Test(
    "recomputed old log-probabilities give a ratio of 1 in the first step, and stay as they were")
  func recomputed() throws {
    let model = try TinyModel.model(seed: 7)
    let samples = try TinyModel.samples(seed: 7, count: 6, of: model)
    for epochCount in [1, 3] {
      var options = TinyModel.options()
      options.oldLogProbabilities = .recomputed
      options.epochCount = epochCount
      let update = try PolicyUpdate(
        trainer: TinyModel.trainer(TinyModel.copy(model)), reference: nil, options: options)
      let reports = try update.run(samples)
      #expect(agree(reports[0].sums.meanImportanceRatio, 1, tolerance: 1e-6))
      #expect(reports[0].sums.clippedCount == 0)
      for report in reports.dropFirst() {
        #expect(abs(report.sums.meanImportanceRatio - 1) > 1e-4)
        #expect(report.sums.approximateKL != 0)
      }
    }
  }

  @Test("a policy that is its own reference has a KL of 0, and one that moved has not")
  func reference() throws {
    let model = try TinyModel.model(seed: 8)
    var samples = try TinyModel.samples(seed: 8, count: 5, of: model)
    for index in samples.indices { samples[index].referenceLogProbabilities = nil }
    var options = TinyModel.options()
    options.loss.klCoefficient = 0.1
    options.epochCount = 2
    let trainer = try TinyModel.trainer(model)
    let update = try PolicyUpdate(
      trainer: trainer, reference: TinyModel.copy(model), options: options)
    let reports = try update.run(samples)
    #expect(abs(reports[0].sums.meanReferenceKL) < 1e-9)
    #expect(reports[1].sums.meanReferenceKL > 1e-6)
    let lonely = try PolicyUpdate(trainer: trainer, reference: nil, options: options)
    #expect(throws: PolicyGradientError.missingReference) { try lonely.run(samples) }
  }

  @Test("training on a rewarded response makes it likelier, on a punished one less likely")
  func direction() throws {
    for sign in [Float(1), -1] {
      let model = try TinyModel.model(seed: 9)
      var samples = [try TinyModel.samples(seed: 9, count: 1, of: model)[0]]
      samples[0].advantages = samples[0].responseTokens.map { _ in sign }
      var options = TinyModel.options()
      options.oldLogProbabilities = .recomputed
      options.epochCount = 2
      let update = try PolicyUpdate(
        trainer: TinyModel.trainer(model, rate: 1e-3), reference: nil, options: options)
      let reports = try update.run(samples)
      #expect(reports[1].sums.approximateKL * Double(sign) < 0)
    }
  }
}
