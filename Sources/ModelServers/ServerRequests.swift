// What is sent to one server.

package import HTTPClient

/// Why a server could not be made ready.
package enum PreparationFault: Sendable {
  /// It may be reached later.
  case away(String)
  /// It answers, and cannot.
  case refused(String)
}

/// Requests to one server.
package struct ServerRequests: Sendable {
  /// The server as the settings name it, or where on it something is asked.
  package let url: String
  let settings: ServerSettings
  let http: HTTPClient

  /// Posts to the server, or gets where there is no body.
  ///
  /// - Returns: the response's status and body, whatever they are.
  package func perform(
    _ address: String, _ body: [UInt8]?
  ) async throws(HTTPError) -> HTTPResponse {
    var headers = [(name: "Content-Type", value: "application/json")]
    if let key = settings.key { headers.append(("Authorization", "Bearer \(key.value)")) }
    let post = HTTPRequest(
      url: address, headers: headers, body: body, totalLimit: settings.totalLimit,
      stallLimit: settings.stallLimit, maximumResponseBytes: settings.maximumResponseBytes)
    var response = try await http.perform(post)
    // A server may quote the key that it was sent; nothing that is shown or logged must.
    if let key = settings.key { response.body = key.redacted(in: response.body) }
    return response
  }

  func send(_ body: [UInt8]) async -> Attempt {
    do throws(HTTPError) {
      return Attempt(try await perform(url, body))
    } catch {
      return Attempt(error)
    }
  }
}
