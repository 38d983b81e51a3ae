// From the body of a reply to what the model answered.

import JSONLines
import ModelServers

/// What a body holds.
package enum ReadChat {
  case reply(ChatReply, tokens: Int?)
  /// It is a reply, but says nothing.
  case empty(reason: String, tokens: Int?)
  case unreadable(String)
  /// It is an error under the guise of a success.
  case error(status: Int)

  /// Reads a completion, or the events of one that was streamed although that was not asked for.
  package init(_ whole: [UInt8]) {
    // A mark of the byte order is no part of JSON.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let body = whole.starts(with: mark) ? Array(whole.dropFirst(mark.count)) : whole
    let events = serverSentEvents(body)
    let roots: [JSONValue]
    do {
      roots = try (events ?? [body]).map(parsed)
    } catch {
      self = .unreadable("the reply is not JSON: \(error)")
      return
    }
    if let key = roots.lazy.compactMap(\.repeatedKey).first {
      self = .unreadable("the reply has \"\(key)\" twice")
      return
    }
    if let status = roots.lazy.compactMap(errorStatus).first {
      self = .error(status: status)
      return
    }
    let choices = roots.compactMap { $0["choices"]?.elements?.first }
    let contents = choices.compactMap { ($0["message"] ?? $0["delta"]).map(MessageContent.init) }
    guard !contents.isEmpty else {
      self = .unreadable("the reply has no message at choices[0].message")
      return
    }
    let content = contents.count == 1 ? contents[0] : MessageContent(joining: contents)
    let finishReason = choices.lazy.compactMap { $0["finish_reason"]?.string }.first
    let tokens = roots.lazy.compactMap(Self.tokens).first
    if let reason = Self.silence(content, finishReason) {
      self = .empty(reason: reason, tokens: tokens)
    } else {
      let isBroken = events != nil && finishReason == nil && !endsServerSentEvents(body)
      self = .reply(
        ChatReply(text: content.text ?? "", finishReason: finishReason, isBroken: isBroken),
        tokens: tokens)
    }
  }

  /// Why a message says nothing; nil where it says something.
  private static func silence(_ content: MessageContent, _ finishReason: String?) -> String? {
    if content.text?.contains(where: { !$0.isWhitespace }) == true { return nil }
    if let refusal = content.refusal { return "the model refuses: \(refusal.prefix(300))" }
    switch finishReason {
    case "length":
      let place = content.thoughts == nil ? "before its answer" : "while the model was thinking"
      return "the reply was cut off \(place); raise '--max-tokens'"
    case "content_filter": return "the server filtered the reply's content"
    default: break
    }
    if content.thoughts != nil { return "the reply has thoughts and no answer" }
    return content.text == nil ? "the reply has no text at choices[0].message.content" : nil
  }

  private static func tokens(_ root: JSONValue) -> Int? {
    guard let prompt = root["usage"]?["prompt_tokens"]?.integer,
      let completion = root["usage"]?["completion_tokens"]?.integer
    else { return nil }
    return prompt + completion
  }
}

/// Parses a body; where it is no JSON for a text that is no Unicode, U+FFFD replaces what is none.
private func parsed(_ body: [UInt8]) throws(JSONFault) -> JSONValue {
  do {
    return try JSONDocument(parsing: body).root
  } catch {
    guard let root = try? JSONDocument(parsing: replacingBrokenUnicode(in: body)).root else {
      throw error
    }
    return root
  }
}
