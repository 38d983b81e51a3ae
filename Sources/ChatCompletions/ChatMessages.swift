// What is asked of a model, and what it answers.

package import JSONLines

/// One message of a conversation.
package struct ChatMessage: Equatable, Sendable, JSONWritable {
  /// `system`, `user` or `assistant`.
  package let role: String
  package let content: String

  package init(role: String, content: String) {
    self.role = role
    self.content = content
  }

  package func write(to json: inout JSONWriter) {
    json.object { message in
      message.member("role", role)
      message.member("content", content)
    }
  }
}

/// A form that the reply should have, for servers that can enforce one.
package struct ReplySchema: Sendable {
  package let name: String
  /// A JSON schema.
  package let json: [UInt8]

  package init(name: String, json: [UInt8]) {
    self.name = name
    self.json = json
  }
}

/// What is asked.
package struct ChatRequest: Sendable {
  package let messages: [ChatMessage]
  package let schema: ReplySchema?
  /// What the jitter of this request is drawn from, beside the seed.
  package let label: String

  package init(messages: [ChatMessage], schema: ReplySchema?, label: String) {
    self.messages = messages
    self.schema = schema
    self.label = label
  }
}

/// What a model answered.
package struct ChatReply: Equatable, Sendable {
  package let text: String
  /// Why it ended, such as `stop` or `length`.
  package let finishReason: String?
  /// Whether it came as a stream of events that broke off.
  package let isBroken: Bool

  package init(text: String, finishReason: String?, isBroken: Bool = false) {
    self.text = text
    self.finishReason = finishReason
    self.isBroken = isBroken
  }

  /// Whether it is known to lack its end: at the limit of its length, by a filter, by an error.
  package var isCutOff: Bool {
    isBroken || finishReason.map { !Self.reasonsOfWholeReplies.contains($0.lowercased()) } ?? false
  }

  /// What servers say of replies that the model ended.
  private static let reasonsOfWholeReplies: Set<String> = [
    "", "stop", "stop_sequence", "stop_token", "eos", "eos_token", "end_turn", "complete",
    "completed",
    "finished", "tool_calls", "function_call",
  ]
}
