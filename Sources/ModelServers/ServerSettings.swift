// Whom to ask, and how hard.

package import HTTPClient
package import JSONLines
internal import Secrets

/// Whom to ask, and how hard.
package struct ServerSettings: Sendable {
  /// The servers, such as `http://localhost:8000/v1`; at least one where something is asked.
  package var urls: [String] = []
  package var key: APIKey?
  /// Headers of the user's own, sent with every request.
  package var headers: [RequestHeader] = []
  /// Further texts that nothing must show, such as keys in a request's body.
  package var secrets: [String] = []
  /// How many requests are under way at once.
  package var concurrency = 32
  package var requestsPerMinute: Double?
  package var tokensPerMinute: Double?
  /// How many calls a request may take; those that a rate limit turned away do not count.
  package var attempts = 6
  /// Seconds before the second attempt; they double up to the longest pause.
  package var firstPause = 1.0
  package var longestPause = 60.0
  /// Seconds for which rate limits may let nothing through, and which they may turn one request away for.
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

  var pauses: RetryPauses {
    RetryPauses(first: firstPause, longest: longestPause, attempts: attempts)
  }

  /// What masks everything secret that is sent.
  var mask: SecretMask {
    SecretMask(
      [key?.value].compactMap { $0 } + headers.map(\.value) + urls.flatMap(Secrets.secrets(inURL:))
        + secrets)
  }
}

/// Members of a request as the user wrote them, and those that the user wants left out.
package struct ExtraBody: Sendable {
  private(set) var members: [(key: String, json: [UInt8])] = []
  /// The names of members that are not sent.
  package var omitted: Set<String> = []
  /// The texts in it that nothing must show.
  package private(set) var secrets: [String] = []

  package init() {}

  /// Reads a JSON object; nil where the text is none.
  package init?(_ text: String) {
    guard let document = try? JSONDocument(parsing: Array(text.utf8)),
      let members = document.root.members
    else { return nil }
    secrets = Secrets.secrets(in: document.root)
    self.members = members.map { member in
      var json = JSONWriter()
      json.value(member.value)
      return (member.key, json.bytes)
    }
  }

  /// Whether a member of that name is among them.
  package func names(_ key: String) -> Bool { members.contains { $0.key == key } }

  /// Writes a member of the request that these members do not replace, and that is not left out.
  package func write(
    _ key: String, to body: inout JSONWriter, _ value: (inout JSONWriter) -> Void
  ) {
    guard !omitted.contains(key), !names(key) else { return }
    body.member(key, value)
  }

  /// Writes these members themselves.
  package func write(to body: inout JSONWriter) {
    for member in members { body.member(member.key) { $0.raw(member.json) } }
  }
}
