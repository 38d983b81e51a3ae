// A question in, a reply or a reason out.

import JSONLines
package import ModelServers

/// A client for servers that speak OpenAI's chat-completions protocol.
package final class ChatClient: Sendable {
  private let settings: ChatSettings
  private let client: ServerClient

  package init(_ settings: ChatSettings) {
    self.settings = settings
    client = ServerClient(
      settings.servers,
      addresses: settings.servers.urls.map { apiAddress($0, "/chat/completions") })
  }

  /// Runs tasks that do little but ask and read replies.
  package var executor: any TaskExecutor { client.executor }

  /// Sends nothing more.
  package func giveUp() { client.giveUp() }

  /// Asks until there is a reply that can be used.
  ///
  /// A model that is asked again is told what was wrong with its reply, at the end of the last message: the same words at
  /// temperature 0 would get the same reply.
  ///
  /// - Parameter read: makes something of a reply, or says why it cannot be used.
  /// - Throws: what must end the run.
  package func complete<Value: Sendable>(
    _ request: ChatRequest, reading read: @Sendable (ChatReply) -> ReplyUse<Value>
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
      formWords: ["response_format"],
      body: { [settings] form in
        settings.body(of: request.adding(remarks.text), dialects[form])
      })
    return try await client.ask(call) { body in
      do throws(Unreadable) {
        let (reply, tokens) = try Self.reply(body)
        switch read(reply) {
        case .usable(let value): return .reply(.usable(value), tokens: tokens)
        case .unusable(let reason, let remark):
          remarks.add(remark)
          return .reply(.unusable(reason: reason), tokens: tokens)
        }
      } catch {
        remarks.add("it had no text")
        return .unreadable(error.reason)
      }
    }
  }

  private struct Unreadable: Error {
    let reason: String
  }

  private static func reply(_ body: [UInt8]) throws(Unreadable) -> (ChatReply, tokens: Int?) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: body)
    } catch {
      throw Unreadable(reason: "the reply is not JSON: \(error)")
    }
    let root = document.root
    guard let choice = root["choices"]?.elements?.first,
      let text = choice["message"]?["content"]?.string
    else { throw Unreadable(reason: "the reply has no text at choices[0].message.content") }
    let usage = root["usage"]
    var tokens: Int?
    if let prompt = usage?["prompt_tokens"]?.integer,
      let completion = usage?["completion_tokens"]?.integer
    {
      tokens = prompt + completion
    }
    return (ChatReply(text: text, finishReason: choice["finish_reason"]?.string), tokens)
  }
}
