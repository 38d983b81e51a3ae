// Learning a vocabulary from texts.

extension Vocabulary {
  /// The special tokens of a new policy: the end of a text (also padding), and ChatML's markers.
  package static let chatMLSpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
}

extension Tokenizer {
  /// A tokenizer learned from texts by byte-pair encoding.
  ///
  /// Tokens 0…255 are the bytes, then come the special tokens, then one token for each merge. The pair
  /// merged next is the one that stands most often side by side within words (all occurrences
  /// counted); of several, the one whose left, then whose right token has the lower number. Pairs
  /// that occur once are not merged, so that little text can give fewer entries than asked for.
  /// The result is a function of the words and their numbers alone, not of the order of the texts.
  /// (Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016.)
  ///
  /// - Parameter vocabularySize: entries in all, at most.
  /// - Throws: `TokenizerError.vocabularyTooSmall`.
  package static func learned(
    from texts: some Sequence<String>, vocabularySize: Int,
    specialTokens: [String] = Vocabulary.chatMLSpecialTokens,
    preTokenizer: PreTokenizer = PreTokenizer(separatesDigits: true)
  ) throws(TokenizerError) -> Tokenizer {
    let fixedCount = 256 + specialTokens.count
    guard vocabularySize >= fixedCount else {
      throw .vocabularyTooSmall(size: vocabularySize, minimum: fixedCount)
    }
    var tokens: [[UInt8]?] = (UInt8.min...UInt8.max).map { [$0] }
    tokens += specialTokens.map { Array($0.utf8) }
    var learner = MergeLearner(wordCounts(texts, preTokenizer))
    var merges: [Vocabulary.Merge] = []
    while tokens.count < vocabularySize, let pair = learner.mostFrequentPair() {
      learner.merge(pair, into: Int32(tokens.count))
      let (left, right) = (Int(pair.left), Int(pair.right))
      merges.append(Vocabulary.Merge(left: left, right: right, result: tokens.count))
      tokens.append((tokens[left] ?? []) + (tokens[right] ?? []))
    }
    let vocabulary = Vocabulary(
      tokens: tokens, merges: merges,
      addedTokens: specialTokens.enumerated().map { AddedToken(id: 256 + $0, content: $1) })
    return Tokenizer(
      vocabulary: vocabulary, byteTokens: Array(0..<256), preTokenizer: preTokenizer)
  }

  private static func wordCounts(
    _ texts: some Sequence<String>, _ preTokenizer: PreTokenizer
  ) -> [[UInt8]: Int] {
    var counts: [[UInt8]: Int] = [:]
    for var text in texts {
      text.withUTF8 { bytes in
        preTokenizer.forEachWord(of: bytes) { counts[Array(bytes[$0]), default: 0] += 1 }
      }
    }
    return counts
  }
}

/// The words of the texts as they are merged, with the numbers of all pairs in them kept up to date.
private struct MergeLearner {
  private var words: [[Int32]] = []
  private var wordCounts: [Int] = []
  private var pairCounts: [TokenPair: Int] = [:]
  /// The words that held each pair at some time.
  private var wordsOfPair: [TokenPair: [Int]] = [:]
  private var queue = PriorityQueue<Candidate>()

  /// Comes first where more frequent, then where of lower tokens. Its count may be out of date.
  private struct Candidate: Comparable {
    let count: Int
    let pair: TokenPair

    static func < (one: Self, other: Self) -> Bool {
      one.count != other.count ? one.count > other.count : one.pair < other.pair
    }
  }

  init(_ counts: [[UInt8]: Int]) {
    for (word, count) in counts {
      words.append(word.map(Int32.init))
      wordCounts.append(count)
    }
    for index in words.indices { count(index, sign: 1) }
    for (pair, count) in pairCounts { queue.insert(Candidate(count: count, pair: pair)) }
  }

  /// The pair to be merged next, or nil where none occurs twice.
  mutating func mostFrequentPair() -> TokenPair? {
    while let candidate = queue.popFirst() {
      let count = pairCounts[candidate.pair, default: 0]
      if candidate.count == count { return count >= 2 ? candidate.pair : nil }
    }
    return nil
  }

  mutating func merge(_ pair: TokenPair, into token: Int32) {
    var changed: Set<TokenPair> = []
    for index in Set(wordsOfPair.removeValue(forKey: pair) ?? []) {
      count(index, sign: -1, &changed)
      words[index] = merged(words[index], pair, into: token)
      count(index, sign: 1, &changed)
    }
    // Every changed count gets a candidate of its own; the older ones are then out of date.
    for pair in changed {
      queue.insert(Candidate(count: pairCounts[pair, default: 0], pair: pair))
    }
  }

  private func merged(_ word: [Int32], _ pair: TokenPair, into token: Int32) -> [Int32] {
    var result: [Int32] = []
    var index = 0
    while index < word.count {
      if index + 1 < word.count, word[index] == pair.left, word[index + 1] == pair.right {
        result.append(token)
        index += 2
      } else {
        result.append(word[index])
        index += 1
      }
    }
    return result
  }

  private mutating func count(_ index: Int, sign: Int) {
    var ignored: Set<TokenPair> = []
    count(index, sign: sign, &ignored)
  }

  /// Adds or takes away a word's pairs.
  private mutating func count(_ index: Int, sign: Int, _ changed: inout Set<TokenPair>) {
    let word = words[index]
    for (left, right) in zip(word, word.dropFirst()) {
      let pair = TokenPair(left: left, right: right)
      pairCounts[pair, default: 0] += sign * wordCounts[index]
      if sign > 0, wordsOfPair[pair, default: []].last != index {
        wordsOfPair[pair, default: []].append(index)
      }
      changed.insert(pair)
    }
  }
}
