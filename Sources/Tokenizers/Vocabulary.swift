// The tokens of a tokenizer and how they come about.

/// A token that no merging makes: a marker of a chat template, the end of a text.
package struct AddedToken: Sendable, Equatable {
  package let id: Int
  package let content: String
  /// Whether it is a marker, which decoding leaves out, rather than text.
  package let isSpecial: Bool
  /// Whether white space before it, or after it, is part of it.
  package let stripsLeft, stripsRight: Bool
  /// Whether it is found only where no word goes on before or after it.
  package let isSingleWord: Bool
  /// Whether it is looked for in normalized text rather than in the text as it stands.
  package let isNormalized: Bool

  package init(
    id: Int, content: String, isSpecial: Bool = true, stripsLeft: Bool = false,
    stripsRight: Bool = false, isSingleWord: Bool = false, isNormalized: Bool = false
  ) {
    self.id = id
    self.content = content
    self.isSpecial = isSpecial
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isSingleWord = isSingleWord
    self.isNormalized = isNormalized
  }
}

/// Tokens by number, and the merges that make them from bytes.
package struct Vocabulary: Sendable, Equatable {
  /// A pair of tokens and the token that it becomes.
  package struct Merge: Sendable, Equatable {
    package let left: Int
    package let right: Int
    package let result: Int
  }

  /// The bytes of each token; those of an added token are its text; nil where a number is unused.
  package let tokens: [[UInt8]?]
  /// First to last: the order in which they are applied.
  package let merges: [Merge]
  /// In the order of their numbers.
  package let addedTokens: [AddedToken]
}
