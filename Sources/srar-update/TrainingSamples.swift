import Checkpoints
import Diagnostics
import Filters
import JSONLines
import Kernels
import PolicyGradient
import Prompts
import Records
import Steps
import Tokenizers

/// The rollouts that an update learns from.
struct TrainingSamples {
  private(set) var samples: [PolicySample] = []
  /// Rollouts whose responses had no tokens.
  private(set) var tokenizedCount = 0
  /// Rollouts that are left out since neither the policy nor the limit ended them, by the words for what did.
  private(set) var endedOtherwise: [String: Int] = [:]
  /// Response tokens whose log-probability the rollout does not know, of rollouts that know others.
  private(set) var unknownLogProbabilityCount = 0
  /// Whether every rollout brings log-probabilities of the policy's own, untruncated distribution, computed as here.
  private var bringUsableLogProbabilities = true
  /// Whether every rollout was drawn from a policy's whole distribution.
  private var areOfWholeDistributions = true
  /// What the rollouts' log-probabilities are taken at: 1 of greedy sampling.
  private var temperatures: Set<Double> = []
  private var problems = ProblemContents()
  /// Where each rollout stands.
  private var places: [Identity: LinePosition] = [:]
  private let tokenizer: Tokenizer
  private let folder: PolicyFolder
  private let chatFormat: ChatTemplate?
  private let precision: ProductPrecision
  /// Made for the first response that came as text: a policy without a chat template can be trained on tokens.
  private var prompts: PromptEncoder?

  /// A rollout; the same index with another response comes of sampling a problem twice.
  private struct Identity: Hashable {
    let record: String
    let index: Int
    let response: String
  }

  /// - Parameters:
  ///   - chatFormat: what renders prompts; nil for the folder's own template.
  ///   - precision: of the products by which the update computes log-probabilities.
  init(
    tokenizer: Tokenizer, folder: PolicyFolder, chatFormat: ChatTemplate?,
    precision: ProductPrecision
  ) {
    self.chatFormat = chatFormat
    self.precision = precision
    self.tokenizer = tokenizer
    self.folder = folder
  }

  mutating func add(_ record: Record) throws {
    let id = try record.requiredID()
    let rollout = try record.read(Rollout.self)
    let advantage = try record.read(Advantage.self)
    if case .other(let word)? = rollout.finishReason {
      endedOtherwise[word, default: 0] += 1
      return
    }
    try rollout.checkLogProbabilities(of: record)
    try advantage.checkOffsets(of: record)
    try problems.check(record)
    let identity = Identity(record: id, index: rollout.index, response: rollout.response)
    if let first = places.updateValue(record.position, forKey: identity) {
      throw RecordError.repeatedRollout(
        rollout.index, record: id, record.position, first: first)
    }
    let name = "\(id), rollout \(rollout.index)"
    if let prompt = rollout.promptTokens, let response = rollout.tokens {
      samples.append(
        PolicySample(
          name: name, promptTokens: try narrowed(prompt, "rollout.prompt_tokens", record),
          responseTokens: try narrowed(response, "rollout.tokens", record),
          advantages: try tokenAdvantages(
            advantage, tokenCount: response.count, record,
            span: tokenSpan(of: advantage, in: rollout, tokens: response, record)),
          rolloutLogProbabilities: rollout.logProbabilities?.map { $0 ?? .nan }))
      note(rollout.sampling)
      let unknown = rollout.logProbabilities?.count { $0 == nil }
      unknownLogProbabilityCount += unknown ?? 0
      if unknown != 0 { bringUsableLogProbabilities = false }
    } else {
      samples.append(try tokenized(rollout, advantage, name: name, record))
      bringUsableLogProbabilities = false
      tokenizedCount += 1
    }
  }

  /// Tokens that go through the model at most: a prompt is computed once for its rollouts.
  var computedTokenCount: Int {
    Set(samples.map(\.promptTokens)).reduce(0) { $0 + $1.count }
      + samples.reduce(0) { $0 + $1.responseTokens.count }
  }

  /// The temperature that all rollouts' log-probabilities are taken at; 1 where nothing says.
  func commonTemperature() throws -> Double {
    guard temperatures.count <= 1 else {
      throw UsageError("the rollouts were sampled at different temperatures; give '--temperature'")
    }
    return temperatures.first ?? 1
  }

  /// Whether no rollout says that its log-probabilities are taken at another temperature.
  func areTaken(at temperature: Double) -> Bool { temperatures.allSatisfy { $0 == temperature } }

  /// Whether the rollouts' log-probabilities are what this engine would compute of the policy that sampled them.
  func haveUsableLogProbabilities(at temperature: Double) -> Bool {
    bringUsableLogProbabilities && areTaken(at: temperature)
  }

  /// Whether the rollouts' log-probabilities can be compared with the policy's own at this temperature.
  func areComparable(at temperature: Double) -> Bool {
    areOfWholeDistributions && areTaken(at: temperature)
  }

