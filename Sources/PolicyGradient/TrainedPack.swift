// Samples that go through the model together.

internal import Transformer

/// A pack of samples, and where the values of each lie among the pack's targets.
struct TrainedPack: Sendable {
  let sequences: PackedSequences
  /// Which sample of the batch, and its range of the pack's targets.
  let members: [(index: Int, targets: Range<Int>)]
  private let samples: [TrainedSample]

  /// The trained samples of a batch in packs of like size; the others are in none.
  static func packs(
    _ batch: [TrainedSample], maxTokens: Int, laneCount: Int
  ) throws -> [TrainedPack] {
    let trained = batch.indices.filter { batch[$0].isTrained }
    let packs = balancedPacks(
      lengths: trained.map { batch[$0].tokens.count }, maxTokens: maxTokens, laneCount: laneCount)
    return try packs.map { pack in
      try TrainedPack(batch, indices: pack.map { trained[$0] })
    }
  }

  private init(_ batch: [TrainedSample], indices: [Int]) throws {
    samples = indices.map { batch[$0] }
    var members: [(index: Int, targets: Range<Int>)] = []
    var offsets = [0]
    var start = 0
    for (index, sample) in zip(indices, samples) {
      members.append((index, start..<start + sample.advantages.count))
      start += sample.advantages.count
      offsets.append((offsets.last ?? 0) + sample.tokens.count)
    }
    self.members = members
    sequences = try PackedSequences(
      tokens: samples.flatMap(\.tokens), sequenceOffsets: offsets,
      nextIsTarget: samples.flatMap(\.nextIsTrained))
  }

  /// The gradient of the mini-batch's loss with respect to what the model says of this pack.
  func gradients(
    of loss: PolicyLoss, _ statistics: TargetStatistics, in extent: BatchExtent,
    adding sums: inout PolicyLossSums
  ) -> TargetGradients {
    let count = statistics.logProbabilities.count
    var result = TargetGradients(
      logProbabilities: [Float](repeating: 0, count: count),
      entropies: loss.entropyCoefficient == 0 ? nil : [Float](repeating: 0, count: count))
    for (sample, (_, range)) in zip(samples, members) {
      let current = statistics.logProbabilities[range].map { Double($0) }
      // Old values that were not computed are those of the policy as it stands: the ratio is 1, its gradient is not 0.
      let tokens = PolicyLoss.Tokens(
        current: current, old: sample.old ?? current, rollout: sample.rollout,
        reference: sample.reference,
        entropies: statistics.entropies[range].map { Double($0) }, advantages: sample.advantages)
      let weight = loss.reduction.tokenWeight(tokenCount: sample.responseTokenCount, in: extent)
      let gradient = loss.gradient(tokens, tokenWeight: weight, adding: &sums)
      for (t, value) in zip(range, gradient.logProbabilities) {
        result.logProbabilities[t] = Float(value)
        result.entropies?[t] = Float(gradient.entropy)
      }
    }
    return result
  }
}
