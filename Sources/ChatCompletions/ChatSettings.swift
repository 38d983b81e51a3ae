// What a model's replies depend on.

package import ModelServers

/// A model, and how it is asked.
package struct ChatSettings: Sendable {
  package var servers: ServerSettings
  package var model: String
  package var temperature = 0.0
  /// The longest reply, in tokens.
  package var maximumTokens = 4096
  /// Further members of the request, which replace those of the same name.
  package var extraBody = ExtraBody()
  /// Whether servers are asked to enforce a reply's schema, as long as they take it.
  package var usesSchema = true

  package init(_ servers: ServerSettings, model: String) {
    self.servers = servers
    self.model = model
  }
}

extension ChatSettings: CustomStringConvertible {
  /// What a reply depends on: the members of the request, without messages and key.
  package var description: String {
    let request = ChatRequest(messages: [], schema: nil, label: "")
    return String(decoding: body(of: request, .none, describes: true), as: UTF8.self)
  }
}
