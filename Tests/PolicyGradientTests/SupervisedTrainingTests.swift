import Checkpoints
import Foundation
import PolicyGradient
import RandomStreams
import Testing
import Transformer

@Suite struct SupervisedTrainingTests {
  /// Counting upwards, as long as the vocabulary goes: learnable by a model of this size.
  private let examples: [SupervisedExample] = (0..<12).map { (start: Int32) in
    let end: Int32 = min(start + 8, 23)
    return SupervisedExample(
      name: "line \(start + 1)", promptTokens: [start, start + 1],
      solutionTokens: Array(start + 2..<end) + [23])
  }

  private func options(epochCount: Int) -> SupervisedTrainingOptions {
    SupervisedTrainingOptions(
      epochCount: epochCount, batchTokens: 40, microBatchTokens: 20, learnsPrompts: false, seed: 3)
  }

  @Test("a model learns its examples, the same bytes for any number of threads")
  func learns() throws {
    let start = try TinyModel.model(seed: 10)
    func trained(threadCount: Int) throws -> (Model, [SupervisedTraining.Report]) {
      let model = TinyModel.copy(start)
      let training = try SupervisedTraining(examples, options: options(epochCount: 40))
      let trainer = try TinyModel.trainer(model, threadCount: threadCount)
      let reports = try training.run(trainer)
      #expect(reports.count == training.stepCount)
      return (model, reports)
    }
    let (one, reports) = try trained(threadCount: 1)
    #expect(reports[0].loss > 2)
    #expect(try #require(reports.last).loss < 0.3)
    #expect(reports.map(\.step.number) == Array(1...reports.count))
    let (two, sameReports) = try trained(threadCount: 2)
    #expect(reports == sameReports)
    #expect(Array(one.weights.elements) == Array(two.weights.elements))
  }

  @Test(
    "training ends when the mean loss of the last steps has come down to the target, and not before"
  )
  func targetLoss() throws {
    let start = try TinyModel.model(seed: 10)
    func reports(target: Double?) throws -> [SupervisedTraining.Report] {
      var options = options(epochCount: 40)
      options.targetLoss = target
      return try SupervisedTraining(examples, options: options)
        .run(try TinyModel.trainer(TinyModel.copy(start)))
    }
    let whole = try reports(target: nil)
    let stopped = try reports(target: 1)
    #expect(stopped.count < whole.count)
    #expect(stopped == Array(whole.prefix(stopped.count)))
    let losses = stopped.map(\.loss)
    #expect(SupervisedTraining.recentLoss(losses) <= 1)
    #expect(SupervisedTraining.recentLoss(losses.dropLast()) > 1)
  }

  @Test("every epoch sees every example once, in batches of at most the tokens asked for")
  func epochs() throws {
    let training = try SupervisedTraining(examples, options: options(epochCount: 3))
    let model = try TinyModel.model(seed: 11)
    let reports = try training.run(try TinyModel.trainer(model))
    let solutionTokens = examples.reduce(0) { $0 + $1.solutionTokens.count }
    for epoch in 0..<3 {
      let count = reports.reduce(0) { $0 + ($1.epoch == epoch ? $1.tokenCount : 0) }
      #expect(count == solutionTokens)
    }
    #expect(reports.allSatisfy { $0.computedTokenCount <= 40 })
  }

  @Test("the loss is the mean negative log-probability of the solutions, or of prompts as well")
  func loss() throws {
    let model = try TinyModel.model(seed: 12)
    for learnsPrompts in [false, true] {
      var options = options(epochCount: 1)
      options.batchTokens = 10_000
      options.learnsPrompts = learnsPrompts
      let training = try SupervisedTraining(examples, options: options)
      let report = try training.run(try TinyModel.trainer(TinyModel.copy(model)))[0]
      let packs = try examples.map { example in
        let tokens = example.promptTokens + example.solutionTokens
        return try PackedSequences([(tokens, (learnsPrompts ? 1 : 2)..<tokens.count)])
      }
      let pass = try TrainingPass(model: model, threadCount: 1)
      let values = try pass.statistics(of: packs, temperature: 1).flatMap(\.logProbabilities)
      let mean = values.reduce(0.0) { $0 - Double($1) } / Double(values.count)
      #expect(agree(report.loss, mean, tolerance: 1e-5))
      #expect(report.tokenCount == values.count)
    }
  }

  @Test("what progress throws ends the training")
  func interrupted() throws {
    struct Stop: Error {}
    let training = try SupervisedTraining(examples, options: options(epochCount: 3))
    let trainer = try TinyModel.trainer(TinyModel.model(seed: 13))
    #expect(throws: Stop.self) { try training.run(trainer) { _ in throw Stop() } }
    #expect(trainer.optimizer.stepCount == 1)
  }

  @Test("the row of the padding token learns from its inputs like any other")
  func paddingToken() throws {
    func gradient(padding: Int?) throws -> [Float] {
      let configuration = ModelConfiguration(
        architecture: .llama, vocabularySize: 24, hiddenSize: 16, intermediateSize: 24,
        layerCount: 1, headCount: 2, keyValueHeadCount: 1, headDimension: 8, ropeTheta: 10_000,
        rmsNormEpsilon: 1e-6, tiesEmbeddings: false, maximumPositionCount: 64,
        paddingTokenID: padding)
      var random = RandomStream(seed: 5, "padding")
      let model = Model(weights: try Weights(configuration: configuration, random: &random))
      let gradients = Gradients(for: model.weights)
      _ = try TrainingPass(model: model, threadCount: 1).accumulateGradients(
        of: [PackedSequences([([3, 7, 3, 9], 1..<4)])], temperature: 1, into: gradients
      ) { _, targets, _ in
        TargetGradients(logProbabilities: [Float](repeating: -1, count: targets.count))
      }
      return try gradients.withTensor("model.embed_tokens.weight") { Array($0) }
    }
    let learned = try gradient(padding: 3)
    #expect(try learned == gradient(padding: nil))
    #expect(learned[3 * 16..<4 * 16].contains { $0 != 0 })
  }
}
