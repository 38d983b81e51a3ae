import Diagnostics
package import JSONLines
package import Steps

/// Why a response ended.
package enum FinishReason: Equatable, Sendable {
  /// The policy ended it with an end-of-sequence token, or wrote a stop string.
  case stop
  /// It reached the greatest number of tokens.
  case length
  /// Something else ended it, in the engine's word: "abort", "error", "content_filter", "tool_calls". What the policy would have gone
  /// on to write is unknown, so that nothing is learned from the response.
  case other(String)

  package init(_ word: String) {
    self =
      switch word {
      case "stop": .stop
      case "length": .length
      default: .other(word)
      }
  }

  /// The word of records.
  package var word: String {
    switch self {
    case .stop: "stop"
    case .length: "length"
    case .other(let word): word
    }
  }
}

/// One sampled attempt at a problem: what `srar-rollout` writes.
package struct Rollout: RecordObject, Equatable, Sendable {
  package static let key = "rollout"
  package static let tool = "srar-rollout"

  /// Its number among the rollouts of the problem, from 0.
  package var index: Int
  package var response: String
  /// The prompt as token ids; nil where the engine gave none.
  package var promptTokens: [Int]?
  /// The response as token ids, the end-of-sequence token included; nil where the engine gave none.
  package var tokens: [Int]?
  /// log π of each response token under the sampling distribution, natural logarithm.
  /// nil for a token of which nobody knows it.
  package var logProbabilities: [Float?]?
  /// log π of each response token under the policy's own distribution: temperature 1, no token left out, none penalized.
  /// nil where `logProbabilities` are just these, or nobody knows.
  package var rawLogProbabilities: [Float?]?
  /// nil where nobody says: the response then counts as ended by the policy.
  package var finishReason: FinishReason?
  /// The stop string that ended the response, and is in it.
  package var stopString: String?
  package var model: String?
  package var sampling: SamplingDescription?
  /// How the response was parted into steps.
  package var stepStyle: StepStyle
  package var steps: [ResponseStep]

  package init(
    index: Int, response: String, promptTokens: [Int]? = nil, tokens: [Int]? = nil,
    logProbabilities: [Float?]? = nil, rawLogProbabilities: [Float?]? = nil,
    finishReason: FinishReason? = nil, stopString: String? = nil, model: String? = nil,
    sampling: SamplingDescription? = nil, stepStyle: StepStyle, steps: [ResponseStep]
  ) {
    self.index = index
    self.response = response
    self.promptTokens = promptTokens
    self.tokens = tokens
    self.logProbabilities = logProbabilities
    self.rawLogProbabilities = rawLogProbabilities
    self.finishReason = finishReason
    self.stopString = stopString
    self.model = model
    self.sampling = sampling
    self.stepStyle = stepStyle
    self.steps = steps
  }

  package init(_ fields: Fields) throws {
    index = try fields.integer("index")
    guard index >= 0 else { throw fields.invalid("index", "must be at least 0, but is \(index)") }
    response = try fields.string("response")
    promptTokens = try fields.integersIfPresent("prompt_tokens")
    tokens = try fields.integersIfPresent("tokens")
    logProbabilities = try fields.logProbabilitiesIfPresent("logprobs")
    rawLogProbabilities = try fields.logProbabilitiesIfPresent("raw_logprobs")
    stopString = try fields.stringIfPresent("stop_string")
    finishReason = try fields.stringIfPresent("finish_reason").map { FinishReason($0) }
    model = try fields.stringIfPresent("model")
    sampling = fields.has("sampling") ? try SamplingDescription(fields.object("sampling")) : nil
    stepStyle = try fields.stepStyleIfPresent("step_style") ?? .headers
    steps = try fields.objects("steps").map(ResponseStep.init)
    try checkLengths(fields)
  }

  /// Spans and log-probabilities must fit the response they belong to.
  private func checkLengths(_ fields: Fields) throws(RecordError) {
    for (key, values) in [("logprobs", logProbabilities), ("raw_logprobs", rawLogProbabilities)] {
      if let tokens, let values, tokens.count != values.count {
        throw fields.invalid(
          key, "has \(values.count) values, but \"rollout.tokens\" has \(tokens.count)")
      }
    }
    let byteCount = response.utf8.count
    var (byteEnd, tokenEnd) = (0, 0)
    for (index, step) in steps.enumerated() {
      guard step.number == index + 1 else {
        throw fields.invalid("steps", "must be numbered 1, 2, … in order of appearance")
      }
      guard step.bytes.upperBound <= byteCount else {
        throw fields.invalid(
          "steps",
          "reach to byte \(step.bytes.upperBound) of a response of \(counted(byteCount, "byte"))")
      }
      if let span = step.tokens, span.upperBound > tokens?.count ?? 0 {
        throw fields.invalid(
          "steps",
          "reach to token \(span.upperBound) of a response of \(counted(tokens?.count ?? 0, "token"))"
        )
      }
      guard step.bytes.lowerBound >= byteEnd, step.tokens?.lowerBound ?? tokenEnd >= tokenEnd else {
        throw fields.invalid(
          "steps", "overlap: step \(step.number) begins before the end of the one in front of it")
      }
      byteEnd = step.bytes.upperBound
      tokenEnd = step.tokens?.upperBound ?? tokenEnd
    }
  }

  package func write(to json: inout JSONWriter) {
    json.object { rollout in
      rollout.member("index", index)
      rollout.member("response", response)
      rollout.member(ifPresent: "prompt_tokens", promptTokens)
      rollout.member(ifPresent: "tokens", tokens)
      rollout.member(ifPresent: "logprobs", logProbabilities)
      rollout.member(ifPresent: "raw_logprobs", rawLogProbabilities)
      rollout.member(ifPresent: "finish_reason", finishReason?.word)
      rollout.member(ifPresent: "stop_string", stopString)
      rollout.member(ifPresent: "model", model)
      rollout.member(ifPresent: "sampling", sampling)
      rollout.member("step_style", stepStyle.rawValue)
      rollout.member("steps", steps)
    }
  }
}

extension Fields {
  fileprivate func stepStyleIfPresent(_ key: String) throws(RecordError) -> StepStyle? {
    guard let name = try stringIfPresent(key) else { return nil }
    guard let style = StepStyle(rawValue: name) else {
      let known = StepStyle.allCases.map(\.rawValue).joined(separator: ", ")
      throw invalid(key, "is \"\(name)\", which is none of \(known)")
    }
    return style
  }
}

extension ResponseStep: JSONWritable {
  init(_ fields: Fields) throws {
    self.init(
      number: try fields.integer("number"), label: try fields.stringIfPresent("label") ?? "",
      bytes: try fields.range("bytes"), tokens: try fields.rangeIfPresent("tokens"))
  }

  package func write(to json: inout JSONWriter) {
    json.object { step in
      step.member("number", number)
      step.member("label", label)
      step.member("bytes", bytes)
      step.member(ifPresent: "tokens", tokens)
    }
  }
}
