import Advantages
import RandomStreams
import Testing

@Suite struct RubricOffsetsTests {
  static func scores(seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, "scores")
    return (0..<random.integer(in: 2...16)).map { _ in random.uniform() * 2.8 - 1 }
  }

  @Test("offsets sum to zero and stay within (m − 1)/√m", arguments: UInt64(0)..<500)
  func sampleOffsetsAreCentredAndBounded(seed: UInt64) {
    let scores = Self.scores(seed: seed)
    let offsets = rubricOffsets(scores, deviation: .sample, epsilon: 1e-6)
    let m = Double(scores.count)
    #expect(abs(offsets.reduce(0, +)) < 1e-9, "seed \(seed)")
    #expect(offsets.allSatisfy { abs($0) <= (m - 1) / m.squareRoot() + 1e-9 }, "seed \(seed)")
  }

  @Test("population offsets stay within √(m − 1)", arguments: UInt64(0)..<500)
  func populationOffsetsAreBounded(seed: UInt64) {
    let scores = Self.scores(seed: seed)
    let offsets = rubricOffsets(scores, deviation: .population, epsilon: 1e-6)
    let m = Double(scores.count)
    #expect(offsets.allSatisfy { abs($0) <= (m - 1).squareRoot() + 1e-9 }, "seed \(seed)")
  }

  @Test("one score apart from the rest reaches the bound, so the bound is not slack")
  func boundIsReached() {
    for m in 2...16 {
      let scores = [1.0] + [Double](repeating: 0, count: m - 1)
      let sample = rubricOffsets(scores, deviation: .sample, epsilon: 0)[0]
      let population = rubricOffsets(scores, deviation: .population, epsilon: 0)[0]
      #expect(agree(sample, Double(m - 1) / Double(m).squareRoot()))
      #expect(agree(population, Double(m - 1).squareRoot()))
    }
  }

  @Test("offsets have unit variance in the chosen deviation", arguments: UInt64(0)..<500)
  func unitVariance(seed: UInt64) {
    let scores = Self.scores(seed: seed)
    for deviation in Deviation.allCases {
      let offsets = rubricOffsets(scores, deviation: deviation, epsilon: 0)
      let statistics = GroupStatistics(offsets, deviation: deviation, precision: .double)
      #expect(agree(statistics.deviation, 1), "seed \(seed)")
    }
  }

  @Test("fewer than two scores, equal scores and a deviation of at most ε give 0")
  func degenerate() {
    #expect(rubricOffsets([], deviation: .sample, epsilon: 1e-6) == [])
    #expect(rubricOffsets([0.4], deviation: .sample, epsilon: 1e-6) == [0])
    #expect(rubricOffsets([0.1, 0.1, 0.1], deviation: .sample, epsilon: 0) == [0, 0, 0])
    #expect(rubricOffsets([0, 1e-6], deviation: .sample, epsilon: 1e-6) == [0, 0])
    #expect(rubricOffsets([0, 2e-6], deviation: .sample, epsilon: 1e-6) != [0, 0])
  }
}
