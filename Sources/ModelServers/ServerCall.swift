// What is asked of a server, what comes of it, and how asking fails.

package import Diagnostics

/// Something that is asked, in the forms in which it can be.
package struct ServerCall: Sendable {
  /// What the jitter of this request is drawn from, beside the seed.
  let label: String
  /// About how many tokens it takes.
  let tokens: Int
  /// How many forms there are. Servers that refuse the first get the next; what one takes is found out once a client.
  let formCount: Int
  /// A server's fault that has one of these words means that it does not know the form.
  let formWords: [String]
  /// The request in one of its forms, from 0.
  let body: @Sendable (_ form: Int) -> [UInt8]

  package init(
    label: String, tokens: Int, formCount: Int = 1, formWords: [String] = [],
    body: @escaping @Sendable (_ form: Int) -> [UInt8]
  ) {
    self.label = label
    self.tokens = tokens
    self.formCount = formCount
    self.formWords = formWords
    self.body = body
  }
}

/// What the body of a reply says.
package enum ReadBody<Value: Sendable>: Sendable {
  /// - Parameter tokens: how many it took, prompt and reply together, where the server says.
  case reply(ReadReply<Value>, tokens: Int?)
  /// It is not what such a server should answer.
  case unreadable(String)
  /// The server must be made ready again.
  case outOfDate(String)
}

/// A reply as whoever asked has read it.
package enum ReadReply<Value: Sendable>: Sendable {
  case usable(Value)
  /// Another one may be better.
  case unusable(reason: String)
}

/// What was read of a reply, or why there is none, and what it took.
package struct CallOutcome<Value: Sendable>: Sendable {
  package let result: Result<Value, CallFailure>
  /// How many calls were made.
  package let attempts: Int
  /// How long the calls took together, without the pauses.
  package let milliseconds: Int
}

/// Why one request has no reply; others may have.
package struct CallFailure: Error, Equatable, Sendable {
  package let reason: String
}

/// What ends a run: asking goes wrong for every request.
package enum ServerError: ToolError, Equatable {
  /// The server refuses: a wrong key, model or request.
  case refused(url: String, status: Int, message: String)
  /// The address, or the server's certificate, cannot be used.
  case unusable(url: String, reason: String)
  /// The server has not the weights that it should answer with.
  case notReady(url: String, reason: String)

  package var description: String {
    switch self {
    case .refused(let url, let status, let message):
      "\(url): the server refuses with status \(status): \(message); check the key, the model's name and the request"
    case .unusable(let url, let reason): "\(url): \(reason)"
    case .notReady(let url, let reason): "\(url): the server does not serve the policy: \(reason)"
    }
  }

  package var exitStatus: ExitStatus { .unavailable }
}
