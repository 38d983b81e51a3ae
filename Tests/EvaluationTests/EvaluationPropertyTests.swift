import Answers
import Evaluation
import RandomStreams
import Testing

@Suite("Properties of evaluations")
struct EvaluationPropertyTests {
  @Test(
    "pass@1 is the mean, pass@k grows with k, pass@n asks for one right sample", arguments: 0..<200)
  func pass(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), "pass")
    let samples = random.integer(in: 1...40)
    let correct = random.integer(in: 0...samples)
    let values = try (1...samples).map { k in
      try #require(passAtK(correct: correct, samples: samples, k: k))
    }
    #expect(abs(values[0] - Double(correct) / Double(samples)) < 1e-12)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
    #expect(values[samples - 1] == (correct > 0 ? 1 : 0))
  }

  @Test(
    "maj@1 and maj@2 are the mean where every sample votes, and maj@k is never over pass@k",
    arguments: 0..<200)
  func majority(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), "majority")
    let right = random.integer(in: 0...12)
    let others = (0..<random.integer(in: 0...4)).map { _ in random.integer(in: 1...9) }
    let samples = right + others.reduce(0, +)
    guard samples > 0 else { return }
    let mean = Double(right) / Double(samples)
    for k in 1...samples {
      let value = try #require(majorityAtK(right: right, others: others, silent: 0, k: k))
      let bound = try #require(passAtK(correct: right, samples: samples, k: k))
      #expect(value <= bound + 1e-9)
      // Of two votes, one each is a tie that either may win.
      if k <= 2 { #expect(abs(value - mean) < 1e-9, "k \(k) right \(right) others \(others)") }
      let shuffled = majorityAtK(right: right, others: others.reversed(), silent: 0, k: k)
      #expect(abs(value - (shuffled ?? -1)) < 1e-9)
    }
  }

  @Test("maj@k stays finite with thousands of samples")
  func manySamples() throws {
    let value = try #require(majorityAtK(right: 600, others: [500, 300], silent: 600, k: 64))
    #expect(value > 0.5 && value < 1)
    #expect(majorityAtK(right: 1100, others: [900], silent: 0, k: 2000) == 1)
  }

  @Test("answers vote together where they mean the same; those without an answer do not vote")
  func votes() {
    var votes = AnswerVotes()
    for (answer, isCorrect) in [
      ("1/2", true), ("0.5", true), ("2", false), ("2.0", false), ("3", false),
    ] {
      votes.add(answer, isCorrect: isCorrect)
    }
    votes.add(nil, isCorrect: false)
    #expect(votes.answers.map(\.count) == [2, 2, 1])
    #expect(votes.answers.map(\.text) == ["1/2", "2", "3"])
    #expect(votes.silent == 1 && votes.samples == 6 && votes.correct == 2)
    #expect(votes.majority(atK: 6) == 0.5)
    #expect(votes.majority(atK: 7) == nil)
  }

  @Test(
    "an interval holds its mean, has no width where nothing varies, and repeats with its seed",
    arguments: 0..<30)
  func interval(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), "interval")
    let values = (0..<random.integer(in: 2...60)).map { _ in random.uniform() }
    let options = BootstrapOptions(confidence: 0.95, resamples: 500, seed: UInt64(seed))
    let estimate = try #require(bootstrapMean(values, options: options))
    #expect(estimate.low <= estimate.value && estimate.value <= estimate.high)
    #expect(bootstrapMean(values, options: options) == estimate)
    let constant = try #require(bootstrapMean(values.map { _ in 0.25 }, options: options))
    #expect(constant.low == 0.25 && constant.high == 0.25)
    #expect(bootstrapMean([], options: options) == nil)
  }

  @Test(
    "a policy does not differ from itself, and the test turns with the policies", arguments: 0..<40)
  func paired(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), "paired")
    let count = random.integer(in: 1...80)
    let first = (0..<count).map { _ in Double(random.integer(in: 0...4)) / 4 }
    let second = (0..<count).map { _ in Double(random.integer(in: 0...4)) / 4 }
    let options = BootstrapOptions(confidence: 0.95, resamples: 400, seed: 5)
    let same = try #require(PairedComparison(first: first, second: first, options: options))
    #expect(same.permutationP == 1 && same.difference.value == 0)
    let there = try #require(PairedComparison(first: first, second: second, options: options))
    let back = try #require(PairedComparison(first: second, second: first, options: options))
    #expect(abs(there.difference.value + back.difference.value) < 1e-12)
    #expect(there.firstBetter == back.secondBetter)
    if there.isExact { #expect(there.permutationP == back.permutationP) }
    #expect(there.permutationP > 0 && there.permutationP <= 1)
  }
}
