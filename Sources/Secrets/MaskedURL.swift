// Addresses as they may be shown.

private let mask = "*****"

/// A URL without user name, password and the values of its query, but for the version of the API.
package func maskedURL(_ url: String) -> String {
  let parts = URLParts(url)
  return parts.scheme + (parts.userInfo == nil ? "" : mask + "@") + parts.rest
    + (parts.query.map { "?" + $0.map(\.shown).joined(separator: "&") } ?? "")
}

/// The secrets in a URL: user information as a whole, password and values of the query, as they stand and decoded.
package func secrets(inURL url: String) -> [String] {
  let parts = URLParts(url)
  var found: [String] = []
  if let userInfo = parts.userInfo {
    let password = userInfo.split(separator: ":", maxSplits: 1).dropFirst().map(String.init)
    found += [userInfo] + password
    // What a server is sent for them, and may quote.
    found.append(base64(Array(percentDecoded(userInfo).utf8)))
  }
  found += (parts.query ?? []).filter(\.isSecret).map(\.value)
  return found + found.map(percentDecoded).filter { !found.contains($0) }
}

/// The parts of a URL that matter here.
private struct URLParts {
  struct Parameter {
    let name: String
    let value: String
    let hasValue: Bool

    /// What a name says nothing about is a secret, too.
    var isSecret: Bool { !["api-version", "version"].contains(name.lowercased()) }
    var shown: String { !hasValue ? name : name + "=" + (isSecret ? mask : value) }
  }

  /// Up to the slashes, such as `https://`.
  let scheme: String
  let userInfo: String?
  /// Host and path.
  let rest: String
  let query: [Parameter]?

  init(_ url: String) {
    let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    scheme = String(url[..<start])
    let address = url[start...]
    let queryStart = address.firstIndex(of: "?") ?? address.endIndex
    let hostEnd = address[..<queryStart].firstIndex(of: "/") ?? queryStart
    // A password may hold an "@" that was not escaped, or a "/", with which the address is of no use.
    let at =
      address[..<hostEnd].lastIndex(of: "@")
      ?? (address[..<queryStart].contains(":") ? address[..<queryStart].lastIndex(of: "@") : nil)
    userInfo = at.map { String(address[..<$0]) }
    let hostStart = at.map { address.index(after: $0) } ?? start
    rest = String(address[hostStart..<queryStart])
    guard queryStart < address.endIndex else {
      query = nil
      return
    }
    query = address[address.index(after: queryStart)...].split(
      separator: "&", omittingEmptySubsequences: false
    ).map { parameter in
      let halves = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Parameter(
        name: String(halves[0]), value: halves.count > 1 ? String(halves[1]) : "",
        hasValue: halves.count > 1)
    }
  }
}

private func percentDecoded(_ text: String) -> String {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "%"), rest.count >= 2,
      let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
    {
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var text = ""
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[start + $1]) : 0) }
    for place in 0..<4 {
      text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
    }
  }
  return text
}
