// Samples that go through the model together.

internal import Transformer

/// A pack of samples, and where the values of each lie among the pack's targets.
struct TrainedPack: Sendable {
  let sequences: PackedSequences
  /// Which sample of the batch, and its range of the pack's targets.
  let members: [(index: Int, targets: Range<Int>)]
  private let samples: [TrainedSample]

  /// The trained samples of a batch in packs of like size; the others are in none.
  ///
  /// Samples of one prompt lie together, so that the prompt is computed once for them; where they are more than a pack holds, once a
  /// pack.
  static func packs(_ batch: [TrainedSample], maxTokens: Int) throws -> [TrainedPack] {
    let groups = groups(batch, maxTokens: maxTokens)
    let packs = balancedPacks(
      lengths: groups.map { $0.computedTokenCount(batch) }, maxTokens: maxTokens)
    return try packs.map { pack in try TrainedPack(batch, groups: pack.map { groups[$0] }) }
  }

  /// Indices of trained samples of one prompt.
  private struct Group {
    var indices: [Int] = []

    func computedTokenCount(_ batch: [TrainedSample]) -> Int {
      indices.reduce((batch[indices[0]].prompt.count) - 1) { $0 + batch[$1].response.count }
    }
  }

  /// The trained samples by prompt, in the order of their first, cut where one more would exceed `maxTokens`.
  private static func groups(_ batch: [TrainedSample], maxTokens: Int) -> [Group] {
    var groups: [Group] = []
    var latest: [[Int32]: Int] = [:]
    for index in batch.indices where batch[index].isTrained {
      let sample = batch[index]
      if let number = latest[sample.prompt],
        groups[number].computedTokenCount(batch) + sample.response.count <= maxTokens
      {
        groups[number].indices.append(index)
      } else {
        latest[sample.prompt] = groups.count
        groups.append(Group(indices: [index]))
      }
    }
    return groups
  }

  private init(_ batch: [TrainedSample], groups: [Group]) throws {
    let indices = groups.flatMap(\.indices)
    samples = indices.map { batch[$0] }
    var members: [(index: Int, targets: Range<Int>)] = []
    for (index, sample) in zip(indices, samples) {
      let start = members.last?.targets.upperBound ?? 0
      members.append((index, start..<start + sample.advantages.count))
    }
    self.members = members
    sequences = try PackedSequences(
      groups: groups.map { group in
        PromptGroup(
          prompt: batch[group.indices[0]].prompt,
          continuations: group.indices.map {
            PromptGroup.Continuation(tokens: batch[$0].response, isTarget: batch[$0].isTarget)
          })
      })
  }

  /// The gradient of the mini-batch's loss with respect to what the model says of a range of this pack's targets.
  func gradients(
    of loss: PolicyLoss, _ statistics: TargetStatistics, targets: Range<Int>,
    in extent: BatchExtent, adding sums: inout PolicyLossSums
  ) -> TargetGradients {
    var result = TargetGradients(
      logProbabilities: [], entropies: loss.entropyCoefficient == 0 ? nil : [])
    for (sample, (_, range)) in zip(samples, members) where range.overlaps(targets) {
      let part = range.clamped(to: targets)
      let values = part.lowerBound - targets.lowerBound..<part.upperBound - targets.lowerBound
      let tokens = sample.tokens(
        part.lowerBound - range.lowerBound..<part.upperBound - range.lowerBound,
        current: statistics.logProbabilities[values].map { Double($0) },
        entropies: statistics.entropies[values].map { Double($0) })
      let weight = loss.reduction.tokenWeight(tokenCount: sample.responseTokenCount, in: extent)
      let gradient = loss.gradient(tokens, tokenWeight: weight, adding: &sums)
      result.logProbabilities += gradient.logProbabilities.map { Float($0) }
      result.entropies? += gradient.logProbabilities.map { _ in Float(gradient.entropy) }
    }
    return result
  }
}
