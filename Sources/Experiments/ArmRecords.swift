import Reporting

/// One arm of an experiment: how it trained under every seed, and what came of it.
package struct ArmRecords: Sendable {
  /// One run.
  package struct Seed: Sendable {
    package let number: Int
    /// The measures of each training step, by name.
    package let steps: [[String: Double]]
    /// The measures of the policy on the test problems, by name.
    package let test: [String: Double]
    /// How long its stages took, in seconds.
    package let seconds: Double

    package init(
      number: Int, steps: [[String: Double]], test: [String: Double], seconds: Double
    ) {
      self.number = number
      self.steps = steps
      self.test = test
      self.seconds = seconds
    }
  }

  package let name: String
  package let rate: String?
  /// The measures on the validation problems with each rate that was tried, by name.
  package let tuning: [(rate: String, measures: [String: Double])]
  package let seeds: [Seed]

  package init(
    name: String, rate: String?, tuning: [(rate: String, measures: [String: Double])], seeds: [Seed]
  ) {
    self.name = name
    self.rate = rate
    self.tuning = tuning
    self.seeds = seeds
  }

  /// A measure on the test problems, seed by seed; empty where a run lacks it.
  package func test(_ measure: String) -> [Double] {
    let values = seeds.compactMap { $0.test[measure] }
    return values.count == seeds.count ? values : []
  }

  /// The mean of a measure over all training steps, seed by seed; empty where a run lacks it.
  package func training(_ measure: String) -> [Double] {
    let means = seeds.compactMap { seed in mean(seed.steps.compactMap { $0[measure] }) }
    return means.count == seeds.count ? means : []
  }

  /// The mean over seeds of a measure, step by step; nil for a step that no run has it of.
  package func curve(_ measure: String) -> [Double?] {
    let length = seeds.map(\.steps.count).max() ?? 0
    return (0..<length).map { step in
      mean(seeds.compactMap { step < $0.steps.count ? $0.steps[step][measure] : nil })
    }
  }
}

/// Reads the records of an experiment.
package struct ArmReading {
  /// Is told what is being read.
  package var progress: (String) -> Void = { _ in }
  private let folder: ExperimentFolder
  /// The problems that the first policy was tested on, and all others must be.
  private var testProblems: ProblemSet?

  package init(_ folder: ExperimentFolder) { self.folder = folder }

  /// The measures of the policy that all arms start from, on the test problems.
  package mutating func start() throws -> [String: Double] {
    let summary = try stream(folder.start)
    try checkTest(summary?.problemSet ?? ProblemSet(), of: folder.start)
    return named(summary?.measures ?? [])
  }

  /// Everything that is known of an arm.
  package mutating func arm(_ name: String) throws -> ArmRecords {
    let tuning = try folder.tuning(of: name).map { rate, path in
      (rate, named(try stream(path)?.measures ?? []))
    }
    var seeds: [ArmRecords.Seed] = []
    for (seed, path) in try folder.runs(of: name) { seeds.append(try run(path, seed: seed)) }
    return ArmRecords(name: name, rate: folder.rate(of: name), tuning: tuning, seeds: seeds)
  }

  private mutating func run(_ path: String, seed: Int) throws -> ArmRecords.Seed {
    progress(path)
    var credit: [Int: CreditAssignment] = [:]
    var reading = RunReading()
    reading.visit = { group, place in
      guard let step = place.step else { return }
      for trajectory in group.trajectories {
        credit[step, default: CreditAssignment()].add(trajectory)
      }
    }
    let report = try reading.read(path, label: path, index: 0)
    guard let test = report.evaluations.first(where: { $0.label == "after" }) else {
      throw ExperimentError.notEvaluated(path)
    }
    try checkTest(test.summary.problemSet, of: path)
    let steps = report.points.map { point in
      var values = named(point.measures)
      let own = point.step.flatMap { credit[$0] }
      values[ownWrongRewarded] = own?.wrongRewardedShare
      values[ownRightPunished] = own?.rightPunishedShare
      return values
    }
    let seconds = report.stageSeconds.reduce(0) { $0 + $1.seconds }
    return ArmRecords.Seed(
      number: seed, steps: steps, test: named(test.summary.measures), seconds: seconds)
  }

  private func stream(_ path: String) throws -> StreamSummary? {
    progress(path)
    return try RunReading().read(path, label: path, index: 0).points.first?.summary
  }

  /// Policies are compared on one set of problems.
  private mutating func checkTest(_ problems: ProblemSet, of path: String) throws {
    if let testProblems, testProblems != problems { throw ExperimentError.otherProblems(path) }
    testProblems = problems
  }
}

/// Wrong steps rewarded, and right ones punished, by the advantages that the arm was trained with.
package let ownWrongRewarded = "wrong_rewarded"
package let ownRightPunished = "right_punished"

private func named(_ measures: [Measure]) -> [String: Double] {
  Dictionary(
    measures.compactMap { measure in measure.value.map { (measure.name, $0) } },
    uniquingKeysWith: { first, _ in first })
}

private func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
