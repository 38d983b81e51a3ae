// What one call came to.

import HTTPClient
import JSONLines

/// What one call came to.
enum Attempt {
  case reply(ChatReply)
  /// The server has enough for now; it may have said for how many seconds.
  case limited(seconds: Double?)
  /// Another call may fare better.
  /// - Parameter isServerDown: whether other requests would meet the same.
  case failed(String, isServerDown: Bool)
  /// The request itself is refused.
  case refused(status: Int, message: String)
  case unusable(String)

  /// Whether it may be the form asked for that the server does not know: some say so as a fault of their own.
  var mayRefuseSchema: Bool {
    switch self {
    case .refused(let status, _): [400, 422, 501].contains(status)
    case .failed(let reason, isServerDown: false): reason.contains("response_format")
    default: false
    }
  }

  init(_ result: Result<HTTPResponse, HTTPError>) {
    switch result {
    case .success(let response): self = Self(response)
    case .failure(let error):
      switch error {
      case .untrusted, .badAddress: self = .unusable(error.description)
      case .unreachable: self = .failed(error.description, isServerDown: true)
      case .broken, .tooSlow, .stalled, .tooLarge:
        self = .failed(error.description, isServerDown: false)
      }
    }
  }

  private init(_ response: HTTPResponse) {
    switch response.status {
    case 200..<300: self = Self(reply: response.body)
    case 429: self = .limited(seconds: response.retryAfter)
    case 503 where response.retryAfter != nil: self = .limited(seconds: response.retryAfter)
    case 503: self = .failed("status 503: \(message(of: response.body))", isServerDown: true)
    case 408, 409, 425, 500...:
      self = .failed(
        "status \(response.status): \(message(of: response.body))", isServerDown: false)
    case 300..<400:
      self = .failed(
        "status \(response.status): the server points elsewhere, where nobody follows",
        isServerDown: false)
    default: self = .refused(status: response.status, message: message(of: response.body))
    }
  }

  /// Reads the reply of a server that has agreed to answer.
  private init(reply body: [UInt8]) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: body)
    } catch {
      self = .failed("the reply is not JSON: \(error)", isServerDown: false)
      return
    }
    let root = document.root
    guard let choice = root["choices"]?.elements?.first,
      let text = choice["message"]?["content"]?.string
    else {
      self = .failed("the reply has no text at choices[0].message.content", isServerDown: false)
      return
    }
    self = .reply(
      ChatReply(
        text: text, finishReason: choice["finish_reason"]?.string,
        promptTokens: root["usage"]?["prompt_tokens"]?.integer,
        completionTokens: root["usage"]?["completion_tokens"]?.integer))
  }
}

/// The server's own words about an error, on one line and of bounded length.
private func message(of body: [UInt8]) -> String {
  var text = String(decoding: body.prefix(2000), as: UTF8.self)
  // What is not JSON is itself the message.
  if let root = try? JSONDocument(parsing: body).root {
    text =
      root["error"]?["message"]?.string ?? root["error"]?.string ?? root["message"]?.string
      ?? root["detail"]?.string ?? text
  }
  let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
  let shown = String(String.UnicodeScalarView(line.prefix(300)))
  return shown.isEmpty ? "no message" : shown
}
