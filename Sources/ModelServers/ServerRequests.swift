// What is sent to one server.

package import HTTPClient
internal import Secrets

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
  let secrets: SecretMask
  let http: HTTPClient

  /// Posts to the server, or gets where there is no body.
  ///
  /// - Returns: the response's status and body, whatever they are.
  package func perform(
    _ address: String, _ body: [UInt8]?
  ) async throws(HTTPError) -> HTTPResponse {
    let post = HTTPRequest(
      url: address, headers: headers, body: body, totalLimit: settings.totalLimit,
      stallLimit: settings.stallLimit, maximumResponseBytes: settings.maximumResponseBytes)
    do throws(HTTPError) {
      var response = try await http.perform(post)
      // A server may quote what it was sent; nothing that is shown or logged must hold a secret.
      response.body =
        200..<300 ~= response.status
        ? secrets.maskedReply(response.body) : secrets.masked(response.body)
      return response
    } catch {
      throw error.masked(by: secrets)
    }
  }

  /// The key is not sent where a header of the user's own takes its place.
  private var headers: [(name: String, value: String)] {
    var headers = [(name: "Content-Type", value: "application/json")]
    if let key = settings.key { headers.append(("Authorization", "Bearer \(key.value)")) }
    let own = Set(settings.headers.map { $0.name.lowercased() })
    headers.removeAll { own.contains($0.name.lowercased()) }
    return headers + settings.headers.map { ($0.name, $0.value) }
  }

  /// What a call came to, and the status of the response where one came.
  func send(_ body: [UInt8]) async -> (attempt: Attempt, status: Int?) {
    do throws(HTTPError) {
      let response = try await perform(url, body)
      return (Attempt(response), response.status)
    } catch {
      return (Attempt(error), nil)
    }
  }
}

extension HTTPError {
  /// The error with nothing secret in its words.
  fileprivate func masked(by secrets: SecretMask) -> HTTPError {
    switch self {
    case .unreachable(let reason): .unreachable(secrets.masked(reason))
    case .broken(let reason): .broken(secrets.masked(reason))
    case .untrusted(let reason): .untrusted(secrets.masked(reason))
    case .badAddress(let reason): .badAddress(secrets.masked(reason))
    case .tooSlow, .stalled, .tooLarge: self
    }
  }
}