  private mutating func note(_ sampling: SamplingDescription?) {
    guard let sampling else {
      bringUsableLogProbabilities = false
      areOfWholeDistributions = false
      return
    }
    temperatures.insert(sampling.temperature == 0 ? 1 : sampling.temperature)
    if !sampling.isWholeDistribution {
      bringUsableLogProbabilities = false
      areOfWholeDistributions = false
    }
    if sampling.compute ?? ProductPrecision.float32.rawValue != precision.rawValue {
      bringUsableLogProbabilities = false
    }
  }

  /// A response as this policy's tokens, its end included where it ended by itself.
  private mutating func tokenized(
    _ rollout: Rollout, _ advantage: Advantage, name: String, _ record: Record
  ) throws -> PolicySample {
    let encoder = try prompts ?? promptEncoder()
    prompts = encoder
    let prompt = try encoder.prompt(of: Problem(record), in: record)
    var response = encoder.response(rollout.response, after: prompt)
    let bytes = try byteRanges(of: response, writing: rollout.response, advantage, record)
    // Nobody says why a response from a log ended: it then counts as whole.
    if rollout.finishReason != .length, let end = encoder.responseEnd { response.append(end) }
    let advantages = try tokenAdvantages(
      advantage, tokenCount: response.count, record
    ) { offset in
      offset.bytes.map { tokenRange(in: $0, tokenBytes: bytes) }
    }
    return PolicySample(
      name: name, promptTokens: prompt.map(Int32.init), responseTokens: response.map(Int32.init),
      advantages: advantages)
  }

  /// Which tokens each offset reaches: as the offset says, or, where it says bytes, those that begin there.
  ///
  /// - Throws: `RecordError` where an offset says bytes, and the policy's tokens do not write the response.
  private func tokenSpan(
    of advantage: Advantage, in rollout: Rollout, tokens response: [Int], _ record: Record
  ) throws -> (Advantage.StepOffset) -> Range<Int>? {
    guard advantage.offsets.contains(where: { $0.tokens == nil }) else { return { $0.tokens } }
    let decoded = try tokenizer.decode(response, passesUnknown: true)
    guard decoded.text == rollout.response else { throw writtenDifferently(record) }
    return { offset in
      offset.tokens ?? offset.bytes.map { tokenRange(in: $0, tokenBytes: decoded.byteRanges) }
    }
  }

  private func writtenDifferently(_ record: Record) -> RecordError {
    .invalidValue(
      "advantage.offsets",
      reason:
        "lie in a response that this policy's tokens write differently; sample it with tokens",
      record: record.id, record.position)
  }

  private func promptEncoder() throws -> PromptEncoder {
    try PromptEncoder(
      tokenizer: tokenizer, folder: folder.path, chatFormat: chatFormat,
      ends: folder.endOfSequenceTokenIDs())
  }

  /// What a user should know of prompts and responses that were made here.
  var notes: [String] { prompts?.notes(makesResponses: true) ?? [] }

  /// The bytes of a response that each of its tokens wrote.
  ///
  /// - Throws: `RecordError` where steps have offsets, and tokens that do not write the response as it is: white space beside a
  ///   marker may be part of it, and text may have been normalized.
  private func byteRanges(
    of tokens: [Int], writing response: String, _ advantage: Advantage, _ record: Record
  ) throws -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var written: [UInt8] = []
    for token in tokens {
      let bytes = tokenizer.bytes(of: token)
      ranges.append(written.count..<written.count + bytes.count)
      written += bytes
    }
    guard advantage.offsets.isEmpty || written.elementsEqual(response.utf8) else {
      throw writtenDifferently(record)
    }
    return ranges
  }

  /// One advantage per token: the outcome, and the offsets of the steps.
  private func tokenAdvantages(
    _ advantage: Advantage, tokenCount: Int, _ record: Record,
    span: (Advantage.StepOffset) -> Range<Int>?
  ) throws -> [Float] {
    var values = [Double](repeating: advantage.outcome, count: tokenCount)
    for offset in advantage.offsets {
      guard let tokens = span(offset) else { continue }
      guard tokens.upperBound <= tokenCount else {
        throw RecordError.invalidValue(
          "advantage.offsets",
          reason: "reach to token \(tokens.upperBound) of a response of \(tokenCount) tokens",
          record: record.id, record.position)
      }
      for token in tokens { values[token] += offset.value }
    }
    return values.map(Float.init)
  }

  private func narrowed(_ tokens: [Int], _ field: String, _ record: Record) throws -> [Int32] {
    try tokens.map { token in
      guard let narrow = Int32(exactly: token) else {
        throw RecordError.invalidValue(
          field, reason: "hold \(token), which is no token", record: record.id, record.position)
      }
      return narrow
    }
  }
}

/// The tokens that begin within bytes of the response.
private func tokenRange(in span: Range<Int>, tokenBytes: [Range<Int>]) -> Range<Int> {
  let first = tokenBytes.firstIndex { $0.lowerBound >= span.lowerBound } ?? tokenBytes.count
  let end = tokenBytes.firstIndex { $0.lowerBound >= span.upperBound } ?? tokenBytes.count
  return first..<max(first, end)
}
