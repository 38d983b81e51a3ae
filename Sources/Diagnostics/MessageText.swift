/// A message made fit for one line of standard error or of a file of rejects: see `terminalText`. What it quotes is cut where it is long,
/// such as an id of 100,000 letters.
package func messageText(_ text: String) -> String { terminalText(shortened(text)) }

/// How long a word, and a whole message, may be, in Unicode scalars, and what is kept of a longer one.
private let wordLimit = (length: 200, head: 140, tail: 50)
private let messageLimit = (length: 2000, head: 1300, tail: 600)

private func shortened(_ text: String) -> String {
  guard text.utf8.count > wordLimit.length else { return text }
  let words = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
    .map { cut($0, to: wordLimit) }.joined(separator: " ")
  return cut(words.unicodeScalars[...], to: messageLimit)
}

/// The beginning and the end of a text, with … for what lies between.
private func cut(
  _ scalars: Substring.UnicodeScalarView, to limit: (length: Int, head: Int, tail: Int)
) -> String {
  guard scalars.count > limit.length else { return String(scalars) }
  return "\(String(scalars.prefix(limit.head)))…\(String(scalars.suffix(limit.tail)))"
}
