// Text to tokens and back, by byte-level byte-pair encoding.

internal import Synchronization

/// A piece of a prompt: a marker that is one token, or text in which no marker is looked for.
package enum TokenSegment: Sendable, Equatable {
  case special(String)
  case text(String)
}

/// A byte-level byte-pair encoder: every text has tokens, and its tokens give back every byte of it.
package final class Tokenizer: Sendable {
  package let vocabulary: Vocabulary
  package let preTokenizer: PreTokenizer
  private let table: MergeTable
  private let addedTokenIDs: [String: Int]
  private let specialTokens: Set<Int>
  private let cache = Mutex(WordCache())

  /// - Parameter byteTokens: the token of each of the 256 bytes.
  init(vocabulary: Vocabulary, byteTokens: [Int], preTokenizer: PreTokenizer) {
    self.vocabulary = vocabulary
    self.preTokenizer = preTokenizer
    table = MergeTable(
      merges: vocabulary.merges.map {
        (TokenPair(left: Int32($0.left), right: Int32($0.right)), Int32($0.result))
      }, byteTokens: byteTokens.map(Int32.init))
    addedTokenIDs = Dictionary(
      vocabulary.addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { first, _ in first })
    specialTokens = Set(vocabulary.addedTokens.lazy.filter(\.isSpecial).map(\.id))
  }

  /// One more than the highest token.
  package var vocabularySize: Int { vocabulary.tokens.count }

  /// The number of an added token, such as `<|im_end|>`, or nil.
  package func tokenID(of content: String) -> Int? { addedTokenIDs[content] }

  /// The tokens of a text. Text that looks like a marker is text: a problem cannot end its own prompt.
  package func encode(_ text: String) -> [Int] {
    var tokens: [Int32] = []
    append(text, to: &tokens)
    return tokens.map(Int.init)
  }

  /// The tokens of a text in which added tokens are recognised: the leftmost first, the longest of
  /// those that begin at one place. Only for text whose every part is trusted.
  package func encodeRecognizingAddedTokens(_ text: String) -> [Int] {
    var tokens: [Int] = []
    var rest = Substring(text)
    let added = vocabulary.addedTokens.sorted { $0.content.utf8.count > $1.content.utf8.count }
    var start = rest.startIndex
    while start < rest.endIndex {
      if let token = added.first(where: { rest[start...].utf8.starts(with: $0.content.utf8) }) {
        tokens += encode(String(rest[..<start]))
        tokens.append(token.id)
        rest = rest[rest.utf8.index(start, offsetBy: token.content.utf8.count)...]
        start = rest.startIndex
      } else {
        start = rest.unicodeScalars.index(after: start)
      }
    }
    return tokens + encode(String(rest))
  }

  /// The tokens of a prompt's pieces. Texts that follow one another are encoded as one.
  ///
  /// - Throws: `TokenizerError.missingMarker`.
  package func encode(_ segments: [TokenSegment]) throws(TokenizerError) -> [Int] {
    var tokens: [Int] = []
    var text = ""
    for segment in segments {
      switch segment {
      case .text(let part):
        text += part
      case .special(let marker):
        guard let id = addedTokenIDs[marker] else { throw .missingMarker(marker) }
        tokens += encode(text)
        text = ""
        tokens.append(id)
      }
    }
    return tokens + encode(text)
  }

  /// The text of tokens, and each token's place in it; special tokens write nothing.
  ///
  /// - Throws: `TokenizerError.unknownToken` for a number that no token has.
  package func decode(_ tokens: [Int]) throws(TokenizerError) -> DecodedText {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    ends.reserveCapacity(tokens.count)
    for token in tokens {
      guard vocabulary.tokens.indices.contains(token), let tokenBytes = vocabulary.tokens[token]
      else { throw .unknownToken(token, vocabularySize: vocabularySize) }
      if !specialTokens.contains(token) { bytes += tokenBytes }
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
          table.appendTokens(of: word, to: &tokens, scratch: &scratch)
          cache.insert(word, tokens: tokens[start...])
        }
      }
      if done == nil {
        preTokenizer.forEachWord(of: bytes) { range in
          table.appendTokens(
            of: UnsafeBufferPointer(rebasing: bytes[range]), to: &tokens, scratch: &scratch)
        }
      }
    }
  }
}
