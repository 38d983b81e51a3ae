package import Checkpoints
internal import Kernels

/// A prompt and what may follow it: the rollouts of one problem, or one example.
package struct PromptGroup: Sendable, Equatable {
  /// At least one token.
  package var prompt: [Int32]
  package var continuations: [Continuation]

  /// Tokens after the prompt, and which of them a loss looks at.
  package struct Continuation: Sendable, Equatable {
    package var tokens: [Int32]
    /// One per token.
    package var isTarget: [Bool]

    package init(tokens: [Int32], isTarget: [Bool]) {
      self.tokens = tokens
      self.isTarget = isTarget
    }

    /// Tokens up to the last target: what has to be read to predict all targets after a given first token.
    var readCount: Int { (isTarget.lastIndex(of: true) ?? -1) + 1 }
  }

  package init(prompt: [Int32], continuations: [Continuation]) {
    self.prompt = prompt
    self.continuations = continuations
  }

  /// How many tokens go through the model: none for continuations without a target.
  package var computedTokenCount: Int {
    let readCount = continuations.reduce(0) { $0 + $1.readCount }
    return readCount == 0 ? 0 : prompt.count - 1 + readCount
  }
}

/// Prompts with their continuations laid end to end, without padding, and which tokens a loss looks at.
///
/// A prompt with several continuations is there once: `[prompt][continuation 1]…[continuation n]`. Positions of a continuation go
/// on from the prompt's, and it attends to the prompt and to itself. The prompt's last token begins every continuation, so
/// that each predicts its own first token. What no target depends on is left out.
package struct PackedSequences: Sendable, Equatable {
  /// What the pack was made of.
  private let groups: [PromptGroup]
  /// The token of every row.
  package let tokens: [Int32]
  /// Its position in its sequence.
  let positions: [Int]
  /// Runs of rows that attend to themselves and to their prompt, and for each group which of them are its own; the prompt's run comes
  /// first.
  let spans: [AttentionSpan]
  let groupSpans: [Range<Int>]
  /// Rows whose next token is a target, group by group; the model's values come in this order.
  let targetRows: [Int]
  /// The targets themselves.
  let targetTokens: [Int32]

  package var targetCount: Int { targetRows.count }

  package init(groups: [PromptGroup]) throws(TransformerError) {
    var builder = PackBuilder()
    var index = 0
    for group in groups {
      guard !group.prompt.isEmpty else { throw .emptySequence(index: index) }
      for continuation in group.continuations {
        guard continuation.isTarget.count == continuation.tokens.count else {
          throw .mismatchedCounts(
            what: "targets of sequence \(index)", count: continuation.isTarget.count,
            expected: continuation.tokens.count)
        }
        index += 1
      }
      builder.append(group)
    }
    self.groups = groups
    tokens = builder.tokens
    positions = builder.positions
    spans = builder.spans
    groupSpans = builder.groupSpans
    targetRows = builder.targetRows
    targetTokens = builder.targetTokens
  }

  /// Sequences of which one range of tokens each is the target, such as the response after a prompt; nothing is shared.
  ///
  /// A sequence's first token has nothing before it, so it is never a target.
  package init(
    _ sequences: [(tokens: [Int32], targets: Range<Int>)]
  ) throws(TransformerError) {
    var groups: [PromptGroup] = []
    for (index, sequence) in sequences.enumerated() {
      guard sequence.targets.upperBound <= sequence.tokens.count, sequence.targets.lowerBound >= 0
      else {
        throw .mismatchedCounts(
          what: "targets of sequence \(index)", count: sequence.targets.upperBound,
          expected: sequence.tokens.count)
      }
      let start = min(max(sequence.targets.lowerBound, 1), sequence.tokens.count)
      groups.append(
        PromptGroup(
          prompt: Array(sequence.tokens[..<start]),
          continuations: [
            PromptGroup.Continuation(
              tokens: Array(sequence.tokens[start...]),
              isTarget: (start..<sequence.tokens.count).map { sequence.targets.contains($0) })
          ]))
    }
    try self.init(groups: groups)
  }

  /// Checks that a model of this shape can take the pack.
  package func check(for configuration: ModelConfiguration) throws(TransformerError) {
    var index = 0
    for group in groups {
      for continuation in group.continuations {
        try checkSequence(
          (group.prompt + continuation.tokens)[...], index: index, for: configuration)
        index += 1
      }
    }
  }
}

/// Lays groups out as rows.
private struct PackBuilder {
  var tokens: [Int32] = []
  var positions: [Int] = []
  var spans: [AttentionSpan] = []
  var groupSpans: [Range<Int>] = []
  var targetRows: [Int] = []
  var targetTokens: [Int32] = []

  mutating func append(_ group: PromptGroup) {
    let continuations = group.continuations.filter { $0.readCount > 0 }
    guard !continuations.isEmpty else { return }
    let firstSpan = spans.count
    var prefix = tokens.count..<tokens.count
    let isShared = continuations.count > 1 && group.prompt.count > 1
    if isShared {
      prefix = append(group.prompt.dropLast(), firstPosition: 0)
      spans.append(AttentionSpan(prefix: prefix.lowerBound..<prefix.lowerBound, own: prefix))
    }
    for continuation in continuations {
      let start = isShared ? group.prompt.suffix(1) : group.prompt[...]
      let read = continuation.tokens[..<(continuation.readCount - 1)]
      let own = append(start + read, firstPosition: prefix.count)
      spans.append(
        AttentionSpan(prefix: isShared ? prefix : own.lowerBound..<own.lowerBound, own: own))
      for (index, token) in continuation.tokens.enumerated() where continuation.isTarget[index] {
        targetRows.append(own.lowerBound + start.count - 1 + index)
        targetTokens.append(token)
      }
    }
    groupSpans.append(firstSpan..<spans.count)
  }

  private mutating func append(_ run: ArraySlice<Int32>, firstPosition: Int) -> Range<Int> {
    let start = tokens.count
    tokens += run
    positions += run.indices.map { firstPosition + $0 - run.startIndex }
    return start..<tokens.count
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
