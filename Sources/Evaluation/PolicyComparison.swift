/// Two policies' results on the problems that both were given.
package struct PolicyComparison: Equatable, Sendable {
  /// One measure under both.
  package struct Line: Equatable, Sendable {
    /// Its name in JSON: "accuracy", "faithful".
    package let name: String
    package let first: Double
    package let second: Double
    package let paired: PairedComparison
  }

  /// McNemar's test, where both answered every problem once.
  package struct McNemar: Equatable, Sendable {
    package let firstOnly: Int
    package let secondOnly: Int
    package var p: Double { mcNemarP(firstOnly: firstOnly, secondOnly: secondOnly) }
  }

  package let problems: Int
  /// Problems that one of the two was not given.
  package let unpaired: Int
  package let lines: [Line]
  package let mcNemar: McNemar?

  /// - Returns: nil without a problem in common.
  package init?(
    first: [(id: String, result: ProblemResult)], second: [(id: String, result: ProblemResult)],
    options: BootstrapOptions
  ) {
    let others = Dictionary(second.map { ($0.id, $0.result) }) { one, _ in one }
    let pairs = first.compactMap { id, result in others[id].map { (first: result, second: $0) } }
    problems = pairs.count
    unpaired = first.count + second.count - 2 * pairs.count
    let checked = pairs.compactMap { pair in
      pair.first.faithfulShare.flatMap { first in pair.second.faithfulShare.map { (first, $0) } }
    }
    lines = [
      Self.line("accuracy", pairs.map { ($0.first.accuracy, $0.second.accuracy) }, options),
      Self.line("faithful", checked, options),
    ].compactMap { $0 }
    guard !lines.isEmpty else { return nil }
    let isSingle = pairs.allSatisfy { $0.first.samples == 1 && $0.second.samples == 1 }
    mcNemar =
      isSingle
      ? McNemar(
        firstOnly: pairs.count { $0.first.correct > $0.second.correct },
        secondOnly: pairs.count { $0.first.correct < $0.second.correct }) : nil
  }

  private static func line(
    _ name: String, _ values: [(Double, Double)], _ options: BootstrapOptions
  ) -> Line? {
    let (first, second) = (values.map(\.0), values.map(\.1))
    return PairedComparison(first: first, second: second, options: options).map { paired in
      Line(
        name: name, first: first.reduce(0, +) / Double(first.count),
        second: second.reduce(0, +) / Double(second.count), paired: paired)
    }
  }
}
