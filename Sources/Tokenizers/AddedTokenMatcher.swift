// Finding added tokens in a text, before it is parted into words.

/// A piece of text: an added token, or what lies between.
enum TextPiece: Equatable {
  case token(Int)
  case text(Substring)
}

/// Finds the added tokens of one kind: the leftmost first, the longest of those that begin at one place.
struct AddedTokenMatcher: Sendable {
  /// By the first byte of their text, the longest first.
  private let tokens: [UInt8: [(text: [UInt8], token: AddedToken)]]

  /// - Parameter text: what is looked for; a token's own text, or what normalizing makes of it.
  init(_ tokens: [AddedToken], text: (AddedToken) -> String) {
    self.tokens = Dictionary(
      grouping: tokens.map { (text: Array(text($0).utf8), token: $0) }.filter { !$0.text.isEmpty }
    ) { $0.text[0] }.mapValues { $0.sorted { $0.text.count > $1.text.count } }
  }

  /// The pieces of a text. White space beside a token goes with it where the token's flags say so.
  ///
  /// - Parameters:
  ///   - excluded: tokens that are not looked for.
  ///   - keepsSpace: whether white space stays, whatever the flags say.
  func pieces(
    of text: Substring, but excluded: Set<Int> = [], keepsSpace: Bool = false
  ) -> [TextPiece] {
    guard !tokens.isEmpty else { return text.isEmpty ? [] : [.text(text)] }
    let utf8 = text.utf8
    var pieces: [TextPiece] = []
    var textStart = utf8.startIndex
    var index = utf8.startIndex
    while index < utf8.endIndex {
      guard let candidates = tokens[utf8[index]],
        let match = candidates.first(where: {
          utf8[index...].starts(with: $0.text) && !excluded.contains($0.token.id)
        })
      else {
        index = utf8.index(after: index)
        continue
      }
      let end = utf8.index(index, offsetBy: match.text.count)
      defer { index = end }
      let token = match.token
      if token.isSingleWord,
        isWordScalar(text[..<index].unicodeScalars.last)
          || isWordScalar(text[end...].unicodeScalars.first)
      {
        continue
      }
      let before = textStart < index ? text[textStart..<index] : ""
      let kept = token.stripsLeft && !keepsSpace ? before.droppingTrailingSpace : before
      if !kept.isEmpty { pieces.append(.text(kept)) }
      pieces.append(.token(token.id))
      textStart =
        token.stripsRight && !keepsSpace ? text[end...].droppingLeadingSpace.startIndex : end
    }
    if textStart < utf8.endIndex { pieces.append(.text(text[textStart...])) }
    return pieces
  }
}

/// Whether a character is part of a word: a letter, mark, decimal digit, or one that connects.
private func isWordScalar(_ scalar: Unicode.Scalar?) -> Bool {
  guard let properties = scalar?.properties else { return false }
  switch properties.generalCategory {
  case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
    return true
  default:
    return properties.isAlphabetic || properties.isJoinControl
  }
}

extension StringProtocol where SubSequence == Substring {
  var droppingLeadingSpace: Substring {
    let scalars = unicodeScalars
    let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.endIndex
    return self[start...]
  }

  var droppingTrailingSpace: Substring {
    let scalars = unicodeScalars
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else {
      return self[startIndex..<startIndex]
    }
    return self[..<scalars.index(after: last)]
  }
}
