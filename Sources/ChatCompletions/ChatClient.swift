// A question in, a reply or a reason out.

package import Diagnostics
package import ModelServers

/// A client for servers that speak OpenAI's chat-completions protocol.
package final class ChatClient: Sendable {
  private let settings: ChatSettings
  private let client: ServerClient

  /// - Throws: `ThreadError` where the system gives no thread for the transfers.
  package init(_ settings: ChatSettings) throws(ThreadError) {
    self.settings = settings
    client = try ServerClient(
      settings.servers,
      addresses: settings.servers.urls.map { apiAddress($0, "/chat/completions") })
  }

  /// Runs tasks that do little but ask and read replies.
  package var executor: any TaskExecutor { client.executor }

  /// Sends nothing more.
  package func giveUp() { client.giveUp() }

  /// Notes that a log holds a reply to a request of these settings.
  package func noteKnownReply() { client.noteKnownReply() }

  /// The first refusal that may concern every request, as long as no request has had a reply.
  package var standingRefusal: ServerError? { client.standingRefusal }

  /// Asks until there is a reply that can be used.
  ///
  /// A model that is asked again is told what was wrong with its reply, at the end of the last message: the same words at
  /// temperature 0 would get the same reply.
  ///
  /// - Parameters:
  ///   - noteFault: told of each call that gave nothing to use, when it ends.
  ///   - read: makes something of a reply, or says why it cannot be used.
  /// - Throws: what must end the run.
  package func complete<Value: Sendable>(
    _ request: ChatRequest, noteFault: @escaping @Sendable (CallFault) -> Void = { _ in },
    reading read: @escaping @Sendable (ChatReply) -> ReplyUse<Value>
  ) async throws(ServerError) -> CallOutcome<Value> {
    let dialects: [SchemaDialect] =
      settings.usesSchema && request.schema != nil ? SchemaDialect.allCases : [.none]
    // A token is about four bytes; what it really was is put right afterwards.
    let tokens = request.messages.reduce(settings.maximumTokens / 4) {
      $0 + $1.content.utf8.count / 4
    }
    let remarks = Remarks()
    let call = ServerCall(
      label: request.label, tokens: tokens, formCount: dialects.count,
      formWords: ["response_format"], omittableMembers: ChatSettings.omittableMembers,
      noteFault: noteFault,
      body: { [settings] form in
        settings.body(of: request.adding(remarks.text), dialects[form])
      })
    return try await client.ask(call) { body in
      switch ReadChat(body) {
      case .reply(let reply, let tokens):
        switch read(reply) {
        case .usable(let value): return .reply(.usable(value), tokens: tokens)
        case .unusable(let reason, let remark):
          remarks.add(remark)
          return .reply(.unusable(reason: reason), tokens: tokens)
        }
      case .empty(let reason, let tokens):
        remarks.add("it had no text")
        return .reply(.unusable(reason: reason), tokens: tokens)
      case .unreadable(let reason):
        return .unreadable(reason)
      case .error(let status):
        return .error(status: status)
      }
    }
  }
}
