// What is asked of a server of a policy.

import JSONLines
package import ModelServers
package import Records

/// The protocols in which servers are asked for samples.
package enum SamplingAPI: String, CaseIterable, Sendable {
  /// OpenAI's chat completions: the server makes the prompt of the messages.
  case chat
  /// OpenAI's completions, with a prompt made here.
  case completions
  /// SGLang's own.
  case sglang

  /// Where a server is asked.
  package func address(_ url: String) -> String {
    switch self {
    case .chat: apiAddress(url, "/chat/completions")
    case .completions: apiAddress(url, "/completions")
    case .sglang: rootAddress(url, "/generate")
    }
  }

  package var needsPrompt: Bool { self != .chat }

  /// The members that a request can do without, and its response be what the record says.
  package var omittableMembers: [String] {
    self == .sglang
      ? [
        "temperature", "top_p", "max_new_tokens", "sampling_seed", "no_stop_trim",
        "return_logprob", "return_text_in_logprobs", "stream",
      ]
      : [
        "temperature", "top_p", "max_tokens", "seed", "include_stop_str_in_output", "logprobs",
        "return_token_ids", "stream",
      ]
  }
}

/// What a server's log-probabilities are under.
package enum LogProbabilityKind: String, CaseIterable, Sendable {
  /// The policy's own distribution.
  case raw
  /// The distribution after penalties and temperature, no token left out.
  case tempered
  /// The distribution that tokens are drawn from.
  case processed
}

/// What is sampled from.
package struct SamplingPrompt: Sendable {
  package let messages: [ChatMessage]
  /// The prompt as token ids, where its tokens are known here.
  package let tokens: [Int]?
  /// The prompt as text; nil where the server makes it.
  package let text: String?

  package init(messages: [ChatMessage], tokens: [Int]? = nil, text: String? = nil) {
    self.messages = messages
    self.tokens = tokens
    self.text = text
  }
}

/// How servers of a policy are asked.
package struct SamplingServer: Sendable {
  package let api: SamplingAPI
  package let model: String
  package let sampling: SamplingDescription
  package let extraBody: ExtraBody

  package init(
    api: SamplingAPI, model: String, sampling: SamplingDescription, extraBody: ExtraBody
  ) {
    self.api = api
    self.model = model
    self.sampling = sampling
    self.extraBody = extraBody
  }

  /// The forms of a request: with token ids and log-probabilities, and without what some servers do not know.
  static let formCount = 2
  static let formWords = ["logprobs", "return_token_ids", "token_ids"]

  /// A request for samples of one prompt.
  ///
  /// - Parameters:
  ///   - seed: the first sample's; servers derive those of the others.
  ///   - form: from 0, see `formCount`.
  ///   - describes: whether it describes samples, which do not depend on how they are sent.
  func body(
    _ prompt: SamplingPrompt, count: Int, seed: UInt64, form: Int, describes: Bool = false
  ) -> [UInt8] {
    var json = JSONWriter()
    json.object { body in
      switch api {
      case .sglang:
        writePrompt(prompt, "input_ids", "text", to: &body)
        write("sampling_params", to: &body) { parameters in
          parameters.object { writeParameters(count: count, seed: seed, to: &$0) }
        }
        if form == 0 {
          write("return_logprob", to: &body) { $0.value(true) }
          write("return_text_in_logprobs", to: &body) { $0.value(true) }
        }
      case .chat, .completions:
        write("model", to: &body) { $0.value(model) }
        if api == .chat {
          write("messages", to: &body) { $0.value(prompt.messages) }
        } else {
          writePrompt(prompt, "prompt", "prompt", to: &body)
        }
        writeParameters(count: count, seed: seed, to: &body)
        if form == 0 {
          write("logprobs", to: &body) { json in
            if api == .chat { json.value(true) } else { json.value(1) }
          }
          write("return_token_ids", to: &body) { $0.value(true) }
        }
      }
      // Some gateways stream unless a request says not to.
      if !describes { write("stream", to: &body) { $0.value(false) } }
      extraBody.write(to: &body)
    }
    return json.bytes
  }

  /// What a sample depends on, beside the weights.
  package func description(_ prompt: SamplingPrompt, count: Int, seed: UInt64) -> String {
    api.rawValue
      + String(
        decoding: body(prompt, count: count, seed: seed, form: 0, describes: true), as: UTF8.self)
  }

  private func write(
    _ key: String, to body: inout JSONWriter, _ value: (inout JSONWriter) -> Void
  ) { extraBody.write(key, to: &body, value) }

  private func writePrompt(
    _ prompt: SamplingPrompt, _ tokensKey: String, _ textKey: String, to body: inout JSONWriter
  ) {
    if let tokens = prompt.tokens {
      write(tokensKey, to: &body) { $0.value(tokens) }
    } else {
      write(textKey, to: &body) { $0.value(prompt.text ?? "") }
    }
  }

  /// The sampling parameters under the names of the protocol; what is turned off is not sent, for not every server knows it.
  private func writeParameters(count: Int, seed: UInt64, to body: inout JSONWriter) {
    let isSGLang = api == .sglang
    func write(_ key: String, _ value: some JSONWritable) {
      self.write(key, to: &body) { $0.value(value) }
    }
    write("temperature", sampling.temperature)
    write("top_p", sampling.topP)
    if sampling.topK > 0 { write("top_k", sampling.topK) }
    if sampling.minP > 0 { write("min_p", sampling.minP) }
    if sampling.presencePenalty != 0 { write("presence_penalty", sampling.presencePenalty) }
    if sampling.frequencyPenalty != 0 { write("frequency_penalty", sampling.frequencyPenalty) }
    if sampling.repetitionPenalty != 1 { write("repetition_penalty", sampling.repetitionPenalty) }
    write(isSGLang ? "max_new_tokens" : "max_tokens", sampling.maxResponseTokens)
    write(isSGLang ? "sampling_seed" : "seed", seed)
    if count > 1 { write("n", count) }
    if !sampling.stop.isEmpty {
      write("stop", sampling.stop)
      // The text that ends a response stays in it, as its tokens do.
      write(isSGLang ? "no_stop_trim" : "include_stop_str_in_output", true)
    }
  }
}
