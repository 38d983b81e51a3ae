// Whom to ask, and how hard.

package import HTTPClient
package import JSONLines

/// A key, which is sent and never shown.
package struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  let value: String

  /// - Returns: nil where the text is empty or cannot stand in a header.
  package init?(_ text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    value = text
  }

  package var description: String { "(a key)" }
  package var debugDescription: String { description }

  /// A text in which asterisks stand in place of the key.
  func redacted(in text: [UInt8]) -> [UInt8] {
    let key = Array(value.utf8)
    var text = text
    while let found = text.firstRange(ofBytes: key) {
      text.replaceSubrange(found, with: repeatElement(UInt8(ascii: "*"), count: key.count))
    }
    return text
  }
}

/// Whom to ask, and how hard.
package struct ServerSettings: Sendable {
  /// The servers, such as `http://localhost:8000/v1`; at least one where something is asked.
  package var urls: [String] = []
  package var key: APIKey?
  /// How many requests are under way at once.
  package var concurrency = 32
  package var requestsPerMinute: Double?
  package var tokensPerMinute: Double?
  /// How many calls a request may take; those that a rate limit turned away do not count.
  package var attempts = 6
  /// Seconds before the second attempt; they double up to the longest pause.
  package var firstPause = 1.0
  package var longestPause = 60.0
  /// Seconds that one request may spend on being turned away by rate limits.
  package var patience = 900.0
  /// Seconds until the last byte of a reply.
  package var totalLimit = 600.0
  /// Seconds without a byte once a reply has begun.
  package var stallLimit = 60.0
  package var maximumResponseBytes = 4 << 20
  /// What the jitter of pauses is drawn from.
  package var seed: UInt64 = 1
  package var http = HTTPSettings()
  /// Takes a sentence about a server that does not answer, now and then; from any thread.
  package var tellOfTrouble: @Sendable (String) -> Void = { _ in }

  package init() {}
}

/// Members of a request as the user wrote them.
package struct ExtraBody: Sendable {
  private(set) var members: [(key: String, json: [UInt8])] = []

  package init() {}

  /// Reads a JSON object; nil where the text is none.
  package init?(_ text: String) {
    guard let document = try? JSONDocument(parsing: Array(text.utf8)),
      let members = document.root.members
    else { return nil }
    self.members = members.map { member in
      var json = JSONWriter()
      json.value(member.value)
      return (member.key, json.bytes)
    }
  }

  /// Writes a member of the request that these members do not replace.
  package func write(
    _ key: String, to body: inout JSONWriter, _ value: (inout JSONWriter) -> Void
  ) {
    guard !members.contains(where: { $0.key == key }) else { return }
    body.member(key, value)
  }

  /// Writes these members themselves.
  package func write(to body: inout JSONWriter) {
    for member in members { body.member(member.key) { $0.raw(member.json) } }
  }
}

/// The address of something on a server: what its URL lacks of `/v1` and of the path is added.
///
/// - Parameter path: such as `/chat/completions`.
package func apiAddress(_ url: String, _ path: String) -> String {
  let address = withoutSlashes(url)
  if address.hasSuffix(path) { return address }
  let afterScheme = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
  return address + (afterScheme.contains("/") ? "" : "/v1") + path
}

/// The address of something beside a server's `/v1`.
package func rootAddress(_ url: String, _ path: String) -> String {
  var address = withoutSlashes(url)
  if address.hasSuffix("/v1") { address.removeLast(3) }
  return withoutSlashes(address) + path
}

private func withoutSlashes(_ url: String) -> String {
  var address = url
  while address.hasSuffix("/") { address.removeLast() }
  return address
}
