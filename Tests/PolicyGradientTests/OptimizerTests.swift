import Foundation
import PolicyGradient
import RandomStreams
import TestSupport
import Testing

@Suite struct OptimizerTests {
  static let options = AdamW.Options(
    firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, weightDecay: 0.1)

  @Test("twenty steps with decay, cut gradients and a rising rate are PyTorch's")
  func pyTorch() throws {
    let data = try Data(contentsOf: Fixtures.url("policy/adamw.json"))
    let fixture = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let options = try field(fixture, "options", [String: Double].self)
    var parameters = try field(fixture, "initial", [Double].self).map { Float($0) }
    let decayingCount = try field(fixture, "decaying_count", Int.self)
    var optimizer = AdamW(
      options: AdamW.Options(
        firstDecay: try #require(options["first_decay"]),
        secondDecay: try #require(options["second_decay"]),
        epsilon: try #require(options["epsilon"]),
        weightDecay: try #require(options["weight_decay"])),
      segments: [
        AdamW.Segment(range: 0..<decayingCount, decays: true),
        AdamW.Segment(range: decayingCount..<parameters.count, decays: false),
      ])
    let maxNorm = try #require(options["max_norm"])
    var cutCount = 0
    for step in try field(fixture, "steps", [[String: Any]].self) {
      let gradient = try field(step, "gradient", [Double].self).map { Float($0) }
      let norm = gradient.withUnsafeBufferPointer { gradientNorm($0) }
      #expect(agree(norm, try field(step, "norm", Double.self), tolerance: 1e-6))
      let factor = clipFactor(norm: norm, limit: maxNorm)
      cutCount += factor < 1 ? 1 : 0
      let rate = try field(step, "rate", Double.self)
      parameters.withUnsafeMutableBufferPointer { parameters in
        gradient.withUnsafeBufferPointer {
          optimizer.step(
            parameters: parameters, gradients: $0, learningRate: rate, gradientFactor: factor)
        }
      }
      let expected = try field(step, "parameters", [Double].self)
      for (actual, expected) in zip(parameters, expected) {
        #expect(agree(Double(actual), expected, tolerance: 1e-6), "step \(optimizer.stepCount)")
      }
    }
    #expect(optimizer.stepCount == 20)
    #expect((1..<20).contains(cutCount))
  }

  @Test(
    "an optimizer that goes on from saved moments makes the same bytes as one that never stopped")
  func resuming() {
    var random = RandomStream(seed: 3, "resume")
    let gradients = (0..<6).map { _ in (0..<100).map { _ in Float(random.normal()) } }
    let segments = [AdamW.Segment(range: 0..<100, decays: true)]
    func run(_ optimizer: inout AdamW, _ parameters: inout [Float], _ steps: Range<Int>) {
      for step in steps {
        parameters.withUnsafeMutableBufferPointer { parameters in
          gradients[step].withUnsafeBufferPointer {
            optimizer.step(parameters: parameters, gradients: $0, learningRate: 1e-2)
          }
        }
      }
    }
    var straight = AdamW(options: Self.options, segments: segments)
    var straightParameters = [Float](repeating: 0.5, count: 100)
    run(&straight, &straightParameters, 0..<6)
    var first = AdamW(options: Self.options, segments: segments)
    var parameters = [Float](repeating: 0.5, count: 100)
    run(&first, &parameters, 0..<3)
    var second = AdamW(
      options: Self.options, segments: segments, stepCount: first.stepCount,
      firstMoments: first.firstMoments, secondMoments: first.secondMoments)
    run(&second, &parameters, 3..<6)
    #expect(parameters == straightParameters)
    #expect(second.secondMoments == straight.secondMoments)
  }

  @Test("the norm is that of plain summation, for every length")
  func norm() {
    var random = RandomStream(seed: 5, "norm")
    for count in [0, 1, 7, 8, 9, 16_383, 16_384, 16_385, 40_000] {
      let values = (0..<count).map { _ in Float(random.normal()) }
      let plain = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let norm = values.withUnsafeBufferPointer { gradientNorm($0) }
      #expect(agree(norm, plain, tolerance: 1e-12), "\(count) values")
    }
  }

  @Test("a gradient within the limit keeps its length, a longer one gets the limit's")
  func clip() {
    #expect(clipFactor(norm: 0, limit: 1) == 1)
    #expect(clipFactor(norm: 0.5, limit: 1) == 1)
    #expect(agree(clipFactor(norm: 4, limit: 1) * 4, 1, tolerance: 1e-6))
  }

  @Test("the rate rises in equal steps from the first on, then stays or falls along the cosine")
  func schedule() {
    let constant = LearningRateSchedule(peak: 2, warmUpStepCount: 4, decay: .constant)
    #expect((1...6).map { constant.rate(step: $0) } == [0.5, 1, 1.5, 2, 2, 2])
    let cosine = LearningRateSchedule(
      peak: 2, warmUpStepCount: 2, decay: .cosine(stepCount: 10, minimum: 0.1))
    #expect(cosine.rate(step: 2) == 2)
    #expect(agree(cosine.rate(step: 6), 2 * (0.1 + 0.9 * 0.5)))
    #expect(agree(cosine.rate(step: 10), 0.2))
    #expect(agree(cosine.rate(step: 99), 0.2))
    let immediate = LearningRateSchedule(peak: 3, warmUpStepCount: 0, decay: .constant)
    #expect(immediate.rate(step: 1) == 3)
  }
}
