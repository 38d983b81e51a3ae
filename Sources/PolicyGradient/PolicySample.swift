// One rollout as the trainer sees it, and which of its tokens it has to look at.

internal import Checkpoints

/// One rollout to learn from: tokens, and one number of each kind per response token.
package struct PolicySample: Sendable, Equatable {
  /// What errors call it, such as "problem 7, rollout 2".
  package var name: String
  package var promptTokens: [Int32]
  package var responseTokens: [Int32]
  /// One per response token.
  package var advantages: [Float]
  /// Natural log-probabilities that the sampler recorded, NaN for tokens of which it does not know them; nil where it gave none.
  package var rolloutLogProbabilities: [Float]?
  /// Under the frozen reference; nil where they are to be computed, or not needed.
  package var referenceLogProbabilities: [Float]?

  package init(
    name: String, promptTokens: [Int32], responseTokens: [Int32], advantages: [Float],
    rolloutLogProbabilities: [Float]? = nil, referenceLogProbabilities: [Float]? = nil
  ) {
    self.name = name
    self.promptTokens = promptTokens
    self.responseTokens = responseTokens
    self.advantages = advantages
    self.rolloutLogProbabilities = rolloutLogProbabilities
    self.referenceLogProbabilities = referenceLogProbabilities
  }

  /// Checks counts, values and tokens against a policy's shape.
  func check(for configuration: ModelConfiguration) throws(PolicyGradientError) {
    for (what, values, mayBeUnknown) in [
      ("advantages", advantages, false),
      ("rollout log-probabilities", rolloutLogProbabilities, true),
      ("reference log-probabilities", referenceLogProbabilities, false),
    ] {
      guard let values else { continue }
      guard values.count == responseTokens.count else {
        throw .mismatchedCounts(
          values: what, sample: name, count: values.count, expected: responseTokens.count)
      }
      if let token = values.firstIndex(where: { !$0.isFinite && !(mayBeUnknown && $0.isNaN) }) {
        throw .notFinite(values: what, sample: name, token: token)
      }
    }
    guard !promptTokens.isEmpty else { throw .emptyPrompt(sample: name) }
    try checkTokens(promptTokens + responseTokens, of: name, for: configuration)
  }
}

/// Checks that a policy can take the tokens.
func checkTokens(
  _ tokens: [Int32], of name: String, for configuration: ModelConfiguration
) throws(PolicyGradientError) {
  guard tokens.count <= configuration.maximumPositionCount else {
    throw .tooLong(
      sample: name, tokenCount: tokens.count, limit: configuration.maximumPositionCount)
  }
  let size = configuration.vocabularySize
  if let token = tokens.first(where: { $0 < 0 || Int($0) >= size }) {
    throw .tokenOutsideVocabulary(sample: name, token: Int(token), vocabularySize: size)
  }
}

/// The part of a sample that a loss depends on: tokens up to the last trained one, values of the trained ones alone.
struct TrainedSample: Sendable {
  let prompt: [Int32]
  /// The response, cut after the last trained token.
  let response: [Int32]
  /// For each of its tokens, whether it is trained.
  let isTarget: [Bool]
  /// Of the whole response, trained or not: what the loss is divided by.
  let responseTokenCount: Int
  /// One per trained token; so are the rest.
  let advantages: [Double]
  var rollout: [Double]?
  var old: [Double]?
  var reference: [Double]?

  /// - Parameter trainsEveryToken: whether tokens with an advantage of 0 matter all the same (KL, entropy).
  init(_ sample: PolicySample, trainsEveryToken: Bool) {
    let isTrained = sample.advantages.map { trainsEveryToken || $0 != 0 }
    let length = (isTrained.lastIndex(of: true) ?? -1) + 1
    func trained(_ values: [Float]) -> [Double] {
      zip(values, isTrained).filter(\.1).map { Double($0.0) }
    }
    prompt = sample.promptTokens
    response = Array(sample.responseTokens[..<length])
    isTarget = Array(isTrained[..<length])
    responseTokenCount = sample.responseTokens.count
    advantages = trained(sample.advantages)
    rollout = sample.rolloutLogProbabilities.map(trained)
    reference = sample.referenceLogProbabilities.map(trained)
  }

  /// Whether the loss depends on it at all.
  var isTrained: Bool { !advantages.isEmpty }

  /// A range of the trained tokens, with what the model says of them.
  ///
  /// Old values that were not computed are those of the policy as it stands: the ratio is 1, its gradient is not 0.
  func tokens(_ range: Range<Int>, current: [Double], entropies: [Double]) -> PolicyLoss.Tokens {
    PolicyLoss.Tokens(
      current: current, old: old.map { Array($0[range]) } ?? current,
      rollout: rollout.map { Array($0[range]) }, reference: reference.map { Array($0[range]) },
      entropies: entropies, advantages: Array(advantages[range]))
  }
}
