package import Checkpoints

/// Sequences laid end to end, without padding, and which of their tokens a loss looks at.
///
/// Positions restart with every sequence, and attention stays within one.
package struct PackedSequences: Sendable, Equatable {
  /// The tokens of all sequences.
  package let tokens: [Int32]
  /// Where each sequence begins, and at last the count of tokens: one entry more than there are sequences.
  package let sequenceOffsets: [Int]
  /// Positions whose next token is a target, ascending; the model's values come in this order.
  package let targetPositions: [Int]

  package var sequenceCount: Int { sequenceOffsets.count - 1 }

  /// - Parameter nextIsTarget: for each position, whether the token after it is a target; never at a sequence's end.
  package init(
    tokens: [Int32], sequenceOffsets: [Int], nextIsTarget: [Bool]
  ) throws(TransformerError) {
    guard nextIsTarget.count == tokens.count else {
      throw .mismatchedCounts(
        what: "targets of a pack", count: nextIsTarget.count, expected: tokens.count)
    }
    guard sequenceOffsets.first == 0, let last = sequenceOffsets.last, last == tokens.count else {
      throw .mismatchedCounts(
        what: "sequence offsets of a pack", count: sequenceOffsets.last ?? 0,
        expected: tokens.count)
    }
    for index in 1..<max(sequenceOffsets.count, 1) {
      guard sequenceOffsets[index] > sequenceOffsets[index - 1] else {
        throw .emptySequence(index: index - 1)
      }
      guard !nextIsTarget[sequenceOffsets[index] - 1] else {
        throw .mismatchedCounts(
          what: "sequence \(index - 1), whose last position has a target,",
          count: sequenceOffsets[index] - sequenceOffsets[index - 1],
          expected: sequenceOffsets[index] - sequenceOffsets[index - 1] + 1)
      }
    }
    self.tokens = tokens
    self.sequenceOffsets = sequenceOffsets
    targetPositions = nextIsTarget.indices.filter { nextIsTarget[$0] }
  }

  /// Sequences of which one range of tokens each is the target, such as the response after a prompt.
  ///
  /// A sequence's first token has nothing before it, so it is never a target.
  package init(
    _ sequences: [(tokens: [Int32], targets: Range<Int>)]
  ) throws(TransformerError) {
    var tokens: [Int32] = []
    var offsets = [0]
    var nextIsTarget: [Bool] = []
    for (index, sequence) in sequences.enumerated() {
      guard sequence.targets.upperBound <= sequence.tokens.count, sequence.targets.lowerBound >= 0
      else {
        throw .mismatchedCounts(
          what: "targets of sequence \(index)", count: sequence.targets.upperBound,
          expected: sequence.tokens.count)
      }
      tokens += sequence.tokens
      offsets.append(tokens.count)
      nextIsTarget += sequence.tokens.indices.map { sequence.targets.contains($0 + 1) }
    }
    try self.init(tokens: tokens, sequenceOffsets: offsets, nextIsTarget: nextIsTarget)
  }

  /// The tokens of one sequence, as a range of positions of the pack.
  package func range(ofSequence index: Int) -> Range<Int> {
    sequenceOffsets[index]..<sequenceOffsets[index + 1]
  }

  /// Checks that a model of this shape can take the pack.
  package func check(for configuration: ModelConfiguration) throws(TransformerError) {
    for index in 0..<sequenceCount {
      let range = range(ofSequence: index)
      try checkSequence(tokens[range], index: index, for: configuration)
    }
  }
}

/// Checks the length and the tokens of one sequence.
func checkSequence(
  _ tokens: ArraySlice<Int32>, index: Int, for configuration: ModelConfiguration
) throws(TransformerError) {
  guard !tokens.isEmpty else { throw .emptySequence(index: index) }
  guard tokens.count <= configuration.maximumPositionCount else {
    throw .sequenceTooLong(
      index: index, tokenCount: tokens.count,
      maximumPositionCount: configuration.maximumPositionCount)
  }
  let limit = configuration.vocabularySize
  if let bad = tokens.firstIndex(where: { $0 < 0 || Int($0) >= limit }) {
    throw .tokenOutsideVocabulary(
      token: Int(tokens[bad]), sequence: index, position: bad - tokens.startIndex,
      vocabularySize: limit)
  }
}
