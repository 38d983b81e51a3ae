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
}
