import JSONLines
import ModelServers

/// How a server is asked to enforce the form of a reply, in the order in which they are tried.
package enum SchemaDialect: CaseIterable {
  /// OpenAI's, which most servers speak.
  case jsonSchema
  /// That of llama-cpp-python's server.
  case jsonObject
  /// Not at all.
  case none
}

extension ChatSettings {
  /// The members that a request can do without.
  package static let omittableMembers = [
    "temperature", "max_tokens", "seed", "stream", "response_format",
  ]

  /// The body of a request: OpenAI's members, then the user's own.
  ///
  /// - Parameter describes: whether it describes replies, which do not depend on how they are sent.
  package func body(
    of request: ChatRequest, _ dialect: SchemaDialect, describes: Bool = false
  ) -> [UInt8] {
    let text = request.messages.reduce(0) { $0 + $1.content.utf8.count }
    // With room for line ends and quotes that become two bytes.
    var json = JSONWriter(capacity: 1024 + text + text / 8)
    json.object { body in
      func member(_ key: String, _ write: (inout JSONWriter) -> Void) {
        extraBody.write(key, to: &body, write)
      }
      member("model") { $0.value(model) }
      member("messages") { $0.value(request.messages) }
      member("temperature") { $0.value(temperature) }
      member("max_tokens") { $0.value(maximumTokens) }
      // Some gateways stream unless a request says not to.
      if !describes { member("stream") { $0.value(false) } }
      if let schema = request.schema, dialect != .none {
        member("response_format") { $0.object { schema.writeMembers(to: &$0, dialect) } }
      }
      extraBody.write(to: &body)
    }
    return json.bytes
  }
}

extension ReplySchema {
  fileprivate func writeMembers(to format: inout JSONWriter, _ dialect: SchemaDialect) {
    guard dialect == .jsonSchema else {
      format.member("type", "json_object")
      return format.member("schema") { $0.raw(json) }
    }
    format.member("type", "json_schema")
    format.member("json_schema") { member in
      member.object { member in
        member.member("name", name)
        member.member("strict", true)
        member.member("schema") { $0.raw(json) }
      }
    }
  }
}
