import Fingerprints

/// Which problems a stream is about, by id, text and ground truth.
package struct ProblemSet: Equatable, Sendable {
  private var digests: Set<[UInt8]> = []

  package init() {}

  package var count: Int { digests.count }

  /// Adds the problems of another set.
  package mutating func formUnion(_ other: ProblemSet) { digests.formUnion(other.digests) }

  /// Whether no problem is in both.
  package func isDisjoint(with other: ProblemSet) -> Bool {
    digests.isDisjoint(with: other.digests)
  }

  /// Adds a problem; a repeated one counts once.
  package mutating func insert(_ problem: ProblemText) {
    // Lengths keep the parts apart whatever they hold.
    let parts = [problem.id, problem.problem, problem.groundTruth ?? ""]
    let text = parts.map { "\($0.utf8.count) \($0)" }.joined()
    digests.insert(Array(SHA256.digest(of: Array(text.utf8)).prefix(16)))
  }
}
