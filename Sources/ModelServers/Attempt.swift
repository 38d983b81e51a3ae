// What one call came to.

package import HTTPClient

/// What a failure says about the server.
package enum Trouble {
  /// Nothing.
  case request
  /// It may have gone.
  case connection
  /// Other requests would meet the same.
  case server
}

/// Why a server refuses a request.
package struct Refusal: Sendable {
  /// Whom it concerns.
  package enum Concern {
    /// This request alone: it is too long, or its content is filtered.
    case request
    /// Every request: a wrong key, model or member.
    case everyRequest
    /// Nobody can tell by the words.
    case unknown
  }

  package let status: Int
  package let concern: Concern
  package let error: ErrorBody

  init(status: Int, _ error: ErrorBody) {
    self.status = status
    self.error = error
    let mayConcernRequest = [400, 403, 413, 422].contains(status)
    if status == 413 || mayConcernRequest && error.isAboutContent {
      concern = .request
    } else if [400, 422].contains(status), !error.isAboutConfiguration {
      concern = .unknown
    } else {
      concern = .everyRequest
    }
  }
}

/// What one call came to.
package enum Attempt: Sendable {
  /// It succeeded.
  case reply(HTTPResponse)
  /// The server has enough for now; it may have said for how many seconds.
  case limited(seconds: Double?, message: String)
  /// Another call may fare better.
  case failed(String, Trouble)
  /// The request itself is refused.
  case refused(Refusal)
  /// The address, or the server's certificate, is no good.
  case unusable(String)
  /// The server answers, but has not what it should answer with.
  case notReady(String)

  /// Whether it may be the form of the request that the server does not know: some say so as a fault of their own.
  func mayRefuseForm(_ words: [String]) -> Bool {
    switch self {
    case .refused(let refusal):
      [400, 422, 501].contains(refusal.status) && refusal.concern != .request
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

  package init(_ response: HTTPResponse) {
    self =
      200..<300 ~= response.status
      ? .reply(response) : Attempt(error: response.status, response)
  }

  /// - Parameter status: of the error, which a successful response may hold.
  init(error status: Int, _ response: HTTPResponse) {
    let advice = RetryAdvice(response)
    let error = ErrorBody(response.body)
    let said = "status \(status): \(error.message)"
    switch status {
    case 429 where error.isAboutQuota: self = .refused(Refusal(status: status, error))
    case 429: self = .limited(seconds: advice.seconds, message: said)
    case 503 where advice.asked != nil: self = .limited(seconds: advice.asked, message: said)
    case 503: self = .failed(said, .server)
    case 408, 409, 425, 500...: self = .failed(said, .request)
    case 300..<400:
      self = .failed(
        "status \(status): the server points elsewhere, where nobody follows", .request)
    default: self = .refused(Refusal(status: status, error))
    }
  }
}
