// DAPO's dynamic sampling: groups whose accuracies are all equal teach nothing and make room for others.

/// Which groups dynamic sampling keeps.
package enum UniformGroupRule: String, CaseIterable, Sendable {
  /// 0 < number correct < n          DAPO (arXiv 2503.14476), eq. 11
  case paper
  /// A deviation above 0, or a single rollout, which the paper's rule always drops.
  case authors

  /// Whether a group is kept.
  ///
  /// - Parameter accuracies: r_acc of each rollout of the group, 0 or 1.
  package func keeps(_ accuracies: [Double]) -> Bool {
    guard let first = accuracies.first else { return false }
    return switch self {
    case .paper: accuracies.contains { $0 != first }
    case .authors: accuracies.count == 1 || accuracies.contains { $0 != first }
    }
  }
}

/// Kept groups piling up from generation batch to generation batch until there are enough to train on.
package struct GroupAccumulator<Group: Sendable>: Sendable {
  /// Where the pile stands.
  package enum Status: Sendable, Equatable {
    /// So many groups are missing.
    case wanting(Int)
    /// There are enough.
    case complete
    /// Groups are missing, and no further batch may be generated.
    case exhausted(missing: Int)
  }

  /// How many groups one training step takes.
  package let targetCount: Int
  /// How many batches may be generated; 0 sets no limit.
  package let maxBatchCount: Int
  /// How many batches were added.
  package private(set) var batchCount = 0
  /// The groups kept so far, in order.
  package private(set) var kept: [Group] = []

  package init(targetCount: Int, maxBatchCount: Int) {
    self.targetCount = targetCount
    self.maxBatchCount = maxBatchCount
  }

  /// Where the pile stands now.
  package var status: Status {
    if kept.count >= targetCount { return .complete }
    let missing = targetCount - kept.count
    let isExhausted = maxBatchCount > 0 && batchCount >= maxBatchCount
    return isExhausted ? .exhausted(missing: missing) : .wanting(missing)
  }

  /// The groups to train on: the first that were kept.
  package var training: ArraySlice<Group> { kept.prefix(targetCount) }

  /// What was kept beyond the target, and is thrown away.
  package var surplus: ArraySlice<Group> { kept.dropFirst(targetCount) }

  /// Adds the kept groups of one generation batch.
  package mutating func add(batch: [Group]) {
    batchCount += 1
    kept += batch
  }
}
