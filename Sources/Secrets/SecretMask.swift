// Texts without the secrets that they may quote.

/// Replaces secrets in bytes that others wrote, such as the body of a reply.
///
/// A secret is found in every spelling that decodes to it: with JSON escapes (`\/`, `\u003d`), also escaped several times over,
/// and with percent escapes. So nothing that decodes the bytes afterwards brings it back.
package struct SecretMask: Sendable {
  /// Shorter secrets are masked in messages only: replies may hold such texts by chance.
  private static let shortestInReplies = 8

  private let secrets: [[UInt8]]

  /// - Parameter secrets: empty ones are ignored.
  package init(_ secrets: [String]) {
    let texts = Set(secrets.filter { !$0.isEmpty })
    // Longer ones first: one may be part of another.
    self.secrets = texts.map { Array($0.utf8) }.sorted {
      ($1.count, $0.description) < ($0.count, $1.description)
    }
  }

  /// The bytes of a successful reply with asterisks in place of each secret of at least eight bytes.
  package func maskedReply(_ bytes: [UInt8]) -> [UInt8] {
    masked(bytes, secrets.filter { $0.count >= Self.shortestInReplies })
  }

  /// The bytes with asterisks in place of each secret.
  package func masked(_ bytes: [UInt8]) -> [UInt8] { masked(bytes, secrets) }

  /// The text with asterisks in place of each secret.
  package func masked(_ text: String) -> String {
    if secrets.isEmpty { return text }
    return String(decoding: masked(Array(text.utf8)), as: UTF8.self)
  }

  private func masked(_ bytes: [UInt8], _ secrets: [[UInt8]]) -> [UInt8] {
    if secrets.isEmpty { return bytes }
    var canBegin = [Bool](repeating: false, count: 256)
    for byte in secrets.map({ $0[0] }) + Array("\\%".utf8) { canBegin[Int(byte)] = true }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      if canBegin[Int(bytes[position])],
        let end = secrets.lazy.compactMap({ self.end(of: $0, in: bytes, at: position) }).first
      {
        result += repeatElement(UInt8(ascii: "*"), count: 5)
        position = end
      } else {
        result.append(bytes[position])
        position += 1
      }
    }
    return result
  }

  /// Where a secret ends that begins at a byte, in whatever spelling; nil where it does not.
  private func end(of secret: [UInt8], in bytes: [UInt8], at start: Int) -> Int? {
    var position = start
    for wanted in secret {
      guard let next = endOfCharacter(wanted, in: bytes, at: position) else { return nil }
      position = next
    }
    return position
  }

  private func endOfCharacter(_ wanted: UInt8, in bytes: [UInt8], at start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    let first = bytes[start]
    if first == wanted, wanted != UInt8(ascii: "\\") { return start + 1 }
    if first == UInt8(ascii: "%") {
      return hexadecimal(bytes, start + 1, digits: 2) == wanted ? start + 3 : nil
    }
    guard first == UInt8(ascii: "\\") else { return nil }
    // Text that was escaped several times has more backslashes.
    let end = bytes[start...].firstIndex { $0 != UInt8(ascii: "\\") } ?? bytes.count
    if wanted == UInt8(ascii: "\\") { return end }
    guard end < bytes.count else { return nil }
    if bytes[end] == UInt8(ascii: "u"), hexadecimal(bytes, end + 1, digits: 4) == wanted {
      return end + 5
    }
    return bytes[end] == wanted ? end + 1 : nil
  }

  /// The number that so many hexadecimal digits are; nil where they are none, or more than a byte.
  private func hexadecimal(_ bytes: [UInt8], _ start: Int, digits: Int) -> UInt8? {
    guard start + digits <= bytes.count else { return nil }
    return UInt8(String(decoding: bytes[start..<start + digits], as: UTF8.self), radix: 16)
  }
}
