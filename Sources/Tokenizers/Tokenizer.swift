// Text to tokens and back, by byte-level byte-pair encoding.

internal import Synchronization

/// A piece of a prompt: a marker that is one token, text of a template in which added tokens are looked for, or text in which none
/// is.
package enum TokenSegment: Sendable, Equatable {
  case special(String)
  case template(String)
  case text(String)

  package var written: String {
    switch self {
    case .special(let text), .template(let text), .text(let text): text
    }
  }
}

/// A byte-level byte-pair encoder: the tokens of a text give back every byte of it, or of its normalized form, that the
/// vocabulary has.
package final class Tokenizer: Sendable {
  package let vocabulary: Vocabulary
  package let preTokenizer: PreTokenizer
  /// Whether texts are brought into Unicode's normalization form C first.
  package let normalizes: Bool
  /// Whether a word that is a token becomes that token, whatever its merges would make.
  package let ignoresMerges: Bool
  private let table: MergeTable
  /// The tokens of whole words, where merges are ignored for them.
  private let wordTokens: [[UInt8]: Int32]
  private let addedTokens: [String: AddedToken]
  private let verbatimMatcher, normalizedMatcher: AddedTokenMatcher
  private let specialTokens: Set<Int>
  private let cache = Mutex(WordCache())

  /// - Parameter byteTokens: the token of each of the 256 bytes; −1 where there is none.
  init(
    vocabulary: Vocabulary, byteTokens: [Int], preTokenizer: PreTokenizer, normalizes: Bool = false,
    ignoresMerges: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.preTokenizer = preTokenizer
    self.normalizes = normalizes
    self.ignoresMerges = ignoresMerges
    table = MergeTable(
      merges: vocabulary.merges.map {
        (TokenPair(left: Int32($0.left), right: Int32($0.right)), Int32($0.result))
      }, byteTokens: byteTokens.map(Int32.init))
    let added = vocabulary.addedTokens
    addedTokens = Dictionary(
      added.map { ($0.content, $0) }, uniquingKeysWith: { first, _ in first })
    let addedIDs = Set(added.map(\.id))
    wordTokens =
      ignoresMerges
      ? Dictionary(
        vocabulary.tokens.enumerated().compactMap { id, bytes in
          addedIDs.contains(id) ? nil : bytes.map { ($0, Int32(id)) }
        }, uniquingKeysWith: { first, _ in first }) : [:]
    verbatimMatcher = AddedTokenMatcher(added.filter { !$0.isNormalized }) { $0.content }
    normalizedMatcher = AddedTokenMatcher(added.filter(\.isNormalized)) {
      normalizes ? $0.content.canonicallyComposed : $0.content
    }
    specialTokens = Set(vocabulary.addedTokens.lazy.filter(\.isSpecial).map(\.id))
  }

  /// One more than the highest token.
  package var vocabularySize: Int { vocabulary.tokens.count }

  /// The number of an added token, such as `<|im_end|>`, or nil.
  package func tokenID(of content: String) -> Int? { addedTokens[content]?.id }

  /// The tokens of a text. Text that looks like a marker is text: a problem cannot end its own prompt.
  package func encode(_ text: String) -> [Int] {
    var tokens: [Int32] = []
    append(normalized(text), to: &tokens)
    return tokens.map(Int.init)
  }

  /// The tokens of a text in which added tokens are recognised, with what their flags say of the white space beside them.
  /// Only for text whose every part is trusted.
  ///
  /// - Parameter excluded: added tokens whose texts stay text.
  package func encodeRecognizingAddedTokens(_ text: String, but excluded: Set<Int> = []) -> [Int] {
    var tokens: [Int32] = []
    for piece in verbatimMatcher.pieces(of: text[...], but: excluded) {
      guard case .text(let part) = piece else {
        append(piece, to: &tokens)
        continue
      }
      for piece in normalizedMatcher.pieces(of: normalized(String(part))[...], but: excluded) {
        append(piece, to: &tokens)
      }
    }
    return tokens.map(Int.init)
  }

  /// The tokens of what a model wrote, or should write: added tokens such as `<think>` are recognised.
  ///
  /// Markers of the chat stay text: special tokens that the prompt has, or that end a sequence. Otherwise a response could spell
  /// the end of its turn and the beginning of another.
  ///
  /// - Parameter ends: tokens that end a sequence.
  package func encode(response: String, after prompt: [Int], ends: [Int]) -> [Int] {
    encodeRecognizingAddedTokens(
      response, but: specialTokens.intersection(Set(prompt).union(ends)))
  }

  private func append(_ piece: TextPiece, to tokens: inout [Int32]) {
    switch piece {
    case .token(let id): tokens.append(Int32(id))
    case .text(let part): append(String(part), to: &tokens)
    }
  }

  /// A text in the form that tokens are made of.
  package func normalized(_ text: String) -> String {
    normalizes ? text.canonicallyComposed : text
  }

  /// The tokens of a prompt's pieces. Texts that follow one another are encoded as one, without the white space beside a
  /// marker that takes it in.
  ///
  /// - Throws: `TokenizerError.missingMarker`.
  package func encode(_ segments: [TokenSegment]) throws(TokenizerError) -> [Int] {
    var tokens: [Int] = []
    var text = ""
    var previous: AddedToken?
    func flush(before next: AddedToken?) {
      var part = text[...]
      if previous?.stripsRight == true { part = part.droppingLeadingSpace }
      if next?.stripsLeft == true { part = part.droppingTrailingSpace }
      tokens += encode(String(part))
      text = ""
    }
    func append(_ token: AddedToken) {
      flush(before: token)
      tokens.append(token.id)
      previous = token
    }
    for segment in segments {
      switch segment {
      case .text(let part):
        text += part
      case .special(let marker):
        guard let token = addedTokens[marker] else { throw .missingMarker(marker) }
        append(token)
      case .template(let part):
        for piece in templatePieces(of: part) {
          switch piece {
          case .text(let part): text += part
          case .token(let id):
            guard let token = vocabulary.addedTokens.first(where: { $0.id == id }) else { continue }
            append(token)
          }
        }
      }
    }
    flush(before: nil)
    return tokens
  }

  /// Added tokens and what lies between, white space included.
  private func templatePieces(of text: String) -> [TextPiece] {
    verbatimMatcher.pieces(of: text[...], keepsSpace: true).flatMap { piece in
      guard case .text(let part) = piece else { return [piece] }
      return normalizedMatcher.pieces(of: normalized(String(part))[...], keepsSpace: true)
    }
  }

  /// The text of a token, markers included; none of a number that no token has.
  package func bytes(of token: Int) -> [UInt8] {
    vocabulary.tokens.indices.contains(token) ? vocabulary.tokens[token] ?? [] : []
  }

  /// The bytes that a token adds to a text; none for a special token, or a number that no token has.
  package func written(_ token: Int) -> [UInt8] {
    guard vocabulary.tokens.indices.contains(token), !specialTokens.contains(token) else {
      return []
    }
    return vocabulary.tokens[token] ?? []
  }

  /// The text of tokens, and each token's place in it; special tokens write nothing.
  ///
  /// - Parameter passesUnknown: numbers that no token has write nothing, as special tokens do: a model's embedding may have more rows
  ///   than its tokenizer has tokens, and any row may be drawn.
  /// - Throws: `TokenizerError.unknownToken` for a number that no token has.
  package func decode(
    _ tokens: [Int], passesUnknown: Bool = false
  ) throws(TokenizerError) -> DecodedText {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    ends.reserveCapacity(tokens.count)
    for token in tokens {
      guard
        passesUnknown
          || vocabulary.tokens.indices.contains(token) && vocabulary.tokens[token] != nil
      else { throw .unknownToken(token, vocabularySize: vocabularySize) }
      bytes += written(token)
      ends.append(bytes.count)
    }
    return DecodedText(bytes: bytes, tokenEnds: ends)
  }

  private func append(_ text: String, to tokens: inout [Int32]) {
    var text = text
    var scratch = MergeTable.Scratch()
    text.withUTF8 { bytes in
      // Another thread that is encoding has the cache; this one then works without.
      let done: Void? = cache.withLockIfAvailable { cache in
        preTokenizer.forEachWord(of: bytes) { range in
          let word = UnsafeBufferPointer(rebasing: bytes[range])
          if cache.appendTokens(of: word, to: &tokens) { return }
          let start = tokens.count
          appendTokens(of: word, to: &tokens, scratch: &scratch)
          cache.insert(word, tokens: tokens[start...])
        }
      }
      if done == nil {
        preTokenizer.forEachWord(of: bytes) { range in
          appendTokens(
            of: UnsafeBufferPointer(rebasing: bytes[range]), to: &tokens, scratch: &scratch)
        }
      }
    }
  }

  private func appendTokens(
    of word: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32],
    scratch: inout MergeTable.Scratch
  ) {
    if ignoresMerges, let token = wordTokens[Array(word)] {
      tokens.append(token)
    } else {
      table.appendTokens(of: word, to: &tokens, scratch: &scratch)
    }
  }
}
