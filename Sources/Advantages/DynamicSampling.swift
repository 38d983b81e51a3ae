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
