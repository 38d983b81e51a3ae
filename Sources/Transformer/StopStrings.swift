/// Texts that end a response as soon as it holds one of them.
package struct StopStrings: Sendable, Equatable {
  private let patterns: [(text: String, bytes: [UInt8])]
  /// What each token writes; a marker writes nothing.
  private let tokenBytes: [[UInt8]]

  /// - Parameters:
  ///   - texts: none of them empty.
  ///   - tokenBytes: what each token writes, by its number.
  package init(_ texts: [String], tokenBytes: [[UInt8]]) {
    patterns = texts.map { ($0, Array($0.utf8)) }.filter { !$0.bytes.isEmpty }
    self.tokenBytes = tokenBytes
  }

  package static func == (one: Self, other: Self) -> Bool {
    one.patterns.map(\.text) == other.patterns.map(\.text) && one.tokenBytes == other.tokenBytes
  }

  /// The text that ends first with a token, or nil; of several that do, the one that was named first.
  ///
  /// - Parameter tail: the last bytes of the response, as many as a text can begin in; the token's are added.
  func match(endingWith token: Int, tail: inout [UInt8]) -> String? {
    guard tokenBytes.indices.contains(token), !tokenBytes[token].isEmpty else { return nil }
    let old = tail.count
    tail += tokenBytes[token]
    for end in old + 1...tail.count {
      if let found = patterns.first(where: {
        tail[..<end].reversed().starts(with: $0.bytes.reversed())
      }) {
        return found.text
      }
    }
    let longest = patterns.map(\.bytes.count).max() ?? 1
    tail.removeFirst(max(0, tail.count - (longest - 1)))
    return nil
  }
}
