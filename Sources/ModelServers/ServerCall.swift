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
  /// The members of the request that `--omit` can leave out.
  let omittableMembers: [String]
  /// Whether reading a reply takes so long that it must not hold up the thread of the transfers.
  let isLongToRead: Bool
  /// Told of each call that gave nothing to use, when it ends.
  let noteFault: @Sendable (CallFault) -> Void
  /// The request in one of its forms, from 0.
  let body: @Sendable (_ form: Int) -> [UInt8]

  package init(
    label: String, tokens: Int, formCount: Int = 1, formWords: [String] = [],
    omittableMembers: [String] = [], isLongToRead: Bool = false,
    noteFault: @escaping @Sendable (CallFault) -> Void = { _ in },
    body: @escaping @Sendable (_ form: Int) -> [UInt8]
  ) {
    self.label = label
    self.tokens = tokens
    self.formCount = formCount
    self.formWords = formWords
    self.omittableMembers = omittableMembers
    self.isLongToRead = isLongToRead
    self.noteFault = noteFault
    self.body = body
  }
}

/// What the body of a reply says.
package enum ReadBody<Value: Sendable>: Sendable {
  /// - Parameter tokens: how many it took, prompt and reply together, where the server says.
  case reply(ReadReply<Value>, tokens: Int?)
  /// It is not what such a server should answer.
  case unreadable(String)
  /// It is an error under the guise of a success; this status would have been right.
  case error(status: Int)
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

  package init(reason: String) { self.reason = reason }
}

/// What ends a run: asking goes wrong for every request.
package enum ServerError: ToolError, Equatable {
  /// The server refuses: a wrong key, model or request.
  ///
  /// - Parameter member: the member of the request that it refuses, where it says so and the member can be left out.
  case refused(url: String, status: Int, message: String, member: String?)
  /// The account has nothing left.
  case quotaIsSpent(url: String, message: String)
  /// Rate limits have let nothing through for so many seconds.
  case limited(url: String, seconds: Double, message: String)
  /// The address, or the server's certificate, cannot be used.
  case unusable(url: String, reason: String)
  /// The server has not the weights that it should answer with.
  case notReady(url: String, reason: String)

  package var description: String {
    switch self {
    case .refused(let url, let status, let message, let member?):
      "\(url): the server refuses the member '\(member)' with status \(status): \(message); leave it out by "
        + "'--omit \(member)', and give what stands in its place by '--extra-body'"
    case .refused(let url, let status, let message, nil):
      "\(url): the server refuses with status \(status): \(message); check the key, the model's name and the request"
    case .quotaIsSpent(let url, let message):
      "\(url): the quota is spent: \(message); check the account, then run the same command again"
    case .limited(let url, let seconds, let message):
      "\(url): rate limits let nothing through for \(Int(seconds)) s: \(message); run the same command again later"
    case .unusable(let url, let reason): "\(url): \(reason)"
    case .notReady(let url, let reason): "\(url): the server does not serve the policy: \(reason)"
    }
  }

  package var exitStatus: ExitStatus { .unavailable }
}
