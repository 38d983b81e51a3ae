package import Records

/// Ids that two evaluations use for different problems.
package struct OtherProblems: Error, Equatable, Sendable {
  /// How many, of the ids that are in both.
  package let count: Int
  package let common: Int
  /// One of them, and what differs.
  package let example: String
  package let member: RecordContent.Member
}

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
  /// Pairs of which only the ids say that both are the same problem: one of the records has neither text nor ground truth.
  package let pairedByID: Int
  package let lines: [Line]
  /// How the two policies' responses were sampled.
  package let firstSampling: SamplingSettings
  package let secondSampling: SamplingSettings
  package let mcNemar: McNemar?

  /// Pairs problems by id and content.
  ///
  /// - Returns: nil without a problem in common.
  /// - Throws: `OtherProblems` where an id stands for different problems.
  package init?(
    first: [EvaluatedProblem], second: [EvaluatedProblem], options: BootstrapOptions
  ) throws(OtherProblems) {
    let matches = try Self.matches(first, second)
    let pairs = matches.map { (first: $0.first.result, second: $0.second.result) }
    problems = pairs.count
    unpaired = first.count + second.count - 2 * pairs.count
    firstSampling = Self.sampling(pairs.map(\.first))
    secondSampling = Self.sampling(pairs.map(\.second))
    pairedByID = matches.count { !$0.first.content.isComparable(with: $0.second.content) }
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

  /// The settings in which the two differ: what they change looks like a difference of the policies.
  package var sampledDifferently: [SamplingSettings.Difference] {
    SamplingSettings.differences(between: [firstSampling, secondSampling])
  }

  private static func sampling(_ results: [ProblemResult]) -> SamplingSettings {
    var settings = SamplingSettings()
    for result in results { settings.add(result.sampling) }
    return settings
  }

  private typealias Match = (first: EvaluatedProblem, second: EvaluatedProblem)

  private static func matches(
    _ first: [EvaluatedProblem], _ second: [EvaluatedProblem]
  ) throws(OtherProblems) -> [Match] {
    let others = Dictionary(second.map { ($0.id, $0) }) { one, _ in one }
    let matches: [Match] = first.compactMap { own in others[own.id].map { (own, $0) } }
    let differences = matches.compactMap { match in
      match.first.content.difference(from: match.second.content).map { (match.first.id, $0) }
    }
    if let (id, member) = differences.first {
      throw OtherProblems(
        count: differences.count, common: matches.count, example: id, member: member)
    }
    return matches
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
