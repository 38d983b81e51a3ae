// Byte-pair encoding of one word.

/// Two tokens that stand side by side.
struct TokenPair: Hashable, Comparable {
  let left: Int32
  let right: Int32

  static func < (one: Self, other: Self) -> Bool {
    (one.left, one.right) < (other.left, other.right)
  }
}

/// The merges of a vocabulary, and the tokens of single bytes that they start from.
struct MergeTable: Sendable {
  struct Merge {
    /// Place in the list of merges; the lower is applied first.
    let rank: Int32
    let result: Int32
  }

  private let merges: [TokenPair: Merge]
  private let byteTokens: [Int32]

  /// - Parameters:
  ///   - merges: pairs and what they become, first to last.
  ///   - byteTokens: the token of each of the 256 bytes; negative where there is none, and the byte is left out.
  init(merges: [(pair: TokenPair, result: Int32)], byteTokens: [Int32]) {
    precondition(byteTokens.count == 256, "one token for each byte")
    self.byteTokens = byteTokens
    self.merges = Dictionary(
      merges.enumerated().map { ($1.pair, Merge(rank: Int32($0), result: $1.result)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Appends the tokens of a word: of all pairs that stand side by side the one of lowest rank is
  /// merged, the leftmost first, until none is left.
  ///
  /// The cost is n log n, so that a long run without white space, however repetitive, is no trap.
  func appendTokens(
    of word: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32], scratch: inout Scratch
  ) {
    scratch.start(word, byteTokens)
    for index in scratch.tokens.indices { scratch.consider(index, merges) }
    while let candidate = scratch.queue.popFirst() {
      // A candidate is stale where either of its tokens has been merged since.
      guard let pair = scratch.pair(at: candidate.index), let merge = merges[pair],
        merge.rank == candidate.rank
      else { continue }
      scratch.merge(at: candidate.index, into: merge.result)
      let previous = scratch.previous[candidate.index]
      if previous >= 0 { scratch.consider(previous, merges) }
      scratch.consider(candidate.index, merges)
    }
    var index = scratch.tokens.isEmpty ? -1 : 0
    while index >= 0 {
      tokens.append(scratch.tokens[index])
      index = scratch.next[index]
    }
  }
}

extension MergeTable {
  /// A merge that could be made, at the index of its left token.
  struct Candidate: Comparable {
    let rank: Int32
    let index: Int

    static func < (one: Self, other: Self) -> Bool {
      (one.rank, one.index) < (other.rank, other.index)
    }
  }

  /// The tokens of the word at work, as a linked list in arrays, kept from word to word.
  struct Scratch {
    var tokens: [Int32] = []
    var previous: [Int] = []
    var next: [Int] = []
    var queue = PriorityQueue<Candidate>()

    mutating func start(_ word: UnsafeBufferPointer<UInt8>, _ byteTokens: [Int32]) {
      tokens.removeAll(keepingCapacity: true)
      previous.removeAll(keepingCapacity: true)
      next.removeAll(keepingCapacity: true)
      queue.removeAll()
      for byte in word where byteTokens[Int(byte)] >= 0 { tokens.append(byteTokens[Int(byte)]) }
      for index in tokens.indices {
        previous.append(index - 1)
        next.append(index + 1 < tokens.count ? index + 1 : -1)
      }
    }

    /// The pair whose left token is at `index`, or nil where that is the last or was merged away.
    func pair(at index: Int) -> TokenPair? {
      let right = next[index]
      guard right >= 0, tokens[index] >= 0 else { return nil }
      return TokenPair(left: tokens[index], right: tokens[right])
    }

    mutating func consider(_ index: Int, _ merges: [TokenPair: Merge]) {
      if let pair = pair(at: index), let merge = merges[pair] {
        queue.insert(Candidate(rank: merge.rank, index: index))
      }
    }

    mutating func merge(at index: Int, into result: Int32) {
      let right = next[index]
      tokens[index] = result
      tokens[right] = -1
      next[index] = next[right]
      if next[right] >= 0 { previous[next[right]] = index }
    }
  }
}
