import Foundation
import RandomStreams
import TestSupport
import Testing
import Transformer

/// Distributions that are drawn from are those of transformers' logits processors; see RECIPE.md of the fixtures.
@Suite("Token sampler")
struct TokenSamplerTests {
  struct Case: Decodable {
    let temperature, topP, minP: Double?
    let topK: Int?
    let presencePenalty, frequencyPenalty, repetitionPenalty: Double?
    let logits, rawLogprobs: [Float]
    let logprobs: [Float?]
    let prompt, response: [Int32]

    var options: SamplingOptions {
      SamplingOptions(
        temperature: temperature ?? 1, topK: topK, topP: topP ?? 1, minP: minP ?? 0,
        penalties: LogitPenalties(
          presence: presencePenalty ?? 0, frequency: frequencyPenalty ?? 0,
          repetition: repetitionPenalty ?? 1),
        endOfSequenceTokenIDs: [], maxResponseTokens: 1)
    }
  }

  static let cases: [Case] = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let text = try? String(
      contentsOf: Fixtures.url("sampling/distributions.jsonl"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").compactMap {
      try? decoder.decode(Case.self, from: Data($0.utf8))
    }
  }()

  @Test("the fixture is whole")
  func isWhole() { #expect(Self.cases.count == 40) }

  @Test("log-probabilities and the tokens left out are transformers'", arguments: 0..<40)
  func distributionsAgree(index: Int) throws {
    let one = Self.cases[index]
    var seen = SeenTokens(prompt: one.prompt)
    for token in one.response { seen.note(token) }
    let sampler = TokenSampler(options: one.options, vocabularySize: one.logits.count)
    var logits = one.logits
    var counts = [Int](repeating: 0, count: logits.count)
    let drawCount = 20_000
    var random = RandomStream(seed: 1, "draws", index)
    for _ in 0..<drawCount {
      let drawn = try #require(sampler.sample(&logits, seen: seen, random: &random))
      counts[drawn.token] += 1
      let expected = try #require(one.logprobs[drawn.token], "token \(drawn.token) is left out")
      #expect(abs(drawn.logProbability - expected) < 2e-5)
      #expect(abs(drawn.rawLogProbability - one.rawLogprobs[drawn.token]) < 2e-5)
    }
    #expect(logits == one.logits, "the raw logits stay as they are")
    for (token, logprob) in one.logprobs.enumerated() {
      let p = Double(exp(logprob ?? -.infinity))
      // Five standard deviations of a binomial share.
      let deviation = (p * (1 - p) / Double(drawCount)).squareRoot()
      #expect(abs(Double(counts[token]) / Double(drawCount) - p) <= 5 * deviation + 1e-12)
    }
  }

  @Test("greedy choice takes penalties into account and draws nothing")
  func greedyWithPenalties() throws {
    var options = Self.cases[0].options
    options.temperature = 0
    options.penalties = LogitPenalties(presence: 2)
    let sampler = TokenSampler(options: options, vocabularySize: 4)
    var seen = SeenTokens(prompt: [3])
    seen.note(1)
    var logits: [Float] = [1, 3, 2, 0]
    var random = RandomStream(seed: 1)
    var untouched = random
    let drawn = try #require(sampler.sample(&logits, seen: seen, random: &random))
    #expect(drawn.token == 2)
    #expect(random.next() == untouched.next())
    // After the penalty the logits are 1, 1, 2, 0; before it, 1, 3, 2, 0.
    #expect(abs(drawn.logProbability - (2 - log(2 * exp(1) + exp(2) + 1))) < 1e-6)
    #expect(abs(drawn.rawLogProbability - (2 - log(exp(1) + exp(3) + exp(2) + 1))) < 1e-6)
  }
}
