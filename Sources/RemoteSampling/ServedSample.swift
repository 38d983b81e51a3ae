// What a server answers.

import JSONLines
import ModelServers

/// One response as a server gives it.
package struct ServedSample: Equatable, Sendable {
  package var text: String
  /// What a reasoning parser of the server has parted from the text.
  package var thoughts: String?
  /// The end-of-sequence token included; nil where the server names no tokens.
  package var tokens: [Int]?
  /// What the server says that each token wrote; nil where it does not. U+FFFD stands for parts of characters.
  package var tokenBytes: [[UInt8]]?
  /// nil for each token for which the server gives none.
  package var logProbabilities: [Float?]?
  package var promptTokens: [Int]?
  /// As the server says it: `stop`, `length` or something else.
  package var finishReason: String
  /// The text that ended it.
  package var stopString: String?
  /// The version of the weights that it was sampled from.
  package var weightVersion: String?
}

/// What a reply holds, and what it took.
package struct ServedReply: Sendable {
  package let samples: [ServedSample]
  /// Prompt and responses together.
  package let tokens: Int?
  /// Where it is an error under the guise of a success, the status that would have been right.
  package var errorStatus: Int?
}

/// Why a reply cannot be read.
package struct UnreadableReply: Error, Equatable {
  package let reason: String
}

extension SamplingAPI {
  /// Reads the body of a reply.
  package func read(_ body: [UInt8]) throws(UnreadableReply) -> ServedReply {
    let root = try replyDocument(body).root
    if let status = errorStatus(in: root) {
      return ServedReply(samples: [], tokens: nil, errorStatus: status)
    }
    if self == .sglang {
      var samples: [ServedSample] = []
      for element in root.elements ?? [root] { samples.append(try ServedSample(sglang: element)) }
      return ServedReply(samples: samples, tokens: sum(of: samples))
    }
    guard let choices = root["choices"]?.elements, !choices.isEmpty else {
      throw UnreadableReply(reason: "the reply has no choices")
    }
    var samples: [ServedSample] = []
    for choice in try ordered(choices) {
      samples.append(
        self == .chat
          ? try ServedSample(chat: choice, reply: root)
          : try ServedSample(completion: choice, reply: root))
    }
    return ServedReply(samples: samples, tokens: root["usage"]?["total_tokens"]?.integer)
  }

  /// The choices by their indexes; in the order of the reply where none has one.
  private func ordered(_ choices: [JSONValue]) throws(UnreadableReply) -> [JSONValue] {
    let indexes = choices.compactMap { $0["index"]?.integer }
    if choices.count == 1 || indexes.isEmpty { return choices }
    guard indexes.count == choices.count, Set(indexes).count == choices.count else {
      throw UnreadableReply(
        reason: "the reply does not tell its \(choices.count) choices apart by \"index\"")
    }
    return zip(indexes, choices).sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func sum(of samples: [ServedSample]) -> Int? {
    let counts = samples.compactMap { $0.tokens?.count }
    return counts.isEmpty ? nil : counts.reduce(0, +)
  }
}

extension ServedSample {
  /// A choice of OpenAI's chat completions; vLLM adds `token_ids`, and `prompt_token_ids` of the whole reply.
  fileprivate init(chat choice: JSONValue, reply: JSONValue) throws(UnreadableReply) {
    let content = choice["message"].map(MessageContent.init)
    if let kind = content?.otherPart {
      throw UnreadableReply(
        reason: "a choice has a part of the type \"\(kind)\" at message.content, which is no text")
    }
    guard let text = content?.text ?? content?.thoughts.map({ _ in "" }) else {
      throw UnreadableReply(reason: "a choice has no text at message.content")
    }
    try self.init(choice, text: text, reply: reply)
    thoughts = content?.thoughts
    guard let entries = choice["logprobs"]?["content"]?.elements else { return }
    logProbabilities = numbers(entries.map { $0["logprob"]?.double })
    // Bytes where they are given; else the token's text, which is the same unless a character is split.
    tokenBytes = entries.map { entry in
      entry["bytes"]?.integers.map { $0.map(UInt8.init(truncatingIfNeeded:)) }
        ?? Array((entry["token"]?.string ?? "").utf8)
    }
  }

  /// A choice of OpenAI's completions, as vLLM extends it.
  fileprivate init(completion choice: JSONValue, reply: JSONValue) throws(UnreadableReply) {
    guard let text = choice["text"]?.string else {
      throw UnreadableReply(reason: "a choice has no text")
    }
    try self.init(choice, text: text, reply: reply)
    guard let logprobs = choice["logprobs"], let values = logprobs["token_logprobs"]?.elements
    else {
      return
    }
    logProbabilities = numbers(values.map(\.double))
    tokenBytes = logprobs["tokens"]?.elements?.map { Array(($0.string ?? "").utf8) }
  }

  private init(_ choice: JSONValue, text: String, reply: JSONValue) throws(UnreadableReply) {
    self.text = text
    tokens = choice["token_ids"]?.integers
    promptTokens = (choice["prompt_token_ids"] ?? reply["prompt_token_ids"])?.integers
    finishReason = choice["finish_reason"]?.string ?? ""
    stopString = choice["stop_reason"]?.string
  }

  /// A reply of SGLang's own protocol.
  fileprivate init(sglang reply: JSONValue) throws(UnreadableReply) {
    guard let text = reply["text"]?.string, let meta = reply["meta_info"] else {
      throw UnreadableReply(reason: "the reply has no text and meta_info")
    }
    self.text = text
    finishReason = meta["finish_reason"]?["type"]?.string ?? meta["finish_reason"]?.string ?? ""
    stopString = meta["finish_reason"]?["matched"]?.string
    weightVersion = meta["weight_version"]?.string
    tokens = reply["output_ids"]?.integers
    guard let entries = meta["output_token_logprobs"]?.elements else { return }
    let triples = entries.map { $0.elements ?? [] }
    guard triples.allSatisfy({ $0.count >= 2 }) else {
      throw UnreadableReply(reason: "output_token_logprobs has an entry without a token")
    }
    logProbabilities = numbers(triples.map { $0[0].double })
    let named = triples.compactMap { $0[1].integer }
    guard named.count == triples.count else {
      throw UnreadableReply(reason: "output_token_logprobs has a token that is no number")
    }
    // Both lists are of the same tokens; where a stop was trimmed from one, the longer holds what was sampled.
    if named.count >= tokens?.count ?? 0 { tokens = named }
    let texts = triples.compactMap { $0.count > 2 ? $0[2].string : nil }
    if texts.count == triples.count { tokenBytes = texts.map { Array($0.utf8) } }
  }
}

/// Log-probabilities, nil for each value that is no number; nil where none is.
///
/// Servers write −9999 in place of −∞.
private func numbers(_ values: [Double?]) -> [Float?]? {
  let numbers = values.map { value in
    value.flatMap { $0.isFinite && $0 > -9999 ? Float($0) : nil }
  }
  return !numbers.isEmpty && numbers.allSatisfy { $0 == nil } ? nil : numbers
}
