// How the authors' code fills a batch from several generations: the oracle of golden vectors. A step here samples once.

/// Kept groups piling up from generation batch to generation batch until there are enough to train on.
struct GroupAccumulator<Group: Sendable>: Sendable {
  /// Where the pile stands.
  enum Status: Sendable, Equatable {
    /// So many groups are missing.
    case wanting(Int)
    /// There are enough.
    case complete
    /// Groups are missing, and no further batch may be generated.
    case exhausted(missing: Int)
  }

  /// How many groups one training step takes.
  let targetCount: Int
  /// How many batches may be generated; 0 sets no limit.
  let maxBatchCount: Int
  /// How many batches were added.
  private(set) var batchCount = 0
  /// The groups kept so far, in order.
  private(set) var kept: [Group] = []

  init(targetCount: Int, maxBatchCount: Int) {
    self.targetCount = targetCount
    self.maxBatchCount = maxBatchCount
  }

  /// Where the pile stands now.
  var status: Status {
    if kept.count >= targetCount { return .complete }
    let missing = targetCount - kept.count
    let isExhausted = maxBatchCount > 0 && batchCount >= maxBatchCount
    return isExhausted ? .exhausted(missing: missing) : .wanting(missing)
  }

  /// The groups to train on: the first that were kept.
  var training: ArraySlice<Group> { kept.prefix(targetCount) }

  /// What was kept beyond the target, and is thrown away.
  var surplus: ArraySlice<Group> { kept.dropFirst(targetCount) }

  /// Adds the kept groups of one generation batch.
  mutating func add(batch: [Group]) {
    batchCount += 1
    kept += batch
  }
}
