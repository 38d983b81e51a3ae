// What a server says about an error.

package import JSONLines

/// What the body of an error says, in whichever of the usual forms.
package struct ErrorBody {
  /// The server's own words, on one line and of bounded length.
  package let message: String
  /// Words for programs, such as `context_length_exceeded`.
  let codes: [String]
  /// The member of the request that is at fault, where the server names one.
  let parameter: String?

  package init(_ body: [UInt8]) {
    // What is not JSON is itself the message.
    let text = String(decoding: body.prefix(2000), as: UTF8.self)
    guard let root = errorObject(in: body) else {
      self.init(message: text)
      return
    }
    // Some servers give a list of one error.
    let first = root.elements?.first ?? root
    let error = first["error"] ?? first["choices"]?.elements?.first?["error"] ?? first
    let detail = first["detail"]?.elements?.first
    let message =
      error["message"]?.string ?? error.string ?? first["message"]?.string
      ?? first["detail"]?.string ?? detail?["msg"]?.string ?? text
    // A gateway wraps the words of the provider behind it.
    let raw = error["metadata"]?["raw"]?.string.map { ": " + $0 } ?? ""
    let sources = [error, first, error["innererror"], detail].compactMap { $0 }
    self.init(
      message: message + raw,
      codes: sources.flatMap { source in
        ["code", "type", "status"].compactMap { source[$0]?.string }
      },
      parameter: error["param"]?.string ?? detail?["loc"]?.elements?.last?.string)
  }

  private init(message: String, codes: [String] = [], parameter: String? = nil) {
    let line = message.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    let shown = String(String.UnicodeScalarView(line.prefix(300)))
    self.message = shown.isEmpty ? "no message" : shown
    self.codes = codes
    self.parameter = parameter
  }

  /// Whether the account's quota is spent, so that waiting does not help.
  package var isAboutQuota: Bool {
    let words = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"]
    return codes.contains { words.contains($0) } || words.contains { message.contains($0) }
  }

  /// Whether it is the content of this request that is refused: too long, or filtered.
  var isAboutContent: Bool {
    let text = ([message] + codes).joined(separator: " ").lowercased()
    return [
      "context_length", "context length", "context_size", "context size", "context window",
      "maximum context", "too long", "too many tokens", "longer than the model", "above_max_length",
      "maximum number of tokens", "content_filter", "content filter", "content_policy",
      "content policy", "content management policy", "responsibleai", "flagged", "moderation",
    ].contains(where: text.contains)
  }

  /// Whether it is something that every request has: the model, the key, a member.
  var isAboutConfiguration: Bool {
    let words = [
      "model_not_found", "invalid_api_key", "unsupported_parameter", "unsupported_value",
      "unknown_parameter", "unrecognized_request_argument",
    ]
    return codes.contains { words.contains($0.lowercased()) }
  }

  /// Which of a request's members the server refuses, where it names one.
  package func refusedMember(of members: [String]) -> String? {
    if let parameter, members.contains(parameter) { return parameter }
    let text = message.lowercased()
    let verbs = [
      "unsupported", "not supported", "does not support", "unknown", "unrecognized", "unexpected",
      "not permitted", "not allowed", "extra input", "extra field", "invalid",
    ]
    guard verbs.contains(where: text.contains) else { return nil }
    let isPartOfWord: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "_" }
    let named = text.split { !isPartOfWord($0) }
    return named.lazy.compactMap { word in members.first { $0 == word } }.first
  }
}

/// The JSON of an error, also where it comes as an event of a stream.
private func errorObject(in body: [UInt8]) -> JSONValue? {
  let roots = (serverSentEvents(body) ?? [body]).compactMap {
    try? JSONDocument(parsing: $0).root
  }
  return roots.first { errorStatus(in: $0) != nil } ?? roots.first
}

/// The server's own words about an error, on one line and of bounded length.
package func serverMessage(in body: [UInt8]) -> String { ErrorBody(body).message }

/// The status that an error object inside a successful reply stands for; nil where the reply is no error.
///
/// Gateways answer so when the provider behind them fails: `{"error":{"message":…,"code":429}}`, also inside the first choice.
package func errorStatus(in root: JSONValue) -> Int? {
  let choice = root["choices"]?.elements?.first
  guard let error = [root["error"], choice?["error"]].compactMap({ $0 }).first(where: isError)
  else { return nil }
  let codes = [error["code"], error["status"], root["code"]].compactMap { $0 }
  for code in codes {
    if let status = code.integer ?? code.string.flatMap(Int.init), 400..<600 ~= status {
      return status
    }
  }
  let words = (codes + [error["type"]].compactMap { $0 }).compactMap { $0.string?.lowercased() }
  func has(_ parts: String...) -> Bool { words.contains { parts.contains(where: $0.contains) } }
  if has("rate_limit", "insufficient_quota", "too_many_requests") { return 429 }
  if has("authentication", "api_key", "permission") { return 401 }
  if has("context_length", "content_filter", "invalid_request") { return 400 }
  return 500
}

private func isError(_ value: JSONValue) -> Bool {
  value.kind == .object || value.string.map { !$0.isEmpty } ?? false
}
