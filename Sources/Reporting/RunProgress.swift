/// Two policies of one run on the same problems: what "before → after" may be said of.
package struct RunProgress: Equatable, Sendable {
  /// Positions of the earlier and the later policy's results among the run's evaluations.
  package let first: Int
  package let last: Int

  /// The earliest and the latest policy of a run that were measured on one set of problems.
  ///
  /// A run's folder orders its policies: `before`, then those after numbered steps, then `after`. An evaluation of any other name says
  /// nothing of when its policy came. Where policies were measured on several sets, the latest policy's set counts.
  ///
  /// - Returns: nil where no two policies that follow each other share their problems.
  package init?(_ evaluations: [RunReport.Evaluation]) {
    let ordered = evaluations.indices.compactMap { index in
      evaluations[index].order.map { (index: index, order: $0) }
    }.sorted { ($0.order, $0.index) < ($1.order, $1.index) }
    for last in ordered.reversed() {
      let earlier = ordered.first { candidate in
        candidate.order < last.order
          && evaluations[candidate.index].summary.problemSet
            == evaluations[last.index].summary.problemSet
      }
      if let earlier {
        first = earlier.index
        self.last = last.index
        return
      }
    }
    return nil
  }
}

extension RunReport.Evaluation {
  /// Where its policy stands among those of the run; nil where its name does not say.
  package var order: Int? {
    switch label {
    case "before": Int.min
    case "after": Int.max
    default: step
    }
  }
}
