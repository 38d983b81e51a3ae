package import JSONLines

/// What one input says: a run with its steps and evaluations, or a single stream.
package struct RunReport: Equatable, Sendable {
  /// One training step, or all of a stream.
  package struct Point: Equatable, Sendable {
    /// nil for a stream that belongs to no run.
    package let step: Int?
    package let summary: StreamSummary
    package let stages: StageMetrics

    /// All measures, those of the records before those of training.
    package var measures: [Measure] { summary.measures + stages.measures }
  }

  /// Responses that stand beside the training steps' own, such as those of the policies before and after them.
  package struct Evaluation: Equatable, Sendable {
    package let label: String
    /// After which training step; nil where the file does not say.
    package let step: Int?
    package let summary: StreamSummary

    package init(label: String, step: Int?, summary: StreamSummary) {
      self.label = label
      self.step = step
      self.summary = summary
    }
  }

  package let label: String
  package fileprivate(set) var points: [Point] = []
  package fileprivate(set) var evaluations: [Evaluation] = []

  /// Whether it is a run with numbered steps.
  package var isRun: Bool { points.contains { $0.step != nil } || points.isEmpty }

  /// Whether none of an evaluation's problems is in the run's training steps; false where there are no steps to tell by.
  package func isHeldOut(_ evaluation: Evaluation) -> Bool {
    guard isRun, !points.isEmpty else { return false }
    var trained = ProblemSet()
    for point in points { trained.formUnion(point.summary.problemSet) }
    return evaluation.summary.problemSet.isDisjoint(with: trained)
  }

  /// How many rollouts were read.
  package var rollouts: Int {
    (points.map(\.summary) + evaluations.map(\.summary)).reduce(0) { $0 + $1.rollouts }
  }

  /// The signals of all training steps, or, where a run has none, of its evaluations.
  package var credit: CreditComparison {
    var sum = CreditComparison()
    for summary in points.isEmpty ? evaluations.map(\.summary) : points.map(\.summary) {
      sum.add(summary.credit)
    }
    return sum
  }

  /// How long each stage took over all steps, in the order of the stages.
  package var stageSeconds: [(stage: String, seconds: Double)] {
    var sums: [(stage: String, seconds: Double)] = []
    for stage in points.flatMap(\.stages.stages) {
      let name = stageName(stage.tool)
      if let index = sums.firstIndex(where: { $0.stage == name }) {
        sums[index].seconds += stage.seconds
      } else {
        sums.append((name, stage.seconds))
      }
    }
    return sums
  }
}

/// Where a group of trajectories was found.
package struct TrajectoryPlace: Equatable, Sendable {
  /// Which of the inputs, from 0.
  package let run: Int
  /// The training step; nil in a stream or an evaluation.
  package let step: Int?
  /// The name of the evaluation that it is of; nil in training.
  package let evaluation: String?

  package init(run: Int, step: Int?, evaluation: String?) {
    self.run = run
    self.step = step
    self.evaluation = evaluation
  }
}

/// Reads inputs into reports, one trajectory group at a time.
package struct RunReading {
  /// Is given every group as it is read.
  package var visit: (TrajectoryGroup, TrajectoryPlace) -> Void = { _, _ in }
  /// Is told how much of an input is read, from 0 to 1 where that is known, and how many rollouts.
  package var progress: (Double?, Int) -> Void = { _, _ in }
  /// Is told of what is passed over.
  package var notes: (String) -> Void = { _ in }

  /// What each stream without a byte is taken for.
  package var zeroBytes = ZeroBytes.refused(option: nil)

  package init() {}

  /// The report of a stream, a run's folder or a step's.
  ///
  /// - Parameter index: the input's position among several, from 0.
  package func read(_ path: String, label: String, index: Int) throws -> RunReport {
    var report = RunReport(label: label)
    guard isFolder(path) else {
      let place = TrajectoryPlace(run: index, step: nil, evaluation: nil)
      let summary = try summarize(path, label: label, place: place, fraction: { $0 })
      report.points = [.init(step: nil, summary: summary, stages: StageMetrics())]
      return report
    }
    let folder = try RunFolder(path: path, zeroBytes: zeroBytes, notes: notes)
    let parts = folder.steps.count + folder.evaluations.count
    var done = 0
    func within(_ fraction: Double?) -> Double? { (Double(done) + (fraction ?? 0)) / Double(parts) }
    for evaluation in folder.evaluations {
      let place = TrajectoryPlace(run: index, step: nil, evaluation: evaluation.name)
      let summary = try summarize(
        evaluation.path, label: evaluation.name, place: place, fraction: within)
      report.evaluations.append(.init(label: evaluation.name, step: nil, summary: summary))
      done += 1
    }
    for step in folder.steps {
      if let stream = step.stream {
        let place = TrajectoryPlace(run: index, step: step.number, evaluation: nil)
        let summary = try summarize(
          stream, advantages: step.advantages, label: "step \(step.number)", place: place,
          fraction: within)
        report.points.append(.init(step: step.number, summary: summary, stages: step.metrics))
      }
      if let evaluation = step.evaluation {
        let place = TrajectoryPlace(run: index, step: step.number, evaluation: "eval")
        let summary = try summarize(
          evaluation, label: "after step \(step.number)", place: place, fraction: within)
        report.evaluations.append(
          .init(label: "after step \(step.number)", step: step.number, summary: summary))
      }
      done += 1
    }
    return report
  }

  private func summarize(
    _ path: String, advantages: String? = nil, label: String, place: TrajectoryPlace,
    fraction: (Double?) -> Double?
  ) throws -> StreamSummary {
    let reader = TrajectoryReader(path: path, advantages: advantages, zeroBytes: zeroBytes)
    var summary = StreamSummary(label: label)
    while let group = try reader.next() {
      summary.add(group)
      visit(group, place)
      progress(fraction(reader.fractionRead), summary.rollouts)
    }
    return summary
  }
}
