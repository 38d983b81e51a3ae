/// What a model says about the targets of a pack, in the order of `PackedSequences.targetRows`.
package struct TargetStatistics: Sendable, Equatable {
  /// log p(target), natural, of the distribution at the chosen temperature.
  package var logProbabilities: [Float]
  /// Entropy of that distribution, in nats.
  package var entropies: [Float]

  package init(logProbabilities: [Float], entropies: [Float]) {
    self.logProbabilities = logProbabilities
    self.entropies = entropies
  }
}

/// The gradient of a loss with respect to target statistics, in the same order.
package struct TargetGradients: Sendable, Equatable {
  package var logProbabilities: [Float]
  /// nil where the loss has no entropy term.
  package var entropies: [Float]?

  package init(logProbabilities: [Float], entropies: [Float]? = nil) {
    self.logProbabilities = logProbabilities
    self.entropies = entropies
  }

  /// What is wrong where there is not one gradient for every target.
  func mismatch(targetCount: Int) -> TransformerError? {
    let counts = [logProbabilities.count, entropies?.count ?? targetCount]
    return counts.first { $0 != targetCount }.map {
      .mismatchedCounts(what: "gradient of a pack's loss", count: $0, expected: targetCount)
    }
  }
}
