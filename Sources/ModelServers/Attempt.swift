// What one call came to.

import HTTPClient
import JSONLines

/// What a failure says about the server.
enum Trouble {
  /// Nothing.
  case request
  /// It may have gone.
  case connection
  /// Other requests would meet the same.
  case server
}

/// What one call came to.
enum Attempt: Sendable {
  /// It succeeded, with this body.
  case reply([UInt8])
  /// The server has enough for now; it may have said for how many seconds.
  case limited(seconds: Double?)
  /// Another call may fare better.
  case failed(String, Trouble)
  /// The request itself is refused.
  case refused(status: Int, message: String)
  /// The address, or the server's certificate, is no good.
  case unusable(String)
  /// The server answers, but has not what it should answer with.
  case notReady(String)

  /// Whether it may be the form of the request that the server does not know: some say so as a fault of their own.
  func mayRefuseForm(_ words: [String]) -> Bool {
    switch self {
    case .refused(let status, _): [400, 422, 501].contains(status)
    case .failed(let reason, .request): words.contains { reason.contains($0) }
    default: false
    }
  }

  init(_ error: HTTPError) {
    switch error {
    case .untrusted, .badAddress: self = .unusable(error.description)
    case .unreachable: self = .failed(error.description, .server)
    case .broken: self = .failed(error.description, .connection)
    case .tooSlow, .stalled, .tooLarge: self = .failed(error.description, .request)
    }
  }

  init(_ response: HTTPResponse) {
    switch response.status {
    case 200..<300: self = .reply(response.body)
    case 429: self = .limited(seconds: response.retryAfter)
    case 503 where response.retryAfter != nil: self = .limited(seconds: response.retryAfter)
    case 503:
      self = .failed("status 503: \(serverMessage(in: response.body))", .server)
    case 408, 409, 425, 500...:
      self = .failed(
        "status \(response.status): \(serverMessage(in: response.body))", .request)
    case 300..<400:
      self = .failed(
        "status \(response.status): the server points elsewhere, where nobody follows", .request)
    default:
      self = .refused(status: response.status, message: serverMessage(in: response.body))
    }
  }
}

/// The server's own words about an error, on one line and of bounded length.
package func serverMessage(in body: [UInt8]) -> String {
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
