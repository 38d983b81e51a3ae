// What is asked over HTTP, and what comes back.

/// A request: a POST where it has a body, else a GET.
package struct HTTPRequest: Sendable {
  package var url: String
  /// Names and values; they may hold keys, so nothing prints them.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]?
  /// Seconds from now until the last byte of the response.
  package var totalLimit: Double
  /// Seconds without a byte once the response has begun.
  package var stallLimit: Double
  /// A longer response body is an error, not an allocation.
  package var maximumResponseBytes: Int

  package init(
    url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    totalLimit: Double = 600, stallLimit: Double = 60, maximumResponseBytes: Int = 16 << 20
  ) {
    self.url = url
    self.headers = headers
    self.body = body
    self.totalLimit = totalLimit
    self.stallLimit = stallLimit
    self.maximumResponseBytes = maximumResponseBytes
  }
}

/// A response, whatever its status.
package struct HTTPResponse: Sendable {
  package let status: Int
  package var body: [UInt8]
  /// The headers about when to ask again, `retry-after…` and `x-ratelimit-…`, names in lower case.
  package let headers: [String: String]
  /// Seconds until the date that the header Retry-After names; nil where it names none that is to come.
  package let secondsUntilRetryDate: Double?

  package init(
    status: Int, body: [UInt8], headers: [String: String] = [:],
    secondsUntilRetryDate: Double? = nil
  ) {
    self.status = status
    self.body = body
    self.headers = headers
    self.secondsUntilRetryDate = secondsUntilRetryDate
  }
}

/// Why there is no response. The texts name neither headers nor bodies, but may hold parts of the URL.
package enum HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No connection: a wrong name, a closed port, a time limit.
  case unreachable(String)
  /// The connection broke, or what came was no HTTP.
  case broken(String)
  /// The whole took longer than so many seconds.
  case tooSlow(seconds: Double)
  /// The response began, and then nothing came for so many seconds.
  case stalled(seconds: Double)
  /// The response's body is longer than so many bytes.
  case tooLarge(limitBytes: Int)
  /// The server's certificate is not to be trusted, or TLS cannot be agreed on.
  case untrusted(String)
  /// The address cannot be used.
  case badAddress(String)

  package var description: String {
    switch self {
    case .unreachable(let reason): "cannot connect: \(reason)"
    case .broken(let reason): "the connection broke: \(reason)"
    case .tooSlow(let seconds): "no whole response within \(seconds) s"
    case .stalled(let seconds): "the response stalled for \(seconds) s"
    case .tooLarge(let limit): "the response is longer than \(limit) bytes"
    case .untrusted(let reason): "TLS: \(reason)"
    case .badAddress(let reason): "the address cannot be used: \(reason)"
    }
  }
}
