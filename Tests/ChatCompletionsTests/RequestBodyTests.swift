import ChatCompletions
import JSONLines
import ModelServers
import Testing

@Suite("The body of a chat request")
struct RequestBodyTests {
  private let request = ChatRequest(
    messages: [
      ChatMessage(role: "system", content: "Be \"brief\"."),
      ChatMessage(role: "user", content: "1 + 1?\n☃"),
    ],
    schema: ReplySchema(name: "sum", json: Array(#"{"type":"object"}"#.utf8)), label: "l")

  private func settings(_ change: (inout ChatSettings) -> Void = { _ in }) -> ChatSettings {
    var settings = ChatSettings(ServerSettings(), model: "org/m")
    change(&settings)
    return settings
  }

  private func text(_ settings: ChatSettings, _ dialect: SchemaDialect = .none) -> String {
    String(decoding: settings.body(of: request, dialect), as: UTF8.self)
  }

  private let messages =
    #""messages":[{"role":"system","content":"Be \"brief\"."},{"role":"user","content":"1 + 1?\n☃"}]"#

  @Test("has the model, the messages in order, the settings, and no stream")
  func members() {
    #expect(
      text(settings())
        == #"{"model":"org/m",\#(messages),"temperature":0.0,"max_tokens":4096,"stream":false}"#)
  }

  @Test("asks for the reply's form as each dialect says it")
  func dialects() {
    #expect(
      text(settings(), .jsonSchema).hasSuffix(
        #","stream":false,"response_format":{"type":"json_schema","json_schema":{"name":"sum","strict":true,"schema":{"type":"object"}}}}"#
      ))
    #expect(
      text(settings(), .jsonObject).hasSuffix(
        #","response_format":{"type":"json_object","schema":{"type":"object"}}}"#))
    let plain = ChatRequest(messages: [], schema: nil, label: "")
    let body = String(decoding: settings().body(of: plain, .jsonSchema), as: UTF8.self)
    #expect(!body.contains("response_format"))
  }

  @Test("lacks what is left out, each member for itself", arguments: ChatSettings.omittableMembers)
  func omits(name: String) throws {
    let whole = try JSONDocument(parsing: settings().body(of: request, .jsonSchema))
    let body = settings { $0.extraBody.omitted = [name] }.body(of: request, .jsonSchema)
    let root = try JSONDocument(parsing: body).root
    if name != "seed" { #expect(whole.root[name] != nil) }
    #expect(root[name] == nil)
    let rest = ChatSettings.omittableMembers.filter { $0 != name && $0 != "seed" }
    for other in rest { #expect(root[other] != nil, "\(other)") }
    #expect(root["model"]?.string == "org/m" && root["messages"]?.elements?.count == 2)
  }

  @Test("has the user's members in place of ours of that name, once, as they were written")
  func extraBody() throws {
    let extra = #"{"temperature":1e0,"top_p":0.90,"chat_template_kwargs":{"a":[1,null]}}"#
    let own = try #require(ExtraBody(extra))
    let body = text(settings { $0.extraBody = own })
    #expect(
      body
        == #"{"model":"org/m",\#(messages),"max_tokens":4096,"stream":false,"temperature":1.0,"top_p":0.9,"chat_template_kwargs":{"a":[1,null]}}"#
    )
    #expect(ExtraBody("[]") == nil && ExtraBody("{") == nil)
  }

  @Test("describes what a reply depends on: neither messages nor how it is sent")
  func description() {
    #expect(
      settings().description
        == #"{"model":"org/m","messages":[],"temperature":0.0,"max_tokens":4096}"#)
    let warm = settings { $0.temperature = 0.7 }
    #expect(warm.description != settings().description)
  }
}
