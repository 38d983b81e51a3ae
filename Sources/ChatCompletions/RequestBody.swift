import JSONLines

extension ChatSettings {
  /// The body of a request: OpenAI's members, then the user's own.
  func body(of request: ChatRequest, withSchema: Bool) -> [UInt8] {
    var json = JSONWriter()
    json.object { body in
      func member(_ key: String, _ write: (inout JSONWriter) -> Void) {
        guard !extraBody.members.contains(where: { $0.key == key }) else { return }
        body.member(key, write)
      }
      member("model") { $0.value(model) }
      member("messages") { $0.value(request.messages) }
      member("temperature") { $0.value(temperature) }
      member("max_tokens") { $0.value(maximumTokens) }
      if withSchema, let schema = request.schema {
        member("response_format") { format in
          format.object { format in
            format.member("type", "json_schema")
            format.member("json_schema") { member in
              member.object { member in
                member.member("name", schema.name)
                member.member("strict", true)
                member.member("schema") { $0.raw(schema.json) }
              }
            }
          }
        }
      }
      for member in extraBody.members { body.member(member.key) { $0.raw(member.json) } }
    }
    return json.bytes
  }
}
