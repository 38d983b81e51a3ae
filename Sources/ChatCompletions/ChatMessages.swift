// What is asked of a model, what it answers, and how asking fails.

package import Diagnostics
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
  package let promptTokens: Int?
  package let completionTokens: Int?
}

/// A reply as whoever asked has read it.
package enum ReadReply<Value: Sendable>: Sendable {
  case usable(Value)
  /// Another one may be better.
  case unusable(reason: String)
}

/// What was read of a reply, or why there is none, and what it took.
package struct ChatOutcome<Value: Sendable>: Sendable {
  package let result: Result<Value, ChatFailure>
  /// How many calls were made.
  package let attempts: Int
  /// How long the calls took together, without the pauses.
  package let milliseconds: Int
}

/// Why one request has no reply; others may have.
package struct ChatFailure: Error, Equatable, Sendable {
  package let reason: String
}

/// What ends a run: asking goes wrong for every request.
package enum ChatError: ToolError, Equatable {
  /// The server refuses: a wrong key, model or request.
  case refused(url: String, status: Int, message: String)
  /// The address, or the server's certificate, cannot be used.
  case unusable(url: String, reason: String)

  package var description: String {
    switch self {
    case .refused(let url, let status, let message):
      "\(url): the server refuses with status \(status): \(message); check the key, the model's name and the request"
    case .unusable(let url, let reason): "\(url): \(reason)"
    }
  }

  package var exitStatus: ExitStatus { .unavailable }
}
