// How long a server asks to wait, from its headers.

internal import Foundation
package import HTTPClient

/// When a server wants to be asked again.
package struct RetryAdvice: Equatable {
  /// Seconds from `Retry-After-Ms`, else from `Retry-After` as a number or a date; 0 where they are negative.
  package let asked: Double?
  /// Seconds until the limit that was met is as new, from `X-RateLimit-Reset-…`.
  package let reset: Double?

  /// What a request that met a limit should wait for; nil where the server does not say.
  package var seconds: Double? { asked ?? reset }

  /// - Parameter date: seconds since 1970: some servers give the time of the reset.
  package init(_ response: HTTPResponse, at date: Double = Date.now.timeIntervalSince1970) {
    let headers = response.headers
    if let milliseconds = headers["retry-after-ms"].flatMap(Double.init), milliseconds.isFinite {
      asked = max(milliseconds / 1000, 0)
    } else if let header = headers["retry-after"] {
      asked = secondsOf(header).map { max($0, 0) } ?? response.secondsUntilRetryDate
    } else {
      asked = nil
    }
    let kinds = ["requests", "tokens", ""].map { $0.isEmpty ? "" : "-" + $0 }
    let resets = kinds.compactMap { kind -> (isMet: Bool, seconds: Double)? in
      guard
        let header = headers["x-ratelimit-reset" + kind],
        let seconds = secondsOf(header)
      else { return nil }
      let remaining = headers["x-ratelimit-remaining" + kind].flatMap(Double.init)
      return (remaining.map { $0 <= 0 } ?? false, max(secondsFromNow(seconds, date), 0))
    }
    let met = resets.filter(\.isMet)
    reset = (met.isEmpty ? resets : met).map(\.seconds).max()
  }
}

/// A large number is a time since 1970, in seconds or milliseconds.
private func secondsFromNow(_ value: Double, _ date: Double) -> Double {
  if value > 1e11 { return value / 1000 - date }
  return value > 1e8 ? value - date : value
}

/// The seconds of a plain number or of a duration such as `6m0s`, `1.5s` or `20ms`; nil where a text is neither.
private func secondsOf(_ text: String) -> Double? {
  let text = text.trimmingCharacters(in: .whitespaces)
  if let number = Double(text) { return number.isFinite ? number : nil }
  let units = [
    "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
  ]
  var sum = 0.0
  var rest = text[...]
  while !rest.isEmpty {
    let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = rest[number.endIndex...].prefix { $0.isLetter }
    guard let value = Double(number), let factor = units[String(unit)] else { return nil }
    sum += value * factor
    rest = rest[unit.endIndex...]
  }
  return text.isEmpty ? nil : sum
}
